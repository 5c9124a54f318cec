import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TestBed } from '@angular/core/testing';
import { providePortal, shown, textOf } from '../../testing/portal-testing';
import { Api } from '../api/api';
import { AuditRecord } from '../api/types';
import { KnownScopes } from '../scopes/known-scopes';
import { SessionStore } from '../session/session-store';
import { AuditPage } from './audit-page';

const FLIXCHECK = { id: 'f', name: 'Flixcheck' };
const BEISPIEL = { id: 'b', name: 'Beispiel Assekuranz AG' };
const anna = { id: 'a', email: 'anna@a.example', firstName: 'Anna', lastName: 'Müller' };

const record = (id: string, change: Partial<AuditRecord>): AuditRecord =>
  ({
    id,
    at: '2026-11-26T08:00:00.000Z',
    actor: anna,
    subject: null,
    application: null,
    person: null,
    account: BEISPIEL,
    connections: [],
    detail: {},
    ...change,
  }) as AuditRecord;

const get = jest.fn<(path: string) => Promise<unknown>>();

async function lines(
  role: 'operator' | 'admin',
  records: AuditRecord[],
  kind?: string,
): Promise<string[]> {
  get.mockReset().mockResolvedValue({ resources: records, meta: { nextCursor: null } });
  TestBed.configureTestingModule({
    providers: [
      ...providePortal(['audit', 'settings']),
      { provide: Api, useValue: { get } },
      { provide: KnownScopes, useValue: { table: () => null } },
      {
        provide: SessionStore,
        useValue: {
          user: () => ({ id: 'op', role }),
          session: () => ({ account: role === 'operator' ? FLIXCHECK : BEISPIEL }),
          isAdmin: () => role === 'admin',
          isOperator: () => role === 'operator',
        },
      },
    ],
  });
  const fixture = TestBed.createComponent(AuditPage);
  fixture.componentRef.setInput('kind', kind);
  const rows = () => (fixture.nativeElement as HTMLElement).querySelectorAll('[data-record]');
  await shown(
    fixture,
    () => rows().length === records.length && textOf(fixture).includes('Müller'),
  );
  return [...rows()].map((row) => (row.textContent ?? '').replace(/\s+/g, ' '));
}

describe('a line of the audit trail', () => {
  beforeEach(() => void TestBed.resetTestingModule());

  it('names the company to an operator, once, and not their own', async () => {
    const [closed, invited, role, client] = await lines('operator', [
      record('1', { action: 'account_closed', detail: { name: BEISPIEL.name } }),
      record('2', { action: 'invitation_sent' }),
      record('3', { action: 'role_changed', detail: { from: 'member', to: 'admin' } }),
      record('4', { action: 'client_changed', account: FLIXCHECK }),
    ]);
    expect(closed).toContain(`Unternehmen ${BEISPIEL.name} wurde geschlossen`);
    expect(closed?.split(BEISPIEL.name)).toHaveLength(2);
    expect(invited).toContain(`Unternehmen: ${BEISPIEL.name}`);
    expect(role).toContain(`Unternehmen: ${BEISPIEL.name}`);
    expect(client).not.toContain('Unternehmen:');
  });

  it('keeps the name of a company that is gone', async () => {
    const [line] = await lines('operator', [
      record('1', { action: 'account_created', account: null, detail: { name: 'Altkunde AG' } }),
    ]);
    expect(line).toContain('Unternehmen Altkunde AG wurde angelegt');
  });

  it('says of a mail to whom, what it was about, and why it did not arrive', async () => {
    const subject = { type: 'user', id: 'a', name: 'Anna Müller', email: anna.email } as const;
    const invitation = { type: 'other', id: 'i', name: null, email: 'neu@a.example' } as const;
    const of = { actor: null, subject, mail: 'password-changed' } as const;
    const [sent, late, nobody] = await lines('operator', [
      record('1', { ...of, action: 'mail_sent' }),
      record('2', { ...of, action: 'mail_failed', detail: { reason: 'too_late' } }),
      record('3', { ...of, action: 'mail_sent', subject: invitation, mail: 'invitation' }),
    ]);
    expect(sent).toMatch(/E-Mail an Anna Müller gesendet Thema: Passwort geändert anna@a.example/);
    expect(late).toContain('E-Mail an Anna Müller nicht zugestellt');
    expect(late).toContain('Grund: zu lange nicht zustellbar');
    expect(nobody).toMatch(/an eine Adresse ohne Konto gesendet Thema: Einladung neu@a.example/);
  });

  it('says whose request was decided, and to admins nothing of their own company', async () => {
    const [line] = await lines('admin', [
      record('1', { action: 'approval_request_declined', person: anna }),
    ]);
    expect(line).toContain('Anfrage von Anna Müller (anna@a.example)');
    expect(line).not.toContain(BEISPIEL.name);
  });
});

describe('the choice of entries', () => {
  beforeEach(() => void TestBed.resetTestingModule());

  it.each([
    [undefined, null, 'mail_sent'],
    ['all', null, null],
    ['mails', 'mail_failed,mail_sent', null],
  ])('asks for kind %s with actions %s, all but %s', async (kind, action, except) => {
    await lines('admin', [record('1', { action: 'signed_in' })], kind);
    const asked = new URL(String(get.mock.calls[0]?.[0]), 'https://api.example').searchParams;
    expect([asked.get('action'), asked.get('exceptAction')]).toEqual([action, except]);
  });
});

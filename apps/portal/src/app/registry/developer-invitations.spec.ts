import { describe, expect, it } from '@jest/globals';
import { TestBed } from '@angular/core/testing';
import { control, providePortal, shown, textOf } from '../../testing/portal-testing';
import { Api } from '../api/api';
import { DeveloperInvitations } from './developer-invitations';

const INVITATION = {
  id: 'i',
  email: 'dev@maklerwelt.example',
  status: 'open',
  invitedBy: { id: 'o', firstName: 'Olga', lastName: 'Ohm', email: 'o@flixcheck.example' },
  sentAt: '2026-11-26T08:00:00Z',
  expiresAt: '2026-12-03T08:00:00Z',
};
const FROM = 'Flixcheck <connect@flixcheck.example>';

function open(invitations: object[]) {
  const asked: string[] = [];
  const get = (path: string) => {
    asked.push(path);
    return Promise.resolve(
      path === '/guest/v7/mail-origin'
        ? { resource: { from: FROM, mailbox: true } }
        : { resources: invitations, meta: {} },
    );
  };
  TestBed.configureTestingModule({
    providers: [...providePortal(['registry']), { provide: Api, useValue: { get } }],
  });
  const fixture = TestBed.createComponent(DeveloperInvitations);
  fixture.componentRef.setInput('clientId', 'maklerwelt-crm');
  return { fixture, asked };
}

describe('whoever has invited a developer', () => {
  it('is told whom the mail comes from', async () => {
    const { fixture } = open([INVITATION]);
    await shown(fixture, () => textOf(fixture).includes(`Die Einladungen kommen von ${FROM}.`));
    expect(control(fixture, 'E-Mails der Demo ansehen')?.getAttribute('href')).toBe('/demo/mail');
  });

  it('is told nothing where no invitation is open', async () => {
    const { fixture, asked } = open([]);
    await shown(fixture, () => (fixture.nativeElement as HTMLElement).querySelector('ul'));
    await fixture.whenStable();
    expect(textOf(fixture)).toBe('');
    expect(asked).not.toContain('/guest/v7/mail-origin');
  });
});

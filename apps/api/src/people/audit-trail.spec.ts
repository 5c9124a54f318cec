import { call, PortalUser, ThirdParty } from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditLog } from '../users/audit-log.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';

const TRAIL = '/user/v7/audit-records';
const EVERYBODYS = '/admin/v7/audit-records';
const MEMBER = 'user@musterhaus.example';

let test: TestApp;
let admin: PortalUser;
let member: PortalUser;
let stranger: PortalUser;
let operator: PortalUser;

beforeAll(async () => {
  test = await createTestApp();
  admin = await PortalUser.signIn(test.url, 'admin@musterhaus.example');
  stranger = await PortalUser.signIn(test.url, 'admin@beispiel.example');
  operator = await PortalUser.signIn(test.url, 'operator@flixcheck.example');
  const resource = { email: MEMBER, password: 'wrong' };
  await call(test.url, 'POST', '/guest/v7/sessions', { resource });
  member = await PortalUser.signIn(test.url, MEMBER);
  const { body } = await operator.call('GET', '/admin/v7/oauth-clients?q=Belegscanner');
  await operator.call('PATCH', `/admin/v7/oauth-clients/${body.resources[0].id}`, {
    resource: { homepageUri: 'https://belegscanner.example/neu' },
  });
});
afterAll(() => test.close());

const actionsOf = async (who: PortalUser, path: string): Promise<string[]> =>
  (await who.call('GET', path)).body.resources.map(({ action }: { action: string }) => action);

describe('the audit trail', () => {
  it('shows an admin who did what in the account, latest first', async () => {
    const { status, body } = await admin.call('GET', TRAIL);
    expect(status).toBe(200);
    expect(body.resources[0]).toEqual({
      id: expect.stringMatching(/^\d+$/),
      at: expect.stringMatching(/Z$/),
      action: 'signed_in',
      actor: { id: member.id, email: MEMBER, firstName: 'User', lastName: 'Musterhaus' },
      subject: { type: 'user', id: member.id, name: 'User Musterhaus', email: MEMBER },
      application: null,
      person: null,
      account: { id: admin.accountId, name: 'Musterhaus Versicherungsmakler GmbH' },
      connections: [],
      detail: { sessionId: member.sessionId, ip: expect.any(String) },
    });
    expect(body.resources.slice(1)).toEqual([
      expect.objectContaining({ action: 'sign_in_failed', actor: null }),
      expect.objectContaining({
        action: 'signed_in',
        actor: expect.objectContaining({ id: admin.id }),
      }),
    ]);
  });

  it('shows an admin nothing of other accounts, nor of the registry', async () => {
    const { body } = await stranger.call('GET', TRAIL);
    expect(body.resources).toEqual([
      expect.objectContaining({ actor: expect.objectContaining({ id: stranger.id }) }),
    ]);
  });

  it('shows operators everything, with the names of applications', async () => {
    const { body } = await operator.call('GET', `${EVERYBODYS}?action=client_changed`);
    expect(body.resources).toEqual([
      expect.objectContaining({
        actor: expect.objectContaining({ id: operator.id }),
        subject: { type: 'client', id: expect.any(String), name: 'Belegscanner', email: null },
      }),
    ]);
    const of = await actionsOf(operator, `${EVERYBODYS}?accountId=${stranger.accountId}`);
    expect(of).toEqual(['signed_in']);
  });

  it('is for admins and operators alone', async () => {
    for (const path of [TRAIL, `${TRAIL}/export`, EVERYBODYS, `${EVERYBODYS}/export`]) {
      expect((await member.call('GET', path)).status).toBe(403);
      expect((await call(test.url, 'GET', path)).status).toBe(401);
    }
    expect((await admin.call('GET', EVERYBODYS)).status).toBe(403);
    expect((await admin.call('GET', `${EVERYBODYS}/export`)).status).toBe(403);
  });

  it('is narrowed to actions, a user and a time', async () => {
    expect(await actionsOf(admin, `${TRAIL}?action=sign_in_failed,signed_out`)).toEqual([
      'sign_in_failed',
    ]);
    expect(await actionsOf(admin, `${TRAIL}?userId=${member.id}`)).toEqual([
      'signed_in',
      'sign_in_failed',
    ]);
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    expect(await actionsOf(admin, `${TRAIL}?since=${tomorrow}`)).toEqual([]);
    expect(await actionsOf(admin, `${TRAIL}?until=${tomorrow}`)).toHaveLength(3);
  });

  it('is searched for people, by name and address, and by operators for companies, too', async () => {
    expect(await actionsOf(admin, `${TRAIL}?q=MUSTERHAUS%20user@`)).toEqual([
      'signed_in',
      'sign_in_failed',
    ]);
    expect(await actionsOf(admin, `${TRAIL}?q=admin&action=signed_in`)).toEqual(['signed_in']);
    expect(await actionsOf(admin, `${TRAIL}?q=beispiel`)).toEqual([]);
    expect(await actionsOf(admin, `${TRAIL}?q=versicherungsmakler`)).toEqual([]);
    expect(await actionsOf(operator, `${EVERYBODYS}?q=Beispiel%20Assekuranz`)).toEqual([
      'signed_in',
    ]);
    expect(await actionsOf(operator, `${EVERYBODYS}?q=versicherungsmakler`)).toEqual([
      'signed_in',
      'sign_in_failed',
      'signed_in',
    ]);
  });

  it('comes page by page', async () => {
    const first = await admin.call('GET', `${TRAIL}?limit=2`);
    const { nextCursor } = first.body.meta;
    const rest = await admin.call('GET', `${TRAIL}?limit=2&cursor=${nextCursor}`);
    expect([...first.body.resources, ...rest.body.resources]).toEqual(
      (await admin.call('GET', TRAIL)).body.resources,
    );
    expect(rest.body.meta.nextCursor).toBeUndefined();
  });

  it.each([
    'action=DROP%20TABLE',
    'action=signed_in,unheard_of',
    'exceptAction=unheard_of',
    'userId=me',
    'since=yesterday',
    'since=2026-11-22T08:00:00',
    'cursor=x',
    'limit=0',
    'accountId=00000000-0000-4000-8000-000000000000',
  ])('refuses ?%s with 400', async (query) => {
    expect((await admin.call('GET', `${TRAIL}?${query}`)).status).toBe(400);
  });

  it('is downloaded as a table, with the same filters', async () => {
    const answer = await fetch(
      `${test.url}${TRAIL}/export?language=de&timeZone=Europe/Berlin&action=sign_in_failed`,
      { headers: { cookie: admin.cookie } },
    );
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="protokoll.csv"');
    const lines = (await answer.text()).trim().split('\r\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain('Zeit;Was;Wer;Wen oder was;Einzelheiten;IP-Adresse;Nummer;Code;');
    expect(lines[1]).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d;Anmeldung fehlgeschlagen;;User Musterhaus;Grund: Passwort falsch;/,
    );
    expect(lines[1]).toMatch(/;sign_in_failed;"\{/);
  });

  it('is downloaded by operators with the company of each record', async () => {
    const answer = await fetch(`${test.url}${EVERYBODYS}/export?language=de&q=assekuranz`, {
      headers: { cookie: operator.cookie },
    });
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="protokoll.csv"');
    const lines = (await answer.text()).trim().split('\r\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain('Zeit;Was;Wer;Wen oder was;Unternehmen;Einzelheiten;');
    expect(lines[1]).toContain(';Beispiel Assekuranz AG;');
    expect(lines[1]).toMatch(/;signed_in;"\{/);
  });
});

describe('a connection in the audit trail', () => {
  const ABOUT =
    'connection_granted,connection_renewed,connection_narrowed,connection_limit_changed,connections_revoked';
  const records = async (who = admin): Promise<Record<string, unknown>[]> => {
    const { body } = await who.call('GET', `${TRAIL}?action=${ABOUT}`);
    return body.resources;
  };

  it('is granted, renewed, narrowed, limited and ended, with the application and the person', async () => {
    const client = new ThirdParty(test.url);
    await client.connect(member);
    await client.connect(member);
    const { body } = await member.call('GET', '/user/v7/connections');
    const [{ id, client: application }] = body.resources;
    const path = `/user/v7/connections/${id}`;
    const expiresAt = new Date(test.clock.now().getTime() + 30 * 86_400_000).toISOString();
    await member.call('PATCH', path, { resource: { scope: 'read', expiresAt } });
    await client.connect(member, { scope: 'read' });
    await admin.call('DELETE', path);

    const user = { id: member.id, email: MEMBER, firstName: 'User', lastName: 'Musterhaus' };
    const connections = [{ id, application: application.name, user }];
    const whole = { scope: 'readwrite', expiresAt: null, inAdvance: false };
    expect(await records()).toEqual([
      expect.objectContaining({ action: 'connections_revoked', connections }),
      expect.objectContaining({
        action: 'connection_renewed',
        detail: {
          scope: 'read',
          formerScope: 'read',
          expiresAt: expect.any(String),
          inAdvance: false,
        },
        connections,
      }),
      expect.objectContaining({ action: 'connection_limit_changed', connections }),
      expect.objectContaining({ action: 'connection_narrowed', connections }),
      expect.objectContaining({
        action: 'connection_renewed',
        detail: { ...whole, formerScope: 'readwrite' },
        connections,
      }),
      expect.objectContaining({
        action: 'connection_granted',
        actor: user,
        subject: expect.objectContaining({ type: 'other', id }),
        detail: whole,
        connections,
      }),
    ]);
  });

  it('is no other company’s', async () => {
    expect(await records(stranger)).toEqual([]);
  });

  it('is named in the table, too', async () => {
    const { text } = await admin.call('GET', `${TRAIL}/export?action=connection_granted`);
    expect(text).toContain(`Maklerwelt CRM (${MEMBER})`);
  });
});

describe('an invitation in the audit trail', () => {
  it('is for an address as long as it is open', async () => {
    const email = 'neu@musterhaus.example';
    const invitations = [{ email, role: 'member', locale: 'de' }];
    await admin.call('POST', '/user/v7/invitations', { resource: { invitations } });
    const { body } = await admin.call('GET', `${TRAIL}?action=invitation_sent`);
    expect(body.resources).toEqual([
      expect.objectContaining({ subject: expect.objectContaining({ type: 'other', email }) }),
    ]);
  });
});

describe('a mail in the audit trail', () => {
  beforeAll(() =>
    test.app.get(AuditLog).note({
      actorId: null,
      action: 'mail_sent',
      subjectId: member.id,
      detail: { mail: 'role-changed' },
      at: test.clock.now(),
    }),
  );

  it('says which kind of mail it was, in the table in words', async () => {
    const { body } = await admin.call('GET', `${TRAIL}?action=mail_sent`);
    expect(body.resources).toEqual([
      expect.objectContaining({
        mail: 'role-changed',
        subject: expect.objectContaining({ id: member.id }),
      }),
    ]);
    const { text } = await admin.call('GET', `${TRAIL}/export?action=mail_sent&language=de`);
    expect(text).toContain(';E-Mail gesendet;;User Musterhaus;Thema: Rolle geändert;');
  });

  it('can be left out, of the table too', async () => {
    const all = await actionsOf(admin, TRAIL);
    expect(all[0]).toBe('mail_sent');
    expect(await actionsOf(admin, `${TRAIL}?exceptAction=mail_sent`)).toEqual(all.slice(1));
    const { text } = await admin.call('GET', `${TRAIL}/export?exceptAction=mail_sent,signed_in`);
    expect(text).not.toMatch(/mail_sent|signed_in/);
    expect(text).toContain('sign_in_failed');
  });
});

describe('the company that something concerns', () => {
  const latest = async (action: string) =>
    (await operator.call('GET', `${EVERYBODYS}?action=${action}`)).body.resources[0];

  it('is named where Flixcheck creates it, invites into it and closes it', async () => {
    const name = 'Beispiel Assekuranz AG';
    const invited = { email: 'neu@assekuranz.example', locale: 'de' };
    const resource = { name, admin: invited };
    const { body } = await operator.call('POST', '/admin/v7/accounts', { resource });
    const account = { id: body.resource.id, name };
    expect(await latest('invitation_sent')).toMatchObject({
      account,
      subject: { email: invited.email },
    });
    await operator.call('PATCH', `/admin/v7/accounts/${account.id}`, {
      resource: { status: 'closed' },
    });
    expect(await latest('account_created')).toMatchObject({ account });
    expect(await latest('account_closed')).toMatchObject({ account });
  });
});

import { call, PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY, HOUR, MINUTE, SECOND } from '../config/clock.js';
import { demoMails } from '../testing/demo-mails.js';
import { INVITATIONS, invited, invitedPerson } from '../testing/invitations.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';

const CLIENTS = '/admin/v7/oauth-clients';
const DESK = '/user/v7/developer/oauth-clients';
const DORA = 'dora@maklerwelt.example';

let api: TestApp;
let mails: Awaited<ReturnType<typeof demoMails>>;
let person: ReturnType<typeof invitedPerson>;
let operator: PortalUser;
let id: string;
let another: string;

beforeAll(async () => {
  api = await createTestApp({ env: { DEMO_DATA: 'on' } });
  mails = await demoMails(api);
  person = invitedPerson(api, mails);
  operator = await signedIn();
  const { body } = await operator.call('GET', `${CLIENTS}?sort=name`);
  const idOf = (clientId: string) =>
    String(body.resources.find((client) => client['clientId'] === clientId)?.id);
  [id, another] = [idOf('maklerwelt-crm'), idOf('belegscanner')];
});
afterAll(() => api.close());
beforeEach(async () => {
  for (const table of ['client_developer_invitations', 'client_developers', 'invitation_mails']) {
    await api.dataSource.query(`DELETE FROM ${table}`);
  }
  // Whom an audit record names cannot be deleted.
  await api.dataSource.query(`UPDATE users SET email = id || '@gone.example' WHERE email = $1`, [
    DORA,
  ]);
  await mails.forget();
});

const signedIn = () => PortalUser.signIn(api.url, 'operator@flixcheck.example');
const path = (clientId = id) => `${CLIENTS}/${clientId}/developer-invitations`;
const invite = (email = DORA, clientId = id) =>
  operator.call('POST', path(clientId), { resource: { email, locale: 'de' } });
const listed = async (of = 'developer-invitations') =>
  (await operator.call('GET', `${CLIENTS}/${id}/${of}`)).body.resources;
const link = async (): Promise<string> => {
  expect((await invite()).status).toBe(201);
  return person.token(DORA);
};
const accepted = async (token: string) => {
  const { status, headers, body } = await person.accept(token, { firstName: 'Dora' });
  const cookie = headers['set-cookie']?.[0]?.split(';', 1)[0] ?? '';
  return {
    status,
    body,
    read: (address: string) => call(api.url, 'GET', address, { headers: { cookie } }),
  };
};
const errorOf = ({ status, body }: Awaited<ReturnType<typeof invite>>) => [
  status,
  body.errors[0]?.field,
  body.errors[0]?.code,
];

describe('an operator invites a developer who has no account', () => {
  it('who gets a mail about the application, and is listed as open', async () => {
    expect((await invite('DORA@maklerwelt.example')).status).toBe(201);
    expect(await listed()).toEqual([
      {
        ...{ id: expect.any(String), email: DORA, locale: 'de', status: 'open' },
        invitedBy: expect.objectContaining({ id: operator.id }),
        ...{ createdAt: expect.any(String), sentAt: expect.any(String) },
        expiresAt: expect.any(String),
      },
    ]);
    const { subject, text } = await mails.next(DORA, /Einladung/);
    expect([subject, text]).toEqual([
      'Einladung: Entwicklerzugang für Maklerwelt CRM',
      expect.stringMatching(/Operator Flixcheck von Flixcheck lädt Sie ein/),
    ]);
    expect(text.replace(/\s+/g, ' ')).toContain('wählen ein Passwort oder einen Passkey');
    const { body } = await operator.call(
      'GET',
      '/admin/v7/audit-records?limit=1&exceptAction=mail_sent',
    );
    expect(body.resources[0]).toMatchObject({
      action: 'client_developer_invited',
      detail: { clientId: 'maklerwelt-crm' },
    });
  });

  it('but not one who has an account, nor anyone twice', async () => {
    expect(errorOf(await invite('user@musterhaus.example'))).toEqual([400, 'email', 'known_user']);
    await invite();
    expect(errorOf(await invite())).toEqual([400, 'email', 'already_invited']);
    expect(errorOf(await invite('nobody'))).toEqual([400, 'email', 'is_email']);
  });

  it('and again once the invitation has expired', async () => {
    await invite();
    api.clock.advance(7 * DAY);
    operator = await signedIn();
    expect((await listed()).map(({ status }) => status)).toEqual(['expired']);
    expect((await invite()).status).toBe(201);
    expect((await listed()).map(({ status }) => status)).toEqual(['open']);
  });

  it('whose place counts among the 20 developers', async () => {
    const rows = [id, operator.id, api.clock.now()];
    await api.dataSource.query(
      `INSERT INTO client_developer_invitations
       SELECT gen_random_uuid(), $1, n || '@many.example', 'de', sha256(n::text::bytea), $2, $3, $3,
              $3::timestamptz + interval '1 day' FROM generate_series(1, 20) n`,
      rows,
    );
    const refused = await invite();
    expect([refused.status, refused.body.errors[0]?.field]).toEqual([409, 'email']);
    const email = 'user@musterhaus.example';
    const added = await operator.call('POST', `${CLIENTS}/${id}/developers`, {
      resource: { email },
    });
    expect(added.status).toBe(409);
  });

  it('sends the link again, which replaces the one before', async () => {
    const first = await link();
    const [open] = await listed();
    await mails.forget();
    expect((await operator.call('POST', `${path()}/${open?.id}/links`)).status).toBe(201);
    const second = await person.token(DORA);
    expect(errorOf(await person.lookUp(first))).toEqual([400, 'token', 'link_invalid']);
    expect((await person.lookUp(second)).status).toBe(200);
    for (const nobody of ['x', operator.id]) {
      expect((await operator.call('POST', `${path()}/${nobody}/links`)).status).toBe(404);
      expect((await operator.call('DELETE', `${path()}/${nobody}`)).status).toBe(404);
    }
  });

  it('takes it back, and the link is used up', async () => {
    const token = await link();
    const [open] = await listed();
    expect((await operator.call('DELETE', `${path()}/${open?.id}`)).status).toBe(204);
    expect(await listed()).toEqual([]);
    expect(errorOf(await person.accept(token))).toEqual([400, 'token', 'link_invalid']);
  });

  it('sends 5 mails an hour to an address, and then says when', async () => {
    await invite();
    const [open] = await listed();
    const again = () => operator.call('POST', `${path()}/${open?.id}/links`);
    for (let sent = 1; sent < 5; sent += 1) expect((await again()).status).toBe(201);
    const refused = await again();
    expect(refused.status).toBe(429);
    const wait = Number(refused.headers['retry-after']) * SECOND;
    expect(wait).toBeLessThanOrEqual(HOUR);
    api.clock.advance(wait - MINUTE);
    operator = await signedIn();
    expect((await again()).status).toBe(429);
    api.clock.advance(MINUTE);
    expect((await again()).status).toBe(201);
  });
});

describe('who accepts the invitation of a developer', () => {
  it('has seen the application and who invited them, and no company', async () => {
    const { body } = await person.lookUp(await link());
    expect(body.resource).toEqual({
      ...{ email: DORA, firstName: '', lastName: '', role: 'member', locale: 'de' },
      ...{ company: null, inviter: 'Operator Flixcheck', expiresAt: expect.any(String) },
      application: { name: 'Maklerwelt CRM', publisher: 'Maklerwelt Software GmbH' },
    });
  });

  it('is developer of that client, signed in, with an account that is nobody’s company', async () => {
    const { status, body, read } = await accepted(await link());
    const { user, account, developer } = body.resource;
    expect([status, developer, user.role]).toEqual([201, true, 'member']);
    expect(account).toEqual({ id: expect.any(String), name: 'Dora Neu', kind: 'personal' });
    expect((await read(DESK)).body.resources.map((client) => client.id)).toEqual([id]);
    expect((await listed('developers')).map(({ email }) => email)).toEqual([DORA]);
    expect(await listed()).toEqual([]);
    const companies = await operator.call('GET', '/admin/v7/accounts?limit=100');
    expect(companies.body.resources.map((company) => company.id)).not.toContain(account.id);
    expect((await operator.call('GET', `/admin/v7/accounts/${account.id}`)).status).toBe(404);
    const limited = await operator.call('PATCH', `${CLIENTS}/${id}`, {
      resource: { accountIds: [account.id] },
    });
    expect(errorOf(limited)).toEqual([400, 'accountIds.0', 'unknown_account']);
  });

  it('is called by another name once they have one', async () => {
    const { body } = await accepted(await link());
    const dora = await PortalUser.signIn(api.url, DORA, 'drei-blaue-elefanten');
    await dora.call('PATCH', '/user/v7/users/me', { resource: { lastName: 'Anders' } });
    const me = await dora.call('GET', '/user/v7/users/me');
    expect(me.body.resource.account).toEqual({
      id: body.resource.account.id,
      name: 'Dora Anders',
    });
  });

  it('leaves audit records, which call them a developer', async () => {
    const { body } = await accepted(await link());
    const records = await api.dataSource.query(
      `SELECT action, actor_id, detail ->> 'role' AS role FROM audit_records
        WHERE subject_id = $1 ORDER BY id`,
      [body.resource.user.id],
    );
    expect(records).toMatchObject([
      { action: 'user_created', actor_id: operator.id, role: 'developer' },
      { action: 'invitation_accepted', actor_id: body.resource.user.id, role: 'developer' },
      { action: 'client_developer_added', actor_id: operator.id },
      { action: 'signed_in', actor_id: body.resource.user.id },
    ]);
  });

  it('can do so once, also when it happens twice at the same time', async () => {
    const token = await link();
    const answers = await Promise.all([person.accept(token), person.accept(token)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 400]);
    expect(errorOf(await person.accept(token))).toEqual([400, 'token', 'link_invalid']);
  });

  it('is developer of each client to which the address is invited', async () => {
    await invite(DORA, another);
    const { read } = await accepted(await link());
    const { body } = await read(DESK);
    expect(body.resources.map((client) => client.id).sort()).toEqual([id, another].sort());
  });

  it.each([
    [
      'the operator is one no more',
      `UPDATE users SET role = 'member' WHERE id = $1`,
      `UPDATE users SET role = 'operator' WHERE id = $1`,
      () => operator.id,
    ],
    [
      'the client has been deleted',
      `UPDATE oauth_clients SET status = 'disabled', deleted_at = now() WHERE id = $1`,
      `UPDATE oauth_clients SET status = 'active', deleted_at = NULL WHERE id = $1`,
      () => id,
    ],
  ])('cannot where %s', async (_, change, undo, whose) => {
    const token = await link();
    await api.dataSource.query(change, [whose()]);
    const answers = [errorOf(await person.lookUp(token)), errorOf(await person.accept(token))];
    await api.dataSource.query(undo, [whose()]);
    expect(answers).toEqual(Array(2).fill([400, 'token', 'link_invalid']));
  });

  it('cannot after 7 days', async () => {
    const token = await link();
    api.clock.advance(7 * DAY);
    expect(errorOf(await person.accept(token))).toEqual([400, 'token', 'link_invalid']);
    operator = await signedIn();
  });

  it('is a developer also where a company’s invitation comes first', async () => {
    const token = await link();
    const admin = await PortalUser.signIn(api.url, 'admin@musterhaus.example');
    await mails.forget();
    await admin.call('POST', INVITATIONS, {
      resource: { invitations: [invited({ email: DORA })] },
    });
    const { body } = await accepted(await person.token(DORA));
    expect([body.resource.account.kind, body.resource.developer]).toEqual(['company', true]);
    expect(errorOf(await person.lookUp(token))).toEqual([400, 'token', 'link_invalid']);
  });

  it('signs in where the address has got an account, and the operator adds that one', async () => {
    const token = await link();
    const [{ id: user }] = await api.dataSource.query(
      `INSERT INTO users SELECT gen_random_uuid(), account_id, $1, first_name, last_name, role,
         locale, status, password_hash, NULL, created_at, updated_at
       FROM users WHERE email = 'admin@beispiel.example' RETURNING id`,
      [DORA],
    );
    const answer = await person.lookUp(token);
    expect(errorOf(answer)).toEqual([400, 'token', 'address_taken']);
    expect(answer.body.errors[0]?.message).toMatch(/make that account a developer/);
    const [open] = await listed();
    expect((await operator.call('POST', `${path()}/${open?.id}/links`)).status).toBe(409);
    const resource = { email: DORA };
    const added = await operator.call('POST', `${CLIENTS}/${id}/developers`, { resource });
    expect([added.status, added.body.resource.id]).toEqual([201, user]);
    expect(await listed()).toEqual([]);
  });
});

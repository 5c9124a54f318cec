import { type Answer, type HouseBody, PortalUser, ThirdParty } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ConnectionEndings } from '../connections/connection-endings.js';
import { recordStatements } from '../testing/statements.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';

const CRM = 'maklerwelt-crm';
const CLIENTS = '/admin/v7/oauth-clients';
const GRANT = { clientId: CRM, redirectUri: 'http://localhost:4000/callback', state: 's' };
const REQUEST = { ...GRANT, response_type: 'code' };

let api: TestApp;
let crm: ThirdParty;
let operator: PortalUser;
let member: PortalUser;
let admin: PortalUser;
let elsewhere: PortalUser;
let id: string;

beforeAll(async () => {
  api = await createTestApp();
  crm = new ThirdParty(api.url);
  operator = await PortalUser.signIn(api.url, 'operator@flixcheck.example');
  member = await PortalUser.signIn(api.url);
  admin = await PortalUser.signIn(api.url, 'admin@musterhaus.example');
  elsewhere = await PortalUser.signIn(api.url, 'admin@beispiel.example');
  const { body } = await operator.call('GET', CLIENTS);
  id = String(body.resources.find(({ clientId }) => clientId === CRM)?.id);
});
afterAll(() => api.close());
beforeEach(async () => {
  await api.app.get(ConnectionEndings).follow();
  await api.dataSource.query(`
    DELETE FROM connections;
    TRUNCATE approval_continuations, approval_requests, account_policy_decisions, account_policies CASCADE;
    DELETE FROM oauth_requests`);
  await limitTo(null);
});

const limitTo = (accounts: PortalUser[] | null) =>
  change(accounts && accounts.map(({ accountId }) => accountId));
const change = (accountIds: unknown, headers: Record<string, string> = {}) =>
  operator.call('PATCH', `${CLIENTS}/${id}`, { resource: { accountIds }, headers });
const read = async () => (await operator.call('GET', `${CLIENTS}/${id}`)).body.resource;
const grant = (who = member): Promise<Answer<HouseBody>> =>
  who.call('POST', '/user/v7/oauth-codes', { resource: GRANT });
const page = (who = member) =>
  who.call('GET', `/user/v7/oauth-authorization-request?${new URLSearchParams(REQUEST)}`);
const decide = (decision: string | null) =>
  admin.call('PATCH', `/user/v7/account-policy/oauth-clients/${id}`, { resource: { decision } });
const offered = async (who: PortalUser) =>
  (await who.call('GET', '/user/v7/oauth-clients')).body.resources.map(({ clientId }) => clientId);
const decidable = async () =>
  (await admin.call('GET', '/user/v7/account-policy/oauth-clients')).body.resources.find(
    ({ clientId }) => clientId === CRM,
  );
const log = async () => (await operator.call('GET', `${CLIENTS}/${id}/requests`)).body.resources;
const ask = (who = member) =>
  who.call('POST', '/user/v7/approval-requests', {
    resource: { query: new URLSearchParams(REQUEST).toString() },
  });

describe('a client for chosen companies', () => {
  it('is offered to their people and to nobody else', async () => {
    await limitTo([elsewhere]);
    expect(await offered(elsewhere)).toContain(CRM);
    expect(await offered(member)).not.toContain(CRM);
    expect(await decidable()).toBeUndefined();
    await limitTo([elsewhere, member]);
    expect(await offered(member)).toContain(CRM);
    expect(await decidable()).toMatchObject({ allowed: true });
  });

  it('cannot be connected by others, whatever their company has decided: 403, with the reason', async () => {
    await decide('allowed');
    await limitTo([elsewhere]);
    expect((await page()).body.resource.refusal).toEqual({
      reason: 'not_for_account',
      mayDecide: false,
      request: null,
    });
    expect((await page(admin)).body.resource.refusal).toMatchObject({ mayDecide: false });
    const { status, body } = await grant();
    expect([status, body.code]).toEqual([403, 'client_not_allowed']);
    expect(body.detail).toMatch(/Ask the publisher of the application/);
    expect((await grant(elsewhere)).status).toBe(201);
    expect((await log()).find(({ outcome }) => outcome === 'failure')).toMatchObject({
      error: 'access_denied',
      reason: 'client_not_for_account',
      detail: expect.stringMatching(/registered this application for chosen companies/),
    });
  });

  it('is not to be asked for: no admin can allow it', async () => {
    await limitTo([elsewhere]);
    const { status, body } = await ask();
    expect([status, body.code]).toEqual([409, 'conflict']);
    expect(body.detail).toMatch(/No admin can change that/);
  });

  it('gives no tokens for a code of a company that it is not meant for', async () => {
    const { code } = await crm.code(member);
    // As if the connection had been opened after the change.
    await api.dataSource.query('UPDATE oauth_clients SET account_ids = $2 WHERE id = $1', [
      id,
      [elsewhere.accountId],
    ]);
    const { status, body } = await crm.exchange(code);
    expect([status, body.error]).toEqual([400, 'invalid_grant']);
    expect((await log())[0]).toMatchObject({
      endpoint: 'token',
      reason: 'client_not_for_account',
    });
  });
});

describe('taking a company out', () => {
  it('ends its connections at once, and those alone', async () => {
    const mine = await crm.connect(member);
    const { code } = await crm.code(admin);
    const kept = await crm.connect(elsewhere);
    const counted = await operator.call(
      'GET',
      `${CLIENTS}/${id}/connections?exceptAccountIds=${elsewhere.accountId}`,
    );
    expect(counted.body.resource).toEqual({ activeConnections: 2, accounts: 1 });
    await limitTo([elsewhere]);
    expect(await crm.use(mine.access_token)).toBe(401);
    expect((await crm.refresh(mine.refresh_token)).body.error).toBe('invalid_grant');
    expect((await crm.exchange(code)).body.error).toBe('invalid_grant');
    expect((await log())[0]).toMatchObject({ reason: 'client_not_for_account' });
    expect(await crm.use(kept.access_token)).toBe(200);
    expect((await crm.refresh(kept.refresh_token)).status).toBe(200);
    const { body } = await member.call('GET', '/user/v7/connections?status=revoked');
    expect(body.resources).toMatchObject([
      { revokedBy: null, revocationReason: 'client_withdrawn' },
    ]);
  });

  it('is what its people read of the application that they used: it is not for their company', async () => {
    const used = async (who: PortalUser) =>
      (await who.call('GET', '/user/v7/connections/clients')).body.resources;
    await grant(member);
    await grant(elsewhere);
    await limitTo([elsewhere]);
    expect(await used(member)).toMatchObject([{ clientId: CRM, availability: 'not_for_account' }]);
    expect(await used(elsewhere)).toMatchObject([{ clientId: CRM, availability: 'available' }]);
    await operator.call('PATCH', `${CLIENTS}/${id}`, { resource: { listed: false } });
    expect(await used(member)).toMatchObject([{ availability: 'not_for_account' }]);
    await operator.call('PATCH', `${CLIENTS}/${id}`, { resource: { listed: true } });
    await limitTo(null);
    expect(await used(member)).toMatchObject([{ availability: 'available' }]);
  });

  it('brings no connection back when it is put in again', async () => {
    const { refresh_token } = await crm.connect(member);
    await limitTo([elsewhere]);
    await limitTo(null);
    expect((await crm.refresh(refresh_token)).status).toBe(400);
    expect((await grant()).status).toBe(201);
  });

  it('leaves no grant in between: it waits for those under way, and ends what they open', async () => {
    for (let round = 0; round < 5; round += 1) {
      const [granted] = await Promise.all([grant(), limitTo([elsewhere])]);
      const { body } = await admin.call('GET', '/user/v7/connections?status=active');
      expect([granted.status, body.meta.total]).toEqual([expect.any(Number), 0]);
      await limitTo(null);
    }
  });

  it('withdraws what its people have asked their admins for', async () => {
    await admin.call('PATCH', '/user/v7/account-policy', { resource: { allows: 'selected' } });
    expect((await ask()).status).toBe(201);
    await limitTo([elsewhere]);
    const { body } = await admin.call('GET', '/user/v7/account-policy');
    expect(body.resource.openRequests).toBe(0);
  });

  it('takes one statement for the endings and one for the requests, however many companies lose it', async () => {
    await api.dataSource.query(
      `WITH companies AS (
         INSERT INTO accounts (id, name, created_at)
         SELECT gen_random_uuid(), 'Kunde ' || n, now() FROM generate_series(1, 200) n RETURNING id
       ), people AS (
         INSERT INTO users (id, account_id, email, first_name, last_name, role, locale, status,
                            password_hash, muted_notices, created_at, updated_at)
         SELECT gen_random_uuid(), c.id, c.id || '@kunde.example', 'K', 'K', 'member', 'de',
                'active', u.password_hash, '{}', now(), now()
           FROM companies c, users u WHERE u.email = 'user@musterhaus.example'
         RETURNING id, account_id
       ), asked AS (
         INSERT INTO approval_requests
           (id, account_id, user_id, oauth_client_id, note, status, requested_at, answer)
         SELECT gen_random_uuid(), account_id, id, $1, '', 'open', now(), '' FROM people
       )
       INSERT INTO connections (id, oauth_client_id, user_id, account_id, scope, granted_at)
       SELECT gen_random_uuid(), $1, id, account_id, 'read', now() FROM people`,
      [id],
    );
    const sent = await recordStatements(api.dataSource, () => limitTo([elsewhere]));
    const count = (part: string) => sent.filter((statement) => statement.includes(part)).length;
    expect(count('INSERT INTO connection_endings')).toBe(1);
    expect(count(`UPDATE approval_requests SET status = 'withdrawn'`)).toBe(1);
    const [left] = await api.dataSource.query(
      `SELECT (SELECT count(*)::int FROM current_connections WHERE revoked_at IS NULL) AS connections,
              (SELECT count(*)::int FROM approval_requests WHERE status = 'open') AS requests`,
    );
    expect(left).toEqual({ connections: 0, requests: 0 });
  });

  it('is made up for when the same companies are chosen again: older nodes may have let others in', async () => {
    const { access_token } = await crm.connect(member);
    // As an older node leaves it: limited, and yet connected.
    await api.dataSource.query('UPDATE oauth_clients SET account_ids = $2 WHERE id = $1', [
      id,
      [elsewhere.accountId],
    ]);
    const { version } = await read();
    const { body } = await limitTo([elsewhere]);
    expect(body.resource.version).toBe(version);
    expect(await crm.use(access_token)).toBe(401);
  });
});

describe('the companies of a client', () => {
  it('are named to operators, changed with If-Match, and on record', async () => {
    const { version } = await read();
    expect((await change([member.accountId], { 'if-match': '"1000"' })).status).toBe(412);
    const changed = await change([elsewhere.accountId, member.accountId], {
      'if-match': `"${version}"`,
    });
    expect(changed.body.resource).toMatchObject({
      accountIds: [elsewhere.accountId, member.accountId],
      accounts: [
        { name: 'Beispiel Assekuranz AG' },
        { name: 'Musterhaus Versicherungsmakler GmbH' },
      ],
      version: version + 1,
    });
    const [{ action, detail }] = await api.dataSource.query(
      'SELECT action, detail FROM audit_records ORDER BY id DESC LIMIT 1',
    );
    expect([action, detail.changes.accountIds.to]).toEqual([
      'client_changed',
      [elsewhere.accountId, member.accountId],
    ]);
  });

  it('are the same in capital letters', async () => {
    const capital = elsewhere.accountId.toUpperCase();
    const { body } = await change([capital]);
    expect(body.resource).toMatchObject({
      accountIds: [elsewhere.accountId],
      accounts: [{ id: elsewhere.accountId, name: 'Beispiel Assekuranz AG' }],
    });
    const twice = await change([elsewhere.accountId, capital]);
    expect([twice.status, twice.body.errors[0]?.field]).toEqual([400, 'accountIds']);
  });

  it.each([
    ['an unknown one', ['00000000-0000-4000-8000-000000000000'], 'accountIds.0'],
    ['none', [], 'accountIds'],
    ['no id', ['musterhaus'], 'accountIds'],
    ['too many', Array.from({ length: 201 }, () => crypto.randomUUID()), 'accountIds'],
    ['no list', 'musterhaus', 'accountIds'],
  ])('are refused where they are %s, and nothing changes', async (_, accountIds, field) => {
    const before = await read();
    const { status, body } = await change(accountIds);
    expect([status, body.errors[0]?.field]).toEqual([400, field]);
    expect(await read()).toEqual(before);
  });

  it('are found by name', async () => {
    const find = async (q: string) =>
      (await operator.call('GET', `/admin/v7/accounts?q=${q}`)).body.resources;
    expect(await find('musterh')).toMatchObject([
      { id: member.accountId, name: 'Musterhaus Versicherungsmakler GmbH' },
    ]);
    expect(await find('nirgends')).toEqual([]);
  });

  it('are not the developers’ business: they see that there is a limit', async () => {
    await operator.call('POST', `${CLIENTS}/${id}/developers`, {
      resource: { email: 'user@musterhaus.example' },
    });
    await limitTo([elsewhere]);
    const path = `/user/v7/developer/oauth-clients/${id}`;
    const { body } = await member.call('GET', path);
    expect(body.resource).toMatchObject({ limitedToCompanies: true });
    expect(JSON.stringify(body)).not.toContain(elsewhere.accountId);
    const changed = await member.call('PATCH', path, { resource: { accountIds: null } });
    expect([changed.status, changed.body.errors[0]?.field]).toEqual([400, 'accountIds']);
  });
});

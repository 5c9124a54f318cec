import { type Answer, type HouseBody, PortalUser, ThirdParty } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ConnectionEndings } from '../connections/connection-endings.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { allowedByAccount, DECISIONS, POLICIES, refusalOf } from './account-policy.js';

const CRM = 'maklerwelt-crm';
const SCANNER = 'belegscanner';
const POLICY = '/user/v7/account-policy';

let api: TestApp;
let crm: ThirdParty;
let admin: PortalUser;
let member: PortalUser;
let operator: PortalUser;
const ids: Record<string, string> = {};

beforeAll(async () => {
  api = await createTestApp();
  crm = new ThirdParty(api.url);
  operator = await PortalUser.signIn(api.url, 'operator@flixcheck.example');
  admin = await PortalUser.signIn(api.url, 'admin@musterhaus.example');
  member = await PortalUser.signIn(api.url);
  const { body } = await operator.call('GET', '/admin/v7/oauth-clients');
  for (const { id, clientId } of body.resources) ids[clientId] = id;
});
afterAll(() => api.close());
beforeEach(async () => {
  await api.app.get(ConnectionEndings).follow();
  await api.dataSource.query(`
    DELETE FROM connections;
    TRUNCATE approval_continuations, approval_requests, account_policy_decisions, account_policies CASCADE;
    DELETE FROM oauth_requests`);
  await verify(true);
});

const allow = (allows: string, more: object = {}, who = admin) =>
  who.call('PATCH', POLICY, { resource: { allows, ...more } });
const decide = (clientId: string, decision: string | null, more: object = {}, who = admin) =>
  who.call('PATCH', `${POLICY}/oauth-clients/${ids[clientId]}`, {
    resource: { decision, ...more },
  });
const verify = (publisherVerified: boolean) =>
  operator.call('PATCH', `/admin/v7/oauth-clients/${ids[CRM]}`, {
    resource: { publisherVerified },
  });
const limit = (client: { publisherVerified: boolean; accountIds: string[] | null }) =>
  api.dataSource.query(
    'UPDATE oauth_clients SET publisher_verified = $2, account_ids = $3 WHERE id = $1',
    [ids[CRM], client.publisherVerified, client.accountIds],
  );
const grant = (who = member): Promise<Answer<HouseBody>> =>
  who.call('POST', '/user/v7/oauth-codes', {
    resource: { clientId: CRM, state: 's', redirectUri: 'http://localhost:4000/callback' },
  });
const page = (who = member) =>
  who.call(
    'GET',
    `/user/v7/oauth-authorization-request?${new URLSearchParams({
      clientId: CRM,
      redirectUri: 'http://localhost:4000/callback',
      response_type: 'code',
      state: 's',
    })}`,
  );
const offered = async (who = member) =>
  (await who.call('GET', '/user/v7/oauth-clients')).body.resources.map(({ clientId }) => clientId);
const log = async () => {
  const path = `/admin/v7/oauth-clients/${ids[CRM]}/requests`;
  return (await operator.call('GET', path)).body.resources;
};
const listed = async (clientId: string) =>
  (await admin.call('GET', `${POLICY}/oauth-clients`)).body.resources.find(
    (client) => client.clientId === clientId,
  );
const audited = () =>
  api.dataSource.query(
    `SELECT action, actor_id AS "actorId", subject_id AS "subjectId", detail FROM audit_records
      WHERE action ~ '^(account_policy|application)_' ORDER BY id`,
  );

describe('an account allows', () => {
  it('every application, until an admin says otherwise', async () => {
    expect((await admin.call('GET', POLICY)).body.resource).toEqual({
      allows: 'every',
      updatedAt: null,
      updatedBy: null,
      openRequests: 0,
    });
    expect((await grant()).status).toBe(201);
    expect((await page()).body.resource.refusal).toBeNull();
  });

  it('verified publishers, if its admin says so, and unverified ones that an admin allows', async () => {
    await verify(false);
    await allow('verified');
    expect((await page()).body.resource.refusal).toMatchObject({ reason: 'not_verified' });
    await decide(CRM, 'allowed');
    expect((await grant()).status).toBe(201);
    await decide(CRM, null);
    expect((await grant()).status).toBe(403);
    await verify(true);
    expect((await grant()).status).toBe(201);
  });

  it('only what its admins have selected, if its admin says so', async () => {
    await allow('selected');
    expect((await page()).body.resource.refusal).toMatchObject({ reason: 'not_selected' });
    expect(await offered()).toEqual([]);
    await decide(CRM, 'allowed');
    expect(await offered()).toEqual([CRM]);
    expect((await grant()).status).toBe(201);
  });

  it('nothing that an admin has blocked, whatever the policy is', async () => {
    await decide(CRM, 'blocked');
    expect((await page()).body.resource.refusal).toMatchObject({ reason: 'blocked' });
    expect(await offered()).not.toContain(CRM);
    expect((await grant()).status).toBe(403);
  });

  it('what it decides, and no other account is affected', async () => {
    await allow('selected');
    expect((await grant(await PortalUser.signIn(api.url, 'admin@beispiel.example'))).status).toBe(
      201,
    );
  });

  it.each(POLICIES.flatMap((policy) => [null, ...DECISIONS].map((d) => [policy, d] as const)))(
    'the same in a statement as in words: %s, %s',
    async (policy, decision) => {
      await decide(SCANNER, 'allowed');
      await allow(policy);
      if (decision) await decide(CRM, decision);
      const chosen = [null, [member.accountId], [operator.accountId]];
      const clients = [true, false].flatMap((publisherVerified) =>
        chosen.map((accountIds) => ({ publisherVerified, accountIds })),
      );
      for (const client of clients) {
        await limit(client);
        const [{ allowed }] = await api.dataSource.query(
          `SELECT ${allowedByAccount('$1::uuid', '$2::uuid')} AS allowed`,
          [member.accountId, ids[CRM]],
        );
        const refusal = refusalOf(member.accountId, { policy, decision }, client);
        expect(allowed).toBe(refusal === null);
      }
      await limit({ publisherVerified: true, accountIds: null });
    },
  );
});

describe('what the account does not allow', () => {
  it('gets no code: 403 client_not_allowed, with access_denied for the client', async () => {
    await decide(CRM, 'blocked');
    const { status, body } = await grant();
    expect([status, body.code]).toEqual([403, 'client_not_allowed']);
    const back = new URL((body as unknown as { redirectTo: string }).redirectTo);
    expect(back.origin + back.pathname).toBe('http://localhost:4000/callback');
    expect(Object.fromEntries(back.searchParams)).toMatchObject({
      error: 'access_denied',
      state: 's',
      iss: api.config.publicUrl,
    });
    const [{ count }] = await api.dataSource.query('SELECT count(*)::int FROM connections');
    expect(count).toBe(0);
  });

  it.each([
    ['blocked', 'client_blocked_by_account', () => decide(CRM, 'blocked')],
    ['not selected', 'client_not_selected_by_account', () => allow('selected')],
    [
      'not verified',
      'client_not_verified_for_account',
      () => Promise.all([verify(false), allow('verified')]),
    ],
  ])(
    'stands in its request log as access_denied with the reason: %s',
    async (_, reason, refuse) => {
      await refuse();
      const { body } = await page();
      expect(new URL(body.resource.denyRedirectTo).searchParams.get('error')).toBe('access_denied');
      await grant();
      const failure = { endpoint: 'authorize', outcome: 'failure', error: 'access_denied', reason };
      expect(await log()).toMatchObject([failure, failure]);
    },
  );

  it('gets no tokens for a code from before, and another try after the approval works', async () => {
    const { code } = await crm.code(member);
    await allow('selected');
    const { status, body } = await crm.exchange(code);
    expect([status, body.error]).toEqual([400, 'invalid_grant']);
    expect((await log())[0]).toMatchObject({
      endpoint: 'token',
      reason: 'client_not_selected_by_account',
    });
    await decide(CRM, 'allowed');
    expect((await crm.exchange(code)).status).toBe(200);
  });
});

describe('blocking an application', () => {
  it('ends its connections of the account at once, and those alone', async () => {
    const mine = await crm.connect(member);
    const { code } = await crm.code(admin);
    const beispiel = await crm.connect(await PortalUser.signIn(api.url, 'admin@beispiel.example'));
    const { body } = await decide(CRM, 'blocked');
    expect(body.resource).toMatchObject({ endedConnections: 2, activeConnections: 0 });
    expect(await crm.use(mine.access_token)).toBe(401);
    expect((await crm.refresh(mine.refresh_token)).body.error).toBe('invalid_grant');
    expect((await log())[0]).toMatchObject({ reason: 'client_blocked_by_account' });
    expect((await crm.exchange(code)).body.error).toBe('invalid_grant');
    expect(await crm.use(beispiel.access_token)).toBe(200);
    expect((await crm.refresh(beispiel.refresh_token)).status).toBe(200);
  });

  it('says why they ended, on record with their number, and tells whose they were', async () => {
    await crm.connect(member);
    await crm.connect(admin);
    await api.dataSource.query('DELETE FROM mails; TRUNCATE audit_records CASCADE');
    await decide(CRM, 'blocked');
    const { body } = await admin.call('GET', '/user/v7/connections?status=revoked');
    expect(body.resources.map((ended) => ended['revocationReason'])).toEqual([
      'not_allowed',
      'not_allowed',
    ]);
    expect(await audited()).toMatchObject([
      { action: 'application_blocked', detail: { endedConnections: 2 } },
    ]);
    const told = await api.dataSource.query(
      'SELECT kind, u.email FROM mails JOIN users u ON u.id = user_id',
    );
    expect(told).toEqual([{ kind: 'connection-ended', email: 'user@musterhaus.example' }]);
  });

  it('brings none back when the block is lifted; a new grant opens a new one', async () => {
    const { refresh_token } = await crm.connect(member);
    await decide(CRM, 'blocked');
    await decide(CRM, null);
    expect((await crm.refresh(refresh_token)).status).toBe(400);
    expect((await log())[0]).toMatchObject({ reason: 'connection_ended' });
    expect(await crm.use((await crm.connect(member)).access_token)).toBe(200);
  });

  it('leaves no grant in between: it waits for those under way, and ends what they open', async () => {
    for (let round = 0; round < 5; round += 1) {
      const [granted] = await Promise.all([grant(), decide(CRM, 'blocked')]);
      const { body } = await admin.call('GET', '/user/v7/connections?status=active');
      expect([granted.status, body.meta.total]).toEqual([expect.any(Number), 0]);
      await decide(CRM, null);
    }
  });
});

describe('a policy that allows less', () => {
  it('says before what is connected although it would not be allowed', async () => {
    await crm.connect(member);
    await crm.connect(admin);
    const effect = async (allows: string) =>
      (await admin.call('GET', `${POLICY}/effect?allows=${allows}`)).body.resource;
    const nothing = { connections: 0, clients: [], approvedRequests: 0, approvedClients: [] };
    expect(await effect('verified')).toEqual(nothing);
    expect(await effect('selected')).toMatchObject({
      connections: 2,
      clients: [{ clientId: CRM, name: expect.any(String), activeConnections: 2 }],
    });
    await decide(CRM, 'allowed');
    expect(await effect('selected')).toEqual(nothing);
  });

  it('lets connections go on unless the admin ends them, but opens none and renews none', async () => {
    const tokens = await crm.connect(member);
    const { body } = await allow('selected');
    expect(body.resource).toMatchObject({ allows: 'selected', endedConnections: 0 });
    expect(await crm.use(tokens.access_token)).toBe(200);
    expect((await crm.refresh(tokens.refresh_token)).status).toBe(200);
    expect((await grant()).status).toBe(403);
    expect(await listed(CRM)).toMatchObject({
      allowed: false,
      refusal: 'not_selected',
      activeConnections: 1,
    });
  });

  it('ends them at once if the admin says so, and not those of what stays allowed', async () => {
    const tokens = await crm.connect(member);
    const { body } = await allow('selected', { endConnections: true });
    expect(body.resource).toMatchObject({ endedConnections: 1 });
    expect(await crm.use(tokens.access_token)).toBe(401);
    await decide(CRM, 'allowed');
    const again = await crm.connect(member);
    await allow('selected', { endConnections: true });
    expect(await crm.use(again.access_token)).toBe(200);
  });

  it('does the same for one application that is left to it', async () => {
    await allow('selected');
    await decide(CRM, 'allowed');
    const tokens = await crm.connect(member);
    expect((await decide(CRM, null)).body.resource).toMatchObject({ endedConnections: 0 });
    const { body } = await decide(CRM, null, { endConnections: true });
    expect(body.resource).toMatchObject({ endedConnections: 1, allowed: false });
    expect(await crm.use(tokens.access_token)).toBe(401);
  });
});

describe('the admins of an account', () => {
  it('alone see and change what it allows', async () => {
    for (const who of [member, operator]) {
      expect((await allow('selected', {}, who)).status).toBe(403);
      expect((await decide(CRM, 'blocked', {}, who)).status).toBe(403);
      for (const path of ['', '/effect?allows=every', '/oauth-clients']) {
        expect((await who.call('GET', `${POLICY}${path}`)).status).toBe(403);
      }
    }
  });

  it('see of every application who has decided what', async () => {
    await decide(SCANNER, 'blocked');
    expect(await listed(SCANNER)).toMatchObject({
      allowed: false,
      refusal: 'blocked',
      decision: 'blocked',
      decidedBy: { id: admin.id },
    });
    expect(await listed(CRM)).toMatchObject({ allowed: true, refusal: null, decision: null });
  });

  it('leave an audit record for each decision, and none where nothing has changed', async () => {
    await api.dataSource.query('DELETE FROM audit_records');
    await allow('verified');
    await allow('verified');
    await decide(CRM, 'blocked');
    await decide(CRM, 'blocked');
    await decide(CRM, null);
    const by = { actorId: admin.id };
    expect(await audited()).toMatchObject([
      { ...by, action: 'account_policy_changed', detail: { from: 'every', to: 'verified' } },
      { ...by, action: 'application_blocked', subjectId: ids[CRM] },
      { ...by, action: 'application_left_to_policy', detail: { from: 'blocked' } },
    ]);
  });

  it('are told of an application that does not exist, and nothing changes', async () => {
    const path = `${POLICY}/oauth-clients/8f14e45f-ceea-467f-9b1c-3c7a4c6f5e21`;
    const answer = await admin.call('PATCH', path, { resource: { decision: 'blocked' } });
    expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
  });
});

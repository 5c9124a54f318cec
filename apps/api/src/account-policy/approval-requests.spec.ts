import { type Answer, type HouseBody, PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { BackgroundWork } from '../background/background-work.js';
import { DAY, HOUR, MINUTE } from '../config/clock.js';
import { recordStatements } from '../testing/statements.js';
import { Notices } from '../users/notices.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { NEWS_MS } from './approval-requests.dto.js';
import { MAX_REQUESTS_PER_HOUR } from './approval-requests.js';

const CRM = 'maklerwelt-crm';
const POLICY = '/user/v7/account-policy';
const REQUESTS = '/user/v7/approval-requests';
const QUERY = new URLSearchParams({
  clientId: CRM,
  redirectUri: 'http://localhost:4000/callback',
  response_type: 'code',
  state: 'offen & frei',
}).toString();

let api: TestApp;
let admin: PortalUser;
let member: PortalUser;
let stranger: PortalUser;
let crmId: string;

beforeAll(async () => {
  api = await createTestApp();
  const [client] = await api.dataSource.query('SELECT id FROM oauth_clients WHERE client_id = $1', [
    CRM,
  ]);
  crmId = client.id;
  member = await PortalUser.signIn(api.url);
  stranger = await PortalUser.signIn(api.url, 'admin@beispiel.example');
});
afterAll(() => api.close());
beforeEach(async () => {
  await api.dataSource.query(`
    TRUNCATE approval_continuations, approval_requests, account_policy_decisions, account_policies CASCADE`);
  // A block takes a sign-in of the last ten minutes, and tests move the clock.
  admin = await PortalUser.signIn(api.url, 'admin@musterhaus.example');
  await allow('selected');
});

const allow = (allows: string) => admin.call('PATCH', POLICY, { resource: { allows } });
const decide = (decision: string | null) =>
  admin.call('PATCH', `${POLICY}/oauth-clients/${crmId}`, { resource: { decision } });
const ask = (more: object = {}, who = member): Promise<Answer<HouseBody>> =>
  who.call('POST', REQUESTS, { resource: { query: QUERY, ...more } });
const asked = async (who = member) => (await ask({}, who)).body.resource.id as string;
const answer = (id: string, status: string, more: object = {}, who = admin) =>
  who.call('PATCH', `${REQUESTS}/${id}`, { resource: { status, ...more } });
const page = async (who = member) =>
  (await who.call('GET', `/user/v7/oauth-authorization-request?${QUERY}`)).body.resource;
const list = async (who = member, query = '') =>
  (await who.call('GET', `${REQUESTS}${query}`)).body.resources;
/** What the member's page knows before it asks for the requests. */
const news = async () => (await member.call('GET', '/user/v7/sessions/current')).body.resource.news;
const grant = () => member.call('POST', '/user/v7/oauth-codes', { resource: { clientId: CRM } });

describe('mails about requests', () => {
  const mails = (): Promise<{ kind: string; user_id: string }[]> =>
    api.dataSource.query('SELECT kind, user_id FROM mails ORDER BY kind');
  beforeEach(() => api.dataSource.query('DELETE FROM mails'));

  it('tell the admins that somebody asks, and the person what was decided', async () => {
    const id = await asked();
    expect(await mails()).toEqual([{ kind: 'approval-requested', user_id: admin.id }]);
    await answer(id, 'declined', { answer: 'Erst ab Januar.' });
    expect(await mails()).toEqual([
      { kind: 'approval-decided', user_id: member.id },
      { kind: 'approval-requested', user_id: admin.id },
    ]);
  });

  it('are not sent for what has not happened', async () => {
    await asked();
    expect((await ask()).status).toBe(409);
    expect(await mails()).toHaveLength(1);
  });

  it('tell the person of an application that is allowed meanwhile', async () => {
    await asked();
    await decide('allowed');
    expect((await mails()).map(({ kind }) => kind)).toEqual([
      'approval-decided',
      'approval-requested',
    ]);
  });

  it('tell a refusal from a block, which ends what is connected', async () => {
    const tellEach = jest.spyOn(api.app.get(Notices, { strict: false }), 'tellEach');
    await answer(await asked(), 'declined');
    await asked();
    await decide('blocked');
    const told = tellEach.mock.calls.flatMap(([, , each]) => each.map(({ data }) => data));
    tellEach.mockRestore();
    expect(told).toMatchObject([{ blocked: false }, { blocked: true }]);
  });

  it('are written at once, however many people have asked', async () => {
    await asked();
    await asked(admin);
    const sent = await recordStatements(api.dataSource, () => decide('allowed'));
    expect(sent.filter((sql) => sql.includes('INSERT INTO mails '))).toHaveLength(1);
    const told = (await mails()).filter(({ kind }) => kind === 'approval-decided');
    expect(new Set(told.map(({ user_id }) => user_id))).toEqual(new Set([member.id, admin.id]));
  });
});

describe('whoever may not connect an application', () => {
  it('asks for it with a note, and sees on the page that the request is open', async () => {
    expect((await page()).refusal).toEqual({
      reason: 'not_selected',
      mayDecide: false,
      request: null,
    });
    const { status, body } = await ask({ note: ' Für Schäden ' });
    expect(status).toBe(201);
    expect(body.resource).toMatchObject({
      status: 'open',
      note: 'Für Schäden',
      client: { clientId: CRM },
      requestedBy: { id: member.id },
      decidedAt: null,
      continueTo: null,
    });
    expect((await page()).refusal.request).toMatchObject({
      id: body.resource.id,
      status: 'open',
      answer: '',
    });
    expect(await list()).toMatchObject([{ id: body.resource.id }]);
  });

  it('asks once for each application, however many clicks at a time', async () => {
    const answers = await Promise.all([ask(), ask(), ask()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    expect(await list()).toHaveLength(1);
  });

  it('sees who has declined and why, and may ask again', async () => {
    const { status } = await answer(await asked(), 'declined', { answer: 'Erst ab Januar.' });
    expect(status).toBe(200);
    expect((await page()).refusal.request).toMatchObject({
      status: 'declined',
      answer: 'Erst ab Januar.',
      decidedAt: expect.any(String),
    });
    expect((await ask()).status).toBe(201);
    expect((await page()).refusal.request).toMatchObject({ status: 'open' });
  });

  it('takes a request back; one that has been answered stays', async () => {
    const id = await asked();
    expect((await stranger.call('DELETE', `${REQUESTS}/${id}`)).status).toBe(404);
    expect((await member.call('DELETE', `${REQUESTS}/${id}`)).status).toBe(204);
    expect(await list()).toEqual([]);
    expect((await page()).refusal.request).toBeNull();
    const answered = await asked();
    await answer(answered, 'declined');
    expect((await member.call('DELETE', `${REQUESTS}/${answered}`)).status).toBe(409);
  });

  it('cannot ask for what is allowed, unknown, or in a request that is not valid', async () => {
    const wrong = QUERY.replace('localhost', 'elsewhere.example');
    expect((await ask({ query: wrong })).body.code).toBe('invalid_redirect_uri');
    expect((await ask({ query: 'clientId=nobody' })).body.code).toBe('unknown_client');
    expect((await ask({ query: `${QUERY}&state=2` })).body.code).toBe('invalid_request');
    await allow('every');
    expect((await ask()).body.code).toBe('conflict');
    expect(await list()).toEqual([]);
  });

  it.each([
    ['too long', 'x'.repeat(301)],
    ['of more than a line', 'one\ntwo'],
    ['with signs that turn the text round', 'a\u202eb'],
  ])('writes no note that is %s', async (_, note) => {
    const { status, body } = await ask({ note });
    expect([status, body.errors?.[0]?.field]).toEqual([400, 'note']);
  });

  it(`asks ${MAX_REQUESTS_PER_HOUR} times an hour at most, withdrawn ones counted`, async () => {
    await member.call('DELETE', `${REQUESTS}/${await asked()}`);
    await api.dataSource.query(
      `INSERT INTO approval_requests SELECT gen_random_uuid(), account_id, user_id, oauth_client_id,
         note, status, requested_at, decided_at, decided_by, answer
         FROM approval_requests, generate_series(2, ${MAX_REQUESTS_PER_HOUR})`,
    );
    const { status, body } = await ask();
    expect([status, body.code]).toEqual([429, 'too_many_attempts']);
    api.clock.advance(HOUR);
    expect((await ask()).status).toBe(201);
  });
});

describe('an approval', () => {
  it('allows the application for everybody, answers all who wait, and leads back to the request', async () => {
    const id = await asked();
    await asked(admin);
    const { status, body } = await answer(id, 'approved', { answer: 'Gern.' });
    expect([status, body.resource.status]).toEqual([200, 'approved']);
    // Only the person who asked goes on with it.
    expect(body.resource.continueTo).toBeNull();
    expect(await list()).toMatchObject([
      {
        id,
        status: 'approved',
        answer: 'Gern.',
        decidedBy: { id: admin.id },
        continueTo: `/portal/oauth/authorize?${QUERY}`,
      },
    ]);
    expect(await list(admin, '?status=open')).toEqual([]);
    expect((await page()).refusal).toBeNull();
    expect((await grant()).status).toBe(201);
  });

  it('leads to no request that is an hour old, given up or granted', async () => {
    const continueTo = async () => (await list())[0].continueTo;
    await answer(await asked(), 'approved');
    expect(await continueTo()).not.toBeNull();
    await grant();
    expect((await list())[0]).toMatchObject({ continueTo: null, connected: true });

    await decide('blocked');
    const id = await asked();
    await member.call('DELETE', `${REQUESTS}/${id}/continuation`);
    await answer(id, 'approved');
    expect(await continueTo()).toBeNull();

    await decide('blocked');
    await answer(await asked(), 'approved');
    api.clock.advance(HOUR + MINUTE);
    expect(await continueTo()).toBeNull();
  });

  it('concerns who asked until they have used it, also who was connected all the time', async () => {
    await allow('every');
    await grant();
    await allow('selected');
    const id = await asked();
    await answer(id, 'approved');
    api.clock.advance(2 * HOUR);
    expect((await list())[0]).toMatchObject({ continueTo: null, connected: true, current: true });
    expect((await list(admin))[0]).toMatchObject({ id, current: false });
    expect(await news()).toMatchObject({ approvalRequests: 1 });
    await grant();
    expect((await list())[0]).toMatchObject({ connected: true, current: false });
    expect(await news()).toMatchObject({ approvalRequests: 0 });
  });

  it('comes by itself when an admin allows the application or more of them', async () => {
    const id = await asked();
    expect((await decide('allowed')).body.resource).toMatchObject({ approvedRequests: 1 });
    expect(await list()).toMatchObject([{ id, status: 'approved' }]);
    await decide(null);
    await asked();
    expect((await allow('every')).body.resource).toMatchObject({ approvedRequests: 1 });
  });

  it('is counted before a policy gives it, with what is asked for', async () => {
    await asked();
    const effect = async (allows: string) =>
      (await admin.call('GET', `/user/v7/account-policy/effect?allows=${allows}`)).body.resource;
    const nothing = { approvedRequests: 0, approvedClients: [] };
    expect(await effect('selected')).toMatchObject(nothing);
    expect(await effect('every')).toMatchObject({
      approvedRequests: 1,
      approvedClients: [{ clientId: CRM, name: 'Maklerwelt CRM', openRequests: 1 }],
    });
    await decide('blocked');
    expect(await effect('every')).toMatchObject(nothing);
  });

  it('counts for nothing once the application is not allowed any more', async () => {
    await answer(await asked(), 'approved');
    await decide('blocked');
    expect((await page()).refusal).toMatchObject({ reason: 'blocked', request: null });
  });

  it('is given once: of two admins, the second learns of the answer', async () => {
    const id = await asked();
    const answers = await Promise.all([answer(id, 'approved'), answer(id, 'declined')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });
});

describe('requests are answered', () => {
  it('by admins of the account, who see all of it', async () => {
    const id = await asked();
    expect((await answer(id, 'approved', {}, member)).status).toBe(403);
    expect((await answer(id, 'approved', {}, stranger)).status).toBe(404);
    expect(await list(admin, '?status=open')).toMatchObject([{ id }]);
    expect(await list(stranger)).toEqual([]);
    expect(await list(member, `?userId=${admin.id}`)).toEqual([]);
    expect((await admin.call('GET', POLICY)).body.resource.openRequests).toBe(1);
    expect((await page(admin)).refusal.mayDecide).toBe(true);
  });

  it('with no when the application is blocked', async () => {
    await asked();
    await decide('blocked');
    expect(await list()).toMatchObject([{ status: 'declined' }]);
  });

  it('by nobody once the person or the application is gone', async () => {
    await asked();
    await admin.call('PATCH', `/user/v7/users/${member.id}`, { resource: { status: 'disabled' } });
    expect(await list(admin)).toEqual([]);
    await admin.call('PATCH', `/user/v7/users/${member.id}`, { resource: { status: 'active' } });
    member = await PortalUser.signIn(api.url);
  });

  it('on record', async () => {
    await api.dataSource.query('DELETE FROM audit_records');
    const id = await asked();
    await answer(id, 'approved');
    const records = await api.dataSource.query(
      'SELECT action, actor_id AS "by", subject_id AS "of" FROM audit_records ORDER BY id',
    );
    expect(records).toEqual([
      { action: 'approval_requested', by: member.id, of: crmId },
      { action: 'approval_request_approved', by: admin.id, of: crmId },
      { action: 'application_allowed', by: admin.id, of: crmId },
    ]);
    const { body } = await admin.call(
      'GET',
      '/user/v7/audit-records?action=approval_request_approved',
    );
    expect(body.resources).toEqual([
      expect.objectContaining({ person: expect.objectContaining({ id: member.id }) }),
    ]);
  });
});

describe('a refusal', () => {
  it(`is news for ${NEWS_MS / DAY} days, unless the person asks again`, async () => {
    await answer(await asked(), 'declined');
    expect(await news()).toMatchObject({ approvalRequests: 1 });
    await asked();
    expect((await list()).map(({ current }: { current: boolean }) => current)).toEqual([
      true,
      true,
    ]);
    expect(await news()).toMatchObject({ approvalRequests: 1 });
    await member.call('DELETE', `${REQUESTS}/${(await list())[0].id}`);
    api.clock.advance(NEWS_MS + MINUTE);
    member = await PortalUser.signIn(api.url);
    expect((await list())[0]).toMatchObject({ status: 'declined', current: false });
    expect(await news()).toMatchObject({ approvalRequests: 0 });
  });
});

describe('what waited is forgotten', () => {
  it('the authorization request after an hour, who has asked for what after half a year', async () => {
    await asked();
    const left = async () => {
      const [counts] = await api.dataSource.query(
        `SELECT (SELECT count(*)::int FROM approval_continuations) AS queries,
                (SELECT count(*)::int FROM approval_requests) AS requests`,
      );
      return counts;
    };
    const work = api.app.get(BackgroundWork);
    api.clock.advance(HOUR + MINUTE);
    await work.run('account-policy.continuations');
    await work.run('account-policy.requests');
    expect(await left()).toEqual({ queries: 0, requests: 1 });
    api.clock.advance(180 * DAY);
    await work.run('account-policy.requests');
    expect(await left()).toEqual({ queries: 0, requests: 0 });
  });
});

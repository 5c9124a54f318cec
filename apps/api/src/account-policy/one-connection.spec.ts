import { PortalUser, ThirdParty } from '@flixcheck/test-harness';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { QueryRunner } from 'typeorm';
import { BackgroundWork } from '../background/background-work.js';
import { DAY } from '../config/clock.js';
import { POOL_SIZE } from '../database/data-source.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';

const CRM = 'maklerwelt-crm';
const POLICY = '/user/v7/account-policy';
const REQUESTS = '/user/v7/approval-requests';
const QUERY = `clientId=${CRM}&response_type=code&redirectUri=http%3A%2F%2Flocalhost%3A4000%2Fcallback`;

let api: TestApp;
let admin: PortalUser;
let member: PortalUser;
let crmId: string;
let held: QueryRunner[];

beforeAll(async () => {
  api = await createTestApp();
  admin = await PortalUser.signIn(api.url, 'admin@musterhaus.example');
  member = await PortalUser.signIn(api.url);
  const ids = await api.dataSource.query('SELECT id FROM oauth_clients WHERE client_id = $1', [
    CRM,
  ]);
  crmId = ids[0].id;
  // The first job of a process reads its queue through the pool, and later ones do not.
  await allow('selected');
  await ask();
});
afterAll(() => api.close());
beforeEach(() => {
  held = [];
});
afterEach(() => Promise.all(held.map((runner) => runner.release())));

/** As if that many other transactions were under way, each of which waited for a second one. */
async function leaveOne(): Promise<void> {
  while (held.length < POOL_SIZE - 1) {
    const runner = api.dataSource.createQueryRunner();
    held.push(runner);
    await runner.connect();
  }
}
const allow = (allows: string, more: object = {}) =>
  admin.call('PATCH', POLICY, { resource: { allows, ...more } });
const ask = () => member.call('POST', REQUESTS, { resource: { query: QUERY } });

describe('A transaction needs one connection of the pool, so that many never wait for each other:', () => {
  it('one that changes the policy and ends what it refuses', async () => {
    await allow('every');
    await new ThirdParty(api.url).connect(member);
    await leaveOne();
    const { status, body } = await allow('selected', { endConnections: true });
    expect([status, body.resource.endedConnections]).toEqual([200, 1]);
  });

  it('one that asks for an application, and one that answers', async () => {
    await allow('selected');
    await leaveOne();
    const asked = await ask();
    expect(asked.status).toBe(201);
    const answered = await admin.call('PATCH', `${REQUESTS}/${asked.body.resource.id}`, {
      resource: { status: 'approved' },
    });
    expect(answered.status).toBe(200);
  });

  it('one that decides about an application that somebody waits for', async () => {
    await allow('selected');
    const decide = (decision: string | null) =>
      admin.call('PATCH', `${POLICY}/oauth-clients/${crmId}`, { resource: { decision } });
    await decide(null);
    await ask();
    await leaveOne();
    const { status, body } = await decide('allowed');
    expect([status, body.resource.approvedRequests]).toEqual([200, 1]);
  });

  it('one that reminds people of connections that end before long', async () => {
    await allow('every');
    const expiresAt = new Date(api.clock.now().getTime() + 2 * DAY).toISOString();
    await new ThirdParty(api.url).connect(member, { expiresAt });
    await leaveOne();
    expect(await api.app.get(BackgroundWork).run('connections.end-reminders')).toBe(1);
  });
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { QueryRunner } from 'typeorm';
import { BackgroundWork } from '../background/background-work.js';
import { DAY } from '../config/clock.js';
import { ConnectionDecisions } from '../connections/connection-decisions.js';
import { POOL_SIZE } from '../database/data-source.js';
import { ClientRegistry } from '../oauth-clients/registry.service.js';
import { Application, createTokensModule } from '../testing/application.js';
import { type Person, person } from '../testing/person.js';
import type { TestContext } from '../testing/test-context.js';
import { AccountPolicies } from './account-policies.service.js';
import { ApprovalRequestsOverview } from './approval-requests-overview.js';

const CRM = 'maklerwelt-crm';
const QUERY = `clientId=${CRM}&response_type=code&redirectUri=http%3A%2F%2Flocalhost%3A4000%2Fcallback`;

let api: TestContext;
let policies: AccountPolicies;
let crm: Application;
let admin: Person;
let member: Person;
let crmId: string;
let held: QueryRunner[];

beforeAll(async () => {
  api = await createTokensModule();
  policies = api.app.get(AccountPolicies);
  crm = new Application(api);
  admin = await person(api, 'admin@musterhaus.example');
  member = await person(api);
  crmId = (await api.app.get(ClientRegistry).getByClientId(CRM)).id;
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
const allow = (allows: 'every' | 'selected', more: { endConnections?: boolean } = {}) =>
  policies.change(admin, { allows, ...more });
const ask = () => crm.askForApproval(member, QUERY);

describe('A transaction needs one connection of the pool, so that many never wait for each other:', () => {
  it('one that ends what a colleague has granted, and tells them by mail who it was', async () => {
    await allow('every');
    await crm.connect(member);
    await leaveOne();
    const decisions = api.app.get(ConnectionDecisions);
    expect(await decisions.endMany(admin, { userId: member.id })).toEqual({ revoked: 1 });
    const told = await api.dataSource.query(
      `SELECT user_id AS id FROM mails WHERE kind = 'connection-ended'`,
    );
    expect(told).toEqual([{ id: member.id }]);
  });

  it('one that changes the policy and ends what it refuses', async () => {
    await allow('every');
    await crm.connect(member);
    await leaveOne();
    const changed = await allow('selected', { endConnections: true });
    expect(changed.endedConnections).toBe(1);
  });

  it('one that asks for an application, and one that answers', async () => {
    await allow('selected');
    await leaveOne();
    const request = await ask();
    await policies.approve(admin, request, '');
    const { status } = await api.app.get(ApprovalRequestsOverview).find(member, request);
    expect(status).toBe('approved');
  });

  it('one that decides about an application that somebody waits for', async () => {
    await allow('selected');
    const decide = (decision: 'allowed' | null) => policies.decide(admin, crmId, { decision });
    await decide(null);
    await ask();
    await leaveOne();
    expect((await decide('allowed')).approvedRequests).toBe(1);
  });

  it('one that reminds people of connections that end before long', async () => {
    await allow('every');
    const expiresAt = new Date(api.clock.now().getTime() + 2 * DAY).toISOString();
    await crm.connect(member, { expiresAt });
    await leaveOne();
    expect(await api.app.get(BackgroundWork).run('connections.end-reminders')).toBe(1);
  });
});

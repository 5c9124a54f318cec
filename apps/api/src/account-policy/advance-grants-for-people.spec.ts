import { PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { MINUTE } from '../config/clock.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';

const CRM = 'maklerwelt-crm';
const CALLBACK = 'http://localhost:4000/callback';
const POLICY = '/user/v7/account-policy';

let api: TestApp;
let admin: PortalUser;
let member: PortalUser;
let crm: string;

beforeAll(async () => {
  api = await createTestApp();
  admin = await PortalUser.signIn(api.url, 'admin@musterhaus.example');
  member = await PortalUser.signIn(api.url);
  const [{ id }] = await api.dataSource.query('SELECT id FROM oauth_clients WHERE client_id = $1', [
    CRM,
  ]);
  crm = id;
});
afterAll(() => api.close());
beforeEach(async () => {
  await api.dataSource.query(`
    DELETE FROM connections;
    TRUNCATE account_policy_decisions, account_policies CASCADE;
    DELETE FROM audit_records`);
});

const decide = (resource: object) =>
  admin.call('PATCH', `${POLICY}/oauth-clients/${crm}`, { resource });
const inAdvance = (advanceScope: string | null) => decide({ decision: 'allowed', advanceScope });
/** What the authorize page would go on with by itself. */
const answered = async (scope: string, who = member) => {
  const query = { clientId: CRM, redirectUri: CALLBACK, response_type: 'code', scope };
  const path = `/user/v7/oauth-authorization-request?${new URLSearchParams(query)}`;
  return (await who.call('GET', path)).body.resource.grantedInAdvance;
};
/** Connects with what has been granted, and ends it again. */
const connectAndEnd = async () => {
  const resource = { clientId: CRM, redirectUri: CALLBACK, scope: 'read' };
  expect((await member.call('POST', '/user/v7/oauth-codes', { resource })).status).toBe(201);
  const { body } = await member.call('GET', '/user/v7/connections?status=active');
  await member.call('DELETE', `/user/v7/connections/${body.resources[0].id}`);
};

describe('what an admin has granted in advance for some people', () => {
  const forPeople = (advanceUserIds: string[] | null, advanceScope: string | undefined = 'read') =>
    decide({ decision: 'allowed', advanceScope, advanceUserIds });
  const listed = async () => {
    const { body } = await admin.call('GET', `${POLICY}/oauth-clients?limit=100`);
    return body.resources.find(({ clientId }) => clientId === CRM);
  };
  const setStatus = async (status: string) =>
    expect(
      (await admin.call('PATCH', `/user/v7/users/${member.id}`, { resource: { status } })).status,
    ).toBe(200);
  const memberAgain = async () => {
    await setStatus('active');
    member = await PortalUser.signIn(api.url);
  };

  it('is asked of everybody else, and shown to nobody else', async () => {
    const { status, body } = await forPeople([member.id.toUpperCase()]);
    expect([status, body.resource]).toMatchObject([
      200,
      { advanceScope: 'read', advanceUsers: [{ id: member.id }] },
    ]);
    expect(await listed()).toMatchObject({ advanceUsers: [{ id: member.id }] });
    expect(await answered('read')).toEqual({
      at: expect.any(String),
      by: expect.objectContaining({ id: admin.id }),
    });
    expect(await answered('read', admin)).toBeNull();
    const offered = async (who: PortalUser) => {
      const { body } = await who.call('GET', '/user/v7/oauth-clients');
      return body.resources.find(({ clientId }) => clientId === CRM)?.grantedInAdvance;
    };
    expect([await offered(member), await offered(admin)]).toEqual([true, false]);
  });

  it('stays for whom it was until a decision names others', async () => {
    await forPeople([member.id]);
    await decide({ decision: 'allowed' });
    expect(await listed()).toMatchObject({ advanceScope: 'read', advanceUsers: [{}] });
    await inAdvance('readwrite');
    expect(await listed()).toMatchObject({ advanceScope: 'readwrite', advanceUsers: [{}] });
    await decide({ decision: 'allowed', advanceScope: 'read', advanceUserIds: null });
    expect(await listed()).toMatchObject({ advanceScope: 'read', advanceUsers: null });
    expect(await answered('read', admin)).not.toBeNull();
    await forPeople([member.id]);
    await decide({ decision: 'blocked' });
    await decide({ decision: 'allowed' });
    expect(await listed()).toMatchObject({ advanceScope: null, advanceUsers: null });
    expect(await answered('read')).toBeNull();
  });

  it('does not grant again what somebody has ended when others are added', async () => {
    await forPeople([member.id]);
    api.clock.advance(MINUTE);
    await connectAndEnd();
    api.clock.advance(MINUTE);
    await forPeople([member.id, admin.id]);
    expect(await answered('read')).toBeNull();
    expect(await answered('read', admin)).not.toBeNull();
    await forPeople([member.id, admin.id], 'readwrite');
    expect(await answered('read')).not.toBeNull();
  });

  it('loses whoever is disabled, for good, and with the last one it is over', async () => {
    await forPeople([member.id, admin.id]);
    await setStatus('disabled');
    expect((await listed()).advanceUsers).toMatchObject([{ id: admin.id }]);
    await memberAgain();
    expect(await answered('read')).toBeNull();
    await forPeople([member.id]);
    await setStatus('disabled');
    expect(await listed()).toMatchObject({ advanceScope: null, advanceUsers: null });
    await memberAgain();
    expect(await answered('read', admin)).toBeNull();
  });

  it('loses whoever is deleted', async () => {
    const id = '5d1f4c1e-93b8-4c56-8a4e-0a4b1d7d2c11';
    await api.dataSource.query(
      `INSERT INTO users SELECT $1, account_id, 'gone@musterhaus.example', first_name, last_name,
         role, locale, status, password_hash, NULL, created_at, updated_at
       FROM users WHERE id = $2`,
      [id, member.id],
    );
    await forPeople([id, member.id]);
    await api.dataSource.query('DELETE FROM users WHERE id = $1', [id]);
    expect((await listed()).advanceUsers).toEqual([expect.objectContaining({ id: member.id })]);
  });

  it('is on record with whom it is for, once', async () => {
    await forPeople([member.id]);
    await forPeople([member.id]);
    await forPeople([admin.id, member.id]);
    await forPeople([member.id, admin.id]);
    await inAdvance(null);
    const records = await api.dataSource.query(
      `SELECT action, detail -> 'fromUserIds' AS before, detail -> 'userIds' AS after
         FROM audit_records WHERE action LIKE '%advance%' ORDER BY id`,
    );
    const both = expect.arrayContaining([member.id, admin.id]);
    expect(records).toEqual([
      { action: 'application_granted_in_advance', before: null, after: [member.id] },
      { action: 'application_granted_in_advance', before: [member.id], after: both },
      { action: 'advance_grant_withdrawn', before: both, after: null },
    ]);
  });

  it.each<[string, () => Promise<object>, string, string]>([
    ['nobody', async () => ({ advanceScope: 'read', advanceUserIds: [] }), 'advanceUserIds', ''],
    [
      'more than 100',
      async () => ({
        advanceScope: 'read',
        advanceUserIds: Array.from({ length: 101 }, randomUUID),
      }),
      'advanceUserIds',
      '',
    ],
    [
      'somebody of another account',
      async () => {
        const other = await PortalUser.signIn(api.url, 'admin@beispiel.example');
        return { advanceScope: 'read', advanceUserIds: [member.id, other.id] };
      },
      'advanceUserIds.1',
      'unknown_user',
    ],
    [
      'somebody who is disabled',
      async () => {
        await setStatus('disabled');
        return { advanceScope: 'read', advanceUserIds: [member.id] };
      },
      'advanceUserIds.0',
      'unknown_user',
    ],
    [
      'people without a scope',
      async () => ({ advanceUserIds: [member.id] }),
      'advanceUserIds',
      'scope_missing',
    ],
  ])('cannot be for %s, and nothing changes', async (_, resource, field, code) => {
    const { status, body } = await decide({ decision: 'allowed', ...(await resource()) });
    expect([status, body.errors?.[0]]).toMatchObject([400, { field, ...(code && { code }) }]);
    await memberAgain();
    expect(await listed()).toMatchObject({ decision: null, advanceScope: null });
  });
});

import { PortalUser, ThirdParty } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestApp, type TestApp } from '../testing/test-app.js';

const CLIENTS = '/admin/v7/oauth-clients';

let api: TestApp;
let operator: PortalUser;
let id: string;
let crm: ThirdParty;

beforeAll(async () => {
  api = await createTestApp();
  crm = new ThirdParty(api.url);
  operator = await PortalUser.signIn(api.url, 'operator@flixcheck.example');
  const { body } = await operator.call('GET', `${CLIENTS}?q=maklerwelt-crm`);
  id = body.resources[0].id;
});
afterAll(() => api.close());
beforeEach(() => api.dataSource.query('DELETE FROM connections'));

const counts = async () => (await operator.call('GET', `${CLIENTS}/${id}/connections`)).body;

describe('what would end with a client', () => {
  it('is its active connections, and the companies that they belong to', async () => {
    expect(await counts()).toEqual({ resource: { activeConnections: 0, accounts: 0 } });
    for (const email of ['user@musterhaus.example', 'admin@musterhaus.example']) {
      await crm.connect(await PortalUser.signIn(api.url, email));
    }
    await crm.connect(await PortalUser.signIn(api.url, 'admin@beispiel.example'));
    expect(await counts()).toEqual({ resource: { activeConnections: 3, accounts: 2 } });
  });

  it('is not what has ended, one by one or with an ending whose rows have yet to follow', async () => {
    const admin = await PortalUser.signIn(api.url, 'admin@beispiel.example');
    await crm.connect(admin);
    await crm.connect(await PortalUser.signIn(api.url));
    const [{ id: connectionId }] = (await admin.call('GET', '/user/v7/connections')).body.resources;
    await admin.call('DELETE', `/user/v7/connections/${connectionId}`);
    expect(await counts()).toEqual({ resource: { activeConnections: 1, accounts: 1 } });
    await api.dataSource.query(
      `INSERT INTO connection_endings (oauth_client_id, at, reason) VALUES ($1, now(), 'client')`,
      [id],
    );
    expect(await counts()).toEqual({ resource: { activeConnections: 0, accounts: 0 } });
    await api.dataSource.query('DELETE FROM connection_endings');
  });

  it('is read from one index, however many there are', async () => {
    // Of an empty table, every index is as good as the other.
    await api.dataSource.query(
      `WITH people AS (
         INSERT INTO users (id, account_id, email, first_name, last_name, role, locale, status,
                            password_hash, muted_notices, created_at, updated_at)
         SELECT gen_random_uuid(), account_id, n || '@kunde.example', 'K', 'K', 'member', 'de',
                'active', password_hash, '{}', now(), now()
           FROM users, generate_series(1, 3000) n WHERE email = 'user@musterhaus.example'
         RETURNING id, account_id
       )
       INSERT INTO connections (id, oauth_client_id, user_id, account_id, scope, granted_at)
       SELECT gen_random_uuid(), $1, id, account_id, 'read', now() FROM people`,
      [id],
    );
    await api.dataSource.query('VACUUM ANALYZE connections');
    const plan: { 'QUERY PLAN': string }[] = await api.dataSource.transaction(async (tx) => {
      await tx.query('SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off');
      return tx.query(
        `EXPLAIN SELECT count(*) FROM connections
          WHERE oauth_client_id = $1 AND revoked_at IS NULL GROUP BY account_id`,
        [id],
      );
    });
    expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toContain(
      'Index Only Scan using connections_active_of_client',
    );
  });

  it('of an unknown client is nothing: 404', async () => {
    const unknown = `${CLIENTS}/00000000-0000-4000-8000-000000000000/connections`;
    expect((await operator.call('GET', unknown)).status).toBe(404);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ClientRegistry } from '../oauth-clients/registry.service.js';
import { grant } from '../testing/connections.js';
import { person } from '../testing/person.js';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { ClientConnectionsController } from './client-connections.controller.js';
import { ConnectionDecisions } from './connection-decisions.js';
import { ConnectionsModule } from './connections.module.js';

let api: TestContext;
let id: string;

beforeAll(async () => {
  api = await createTestModule([ConnectionsModule]);
  ({ id } = await api.app.get(ClientRegistry).getByClientId('maklerwelt-crm'));
});
afterAll(() => api.close());
beforeEach(() => api.dataSource.query('DELETE FROM connections'));

const counts = () => api.app.get(ClientConnectionsController).count(id);

describe('what would end with a client', () => {
  it('is its active connections, and the companies that they belong to', async () => {
    expect(await counts()).toEqual({ resource: { activeConnections: 0, accounts: 0 } });
    for (const email of ['user@musterhaus.example', 'admin@musterhaus.example']) {
      await grant(api, await person(api, email));
    }
    await grant(api, await person(api, 'admin@beispiel.example'));
    expect(await counts()).toEqual({ resource: { activeConnections: 3, accounts: 2 } });
  });

  it('is not what has ended, one by one or with an ending whose rows have yet to follow', async () => {
    const admin = await person(api, 'admin@beispiel.example');
    const first = await grant(api, admin);
    await grant(api, await person(api));
    await api.app.get(ConnectionDecisions).end(admin, first.id);
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
    const unknown = '00000000-0000-4000-8000-000000000000';
    const controller = api.app.get(ClientConnectionsController);
    await expect(controller.count(unknown)).rejects.toMatchObject({ status: 404 });
  });
});

import { eventually } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { BackgroundWork } from '../background/background-work.js';
import { DAY } from '../config/clock.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { ClientRegistry } from '../oauth-clients/registry.service.js';
import { RequestLog, type RequestLogEntry } from '../oauth-clients/request-log.js';
import { grant } from '../testing/connections.js';
import { person } from '../testing/person.js';
import { largeTablesRead } from '../testing/plans.js';
import { recordStatements } from '../testing/statements.js';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { ClientReportsModule } from './client-reports.module.js';
import { ClientStatistics } from './client-statistics.js';

let test: TestContext;
let id: string;

beforeAll(async () => {
  test = await createTestModule([ClientReportsModule]);
  id = (await test.app.get(ClientRegistry).getByClientId('maklerwelt-crm')).id;
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.dataSource.query(
    'TRUNCATE oauth_requests, oauth_request_counts, connections, connection_counts CASCADE',
  );
});

const statistics = (days = 30) => test.app.get(ClientStatistics).of(id, days);
const run = (step: string) => test.app.get(BackgroundWork).run(step);
const count = () => run('oauth-clients.counting');
/** Once it has seen what there is, and once it counts that. */
const countTwice = async () => {
  await count();
  return count();
};
/** The same until all is counted: a transaction anywhere on the server holds it up. */
const countRequests = async () => {
  let all = 0;
  await eventually(async () => {
    all += await count();
    const [{ done }] = await test.dataSource.query(
      `SELECT counted >= coalesce((SELECT max(id) FROM oauth_requests), 0) AS done
         FROM oauth_request_counting`,
    );
    return done;
  });
  return all;
};
const today = () => test.clock.now().toISOString().slice(0, 10);

async function sent(number: number, change: Partial<RequestLogEntry> = {}): Promise<void> {
  const log = test.app.get(RequestLog);
  for (let index = 0; index < number; index += 1) {
    await log.record({
      requestId: crypto.randomUUID(),
      oauthClientId: id,
      at: test.clock.now(),
      endpoint: 'token',
      grantType: 'authorization_code',
      outcome: 'success',
      error: null,
      reason: null,
      detail: null,
      explanation: null,
      connectionId: null,
      ip: '203.0.113.7',
      durationMs: 1,
      ...change,
    });
  }
  await log.flush();
}
const refreshed = (number: number) => sent(number, { grantType: 'refresh_token' });
const failed = (number: number, reason: string, endpoint: 'token' | 'authorize' = 'token') =>
  sent(number, { endpoint, outcome: 'failure', error: 'invalid_grant', reason });

describe('the statistics of a client', () => {
  it('are its exchanges, refreshes and failures by reason, day by day without gaps', async () => {
    await sent(2);
    await failed(1, 'code_expired');
    test.clock.advance(2 * DAY);
    await refreshed(3);
    await failed(2, 'code_expired');
    await failed(1, 'redirect_uri_unregistered', 'authorize');
    await sent(1, { endpoint: 'introspect', grantType: null });
    const { days } = await statistics();
    expect(days).toHaveLength(30);
    expect(days.at(-1)).toEqual({
      day: today(),
      exchanges: 0,
      refreshes: 3,
      failures: expect.arrayContaining([
        { reason: 'code_expired', requests: 2 },
        { reason: 'redirect_uri_unregistered', requests: 1 },
      ]),
      activeConnections: 0,
    });
    expect(days.at(-2)).toMatchObject({ exchanges: 0, refreshes: 0, failures: [] });
    expect(days.at(-3)).toMatchObject({
      exchanges: 2,
      failures: [{ reason: 'code_expired', requests: 1 }],
    });
    expect((await statistics(2)).days).toEqual(days.slice(-2));
  });

  it('count the same reason once, at whichever endpoint', async () => {
    await failed(1, 'client_disabled');
    await failed(2, 'client_disabled', 'authorize');
    const { days } = await statistics(1);
    expect(days[0]?.failures).toEqual([{ reason: 'client_disabled', requests: 3 }]);
  });

  it('are of this client alone', async () => {
    const other = await test.app.get(ClientRegistry).getByClientId('belegscanner');
    await sent(2, { oauthClientId: other.id });
    expect((await statistics(1)).days[0]).toMatchObject({ exchanges: 0 });
    await countRequests();
    expect((await statistics(1)).days[0]).toMatchObject({ exchanges: 0 });
  });

  it('are the same before, while and after the log is counted, and when it is gone', async () => {
    await sent(3);
    await failed(1, 'code_expired');
    const before = await statistics();
    expect(await count()).toBe(0);
    expect(await statistics()).toEqual(before);
    expect(await countRequests()).toBe(4);
    expect(await statistics()).toEqual(before);
    expect(await countRequests()).toBe(0);
    await sent(1);
    expect((await statistics(1)).days[0]).toMatchObject({ exchanges: 4 });
    expect(await countRequests()).toBe(1);
    const all = await statistics();
    await test.dataSource.query('DELETE FROM oauth_requests');
    expect(await statistics()).toEqual(all);
  });

  it('count a request whose entry was being written when later ones were seen', async () => {
    const slow = new pg.Client({ connectionString: test.config.databaseUrl });
    await slow.connect();
    try {
      await slow.query('BEGIN');
      await slow.query(
        `INSERT INTO oauth_requests
                (request_id, oauth_client_id, at, endpoint, grant_type, outcome, ip, duration_ms)
         VALUES (gen_random_uuid(), $1, $2, 'token', 'authorization_code', 'success', '::1', 1)`,
        [id, test.clock.now()],
      );
      await sent(1);
      await countTwice();
      await slow.query('COMMIT');
    } finally {
      await slow.end();
    }
    await countRequests();
    expect((await statistics(1)).days[0]).toMatchObject({ exchanges: 2 });
  });

  it('count a log of more than one statement’s worth', async () => {
    await test.dataSource.query(
      `INSERT INTO oauth_requests
              (request_id, oauth_client_id, at, endpoint, grant_type, outcome, ip, duration_ms)
       SELECT gen_random_uuid(), $1, $2, 'token', 'refresh_token', 'success', '::1', 1
         FROM generate_series(1, 12001)`,
      [id, test.clock.now()],
    );
    expect(await countRequests()).toBe(12001);
    expect((await statistics(1)).days[0]).toMatchObject({ refreshes: 12001 });
  });

  it('say how many connections were active, and null where nobody counted', async () => {
    const user = await person(test);
    const { id: connection } = await grant(test, user);
    await run('connections.daily-counts');
    test.clock.advance(2 * DAY);
    await run('connections.daily-counts');
    await grant(test, await person(test, 'admin@musterhaus.example'));
    const active = async () =>
      (await statistics(3)).days.map(({ activeConnections }) => activeConnections);
    expect(await active()).toEqual([1, null, 2]);
    await run('connections.daily-counts');
    const ending = { actorId: user.id, reason: 'user', at: test.clock.now() } as const;
    await test.app.get(ConnectionsService).revoke([connection], ending);
    expect(await active()).toEqual([1, null, 1]);
  });

  it('are kept for 400 days', async () => {
    await sent(1);
    await countRequests();
    await run('connections.daily-counts');
    const prune = async () => [
      await run('oauth-clients.request-counts'),
      (await run('connections.counts')) > 0,
    ];
    test.clock.advance(399 * DAY);
    expect(await prune()).toEqual([0, false]);
    test.clock.advance(2 * DAY);
    expect(await prune()).toEqual([1, true]);
  });

  it('are found by indexes, whoever else is in the tables', async () => {
    await test.dataSource.query(
      `INSERT INTO oauth_requests
              (request_id, oauth_client_id, at, endpoint, grant_type, outcome, ip, duration_ms)
       SELECT gen_random_uuid(), c.id, $1, 'token', 'refresh_token', 'success', '::1', 1
         FROM oauth_clients c, generate_series(1, 5000)`,
      [test.clock.now()],
    );
    await test.dataSource.query(
      `INSERT INTO oauth_request_counts
       SELECT c.id, date '2026-01-01' - n, 'refresh', false, '', 1
         FROM oauth_clients c, generate_series(1, 3000) n`,
    );
    await test.dataSource.query(
      `INSERT INTO connection_counts
       SELECT c.id, date '2026-01-01' - n, 1 FROM oauth_clients c, generate_series(1, 3000) n`,
    );
    await test.dataSource.query('ANALYZE');
    const read = await recordStatements(test.dataSource, () => statistics(90));
    const counted = await recordStatements(test.dataSource, countTwice);
    const client = new pg.Client({ connectionString: test.config.databaseUrl });
    await client.connect();
    try {
      const large = [...read, ...counted].filter((sql) => /oauth_requests|_counts/.test(sql));
      expect(large.length).toBeGreaterThan(4);
      for (const statement of large) {
        const { rows } = await client.query(`EXPLAIN (GENERIC_PLAN) ${statement}`);
        const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
        expect(plan).not.toMatch(/Seq Scan on (\w+_counts|connections)\b/);
        // Of the partitions, those that are empty are no loss.
        expect(await largeTablesRead(client, statement)).toEqual([]);
      }
    } finally {
      await client.end();
    }
  });
});

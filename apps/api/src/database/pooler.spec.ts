import { createTestDatabase, type TestDatabase } from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dataSourceOptions, poolOptions } from './data-source.js';
import { assertPooler, PoolerError } from './pooler.js';
import { StatementPool } from './statement-pool.js';

let database: TestDatabase;
let statements: StatementPool;
beforeAll(async () => {
  database = await createTestDatabase();
  statements = new StatementPool({
    databaseUrl: database.url,
    databaseFeedUrl: database.url,
    preparedStatements: false,
    statementPoolSize: 1,
  });
});
afterAll(async () => {
  await statements.onApplicationShutdown();
  await database.drop();
});

/** As a pooler's `connect_query` does. */
function limited(url: string): string {
  return `${url}?options=${encodeURIComponent('-c statement_timeout=8000')}`;
}

describe('behind a pooler, nothing relies on a session', () => {
  it('no setting is asked for when a connection is opened: a pooler would refuse it', () => {
    const way = { isPooled: true };
    for (const settings of [
      dataSourceOptions(database.url, 1, way).extra,
      poolOptions(database.url, way),
      statements.pool.options,
    ] as object[]) {
      expect(Object.keys(settings)).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/^(statement_timeout|options)$/)]),
      );
    }
  });

  it('a statement is planned by its indexes, and leaves the connection as it was', async () => {
    const settings = `current_setting('plan_cache_mode') AS plans, current_setting('enable_seqscan') AS scans`;
    const during = await statements.query(
      'settings',
      `SELECT ${settings}, value FROM unnest($1::text[]) value`,
      [['first', 'second']],
    );
    expect(during).toEqual([
      { plans: 'force_generic_plan', scans: 'off', value: 'first' },
      { plans: 'force_generic_plan', scans: 'off', value: 'second' },
    ]);
    const { rows } = await statements.pool.query(
      `SELECT ${settings}, (SELECT count(*)::integer FROM pg_prepared_statements) AS prepared`,
    );
    expect(rows).toEqual([{ plans: 'auto', scans: 'on', prepared: 0 }]);
  });

  it('one that fails is thrown, and the connection goes on', async () => {
    await expect(statements.query('failing', 'SELECT 1 / $1::integer', [0])).rejects.toThrow(
      'division by zero',
    );
    expect(await statements.query('working', 'SELECT 6 / $1::integer AS result', [2])).toEqual([
      { result: 3 },
    ]);
  });
});

describe('at the start, a pooler that is not what the program needs is refused', () => {
  const check = (databaseUrl: string, databaseFeedUrl: string | undefined) =>
    assertPooler({ databaseUrl, databaseFeedUrl, preparedStatements: true });

  it('one that leads to the same database, with a limit for statements, is fine', async () => {
    await check(limited(database.url), database.url);
    await check(limited(database.url), limited(database.url));
  });

  it('without DATABASE_FEED_URL there is none', async () => {
    await check('postgres://nobody:pw@localhost:1/nothing', undefined);
  });

  it('a feed of another database, from which no revocation would be heard', async () => {
    const other = await createTestDatabase();
    try {
      const checked = check(limited(database.url), other.url);
      await expect(checked).rejects.toThrow(PoolerError);
      await expect(checked).rejects.toThrow('lead to different databases');
    } finally {
      await other.drop();
    }
  });

  it('statements without a limit, of which one that hangs would keep its connection', async () => {
    await expect(check(database.url, database.url)).rejects.toThrow(
      "connect_query='SET statement_timeout = 8000'",
    );
  });
});

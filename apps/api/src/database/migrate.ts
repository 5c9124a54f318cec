import { setTimeout as delay } from 'node:timers/promises';
import { AbstractLogger, DataSource, QueryFailedError, type QueryRunner } from 'typeorm';
import { dataSourceOptions, MIGRATIONS } from './data-source.js';

/** Two nodes that start at once must not both migrate. Any number that is ours alone. */
const MIGRATION_LOCK = 7_304_001;
/**
 * A statement that waits for a table's lock makes all others queue up behind it. So a migration
 * waits this long, lets the others pass, and tries again.
 */
export const LOCK_TIMEOUT_MS = 300;
const RETRY_MS = 700;
const MAX_TRIES = 600;
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Brings the schema to the newest version, while other nodes serve requests.
 * @param migrations all of them, or those of an earlier version
 * @returns the names of those that ran
 * @throws Error when a lock that a migration needs has been held for ten minutes
 */
export async function migrate(databaseUrl: string, migrations = MIGRATIONS): Promise<string[]> {
  const dataSource = await new DataSource({
    ...dataSourceOptions(databaseUrl),
    migrations,
    // A migration may run for any length of time, but waits for locks only this long.
    extra: { lock_timeout: LOCK_TIMEOUT_MS, keepAlive: true },
    logger: new NoLogger(),
  }).initialize();
  try {
    const runner = dataSource.createQueryRunner();
    await waitForOtherNodes(runner);
    try {
      const before = await ranSoFar(runner);
      await runPatiently(dataSource);
      return (await ranSoFar(runner)).slice(before.length);
    } finally {
      await runner.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
      await runner.release();
    }
  } finally {
    await dataSource.destroy();
  }
}

/**
 * Asks again and again rather than waiting inside a statement: an index that is built concurrently
 * waits for every statement that is under way, and the two would wait for each other.
 */
async function waitForOtherNodes(runner: QueryRunner): Promise<void> {
  for (;;) {
    const [{ locked }] = await runner.query('SELECT pg_try_advisory_lock($1) AS locked', [
      MIGRATION_LOCK,
    ]);
    if (locked) return;
    await delay(100);
  }
}

async function ranSoFar(runner: QueryRunner): Promise<string[]> {
  if (!(await runner.hasTable('migrations'))) return [];
  const rows: { name: string }[] = await runner.query('SELECT name FROM migrations ORDER BY id');
  return rows.map(({ name }) => name);
}

async function runPatiently(dataSource: DataSource): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await dataSource.runMigrations();
      return;
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      if (tries === MAX_TRIES) {
        throw new Error(
          'A migration needs a table that something has been holding for ten minutes: look for a long transaction in pg_stat_activity, end it, and start again.',
          { cause: error },
        );
      }
      await delay(RETRY_MS);
    }
  }
}

/** TypeORM would print each attempt that is repeated; a final failure is thrown. */
class NoLogger extends AbstractLogger {
  protected writeLog(): void {
    return;
  }
}

function isLockTimeout(error: unknown): boolean {
  return (
    error instanceof QueryFailedError &&
    (error.driverError as { code?: string }).code === LOCK_NOT_AVAILABLE
  );
}

import { setTimeout as delay } from 'node:timers/promises';
import { AbstractLogger, DataSource, type QueryRunner } from 'typeorm';
import { dataSourceOptions, MIGRATIONS } from './data-source.js';
import { isLockTimeout, MADE_AHEAD, makePartitions } from './partitions.js';

/** Two nodes that start at once must not both migrate. Any number that is ours alone. */
const MIGRATION_LOCK = 7_304_001;
/**
 * A statement that waits for a table's lock makes all others queue up behind it. So a migration
 * waits this long, lets the others pass, and tries again.
 */
export const LOCK_TIMEOUT_MS = 300;
const RETRY_MS = 700;
const MAX_TRIES = 600;

/**
 * Brings the schema to the newest version, while other nodes serve requests, and makes the partitions
 * that the first requests need.
 * @param migrations all of them, or those of an earlier version
 * @returns the names of those that ran
 * @throws Error when a lock that a migration needs has been held for ten minutes, and what a migration
 * throws, under its name
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
      await runPatiently(dataSource, runner);
      const ran = (await ranSoFar(runner)).slice(before.length);
      await makePartitionsAhead(runner);
      return ran;
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

/** After a long rest. The rows would fit into the default partition, but stay there. */
async function makePartitionsAhead(runner: QueryRunner): Promise<void> {
  const send = (text: string, values: unknown[]) => runner.query(text, values);
  const tables: { name: string }[] = await runner.query(
    `SELECT relname AS name FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind = 'p' AND relname = ANY ($1)`,
    [Object.keys(MADE_AHEAD)],
  );
  for (const { name } of tables) {
    try {
      await makePartitions(send, name, new Date());
    } catch (error) {
      // A backup may read the tables for hours; housekeeping comes back to it.
      if (!isLockTimeout(error)) throw error;
    }
  }
}

async function runPatiently(dataSource: DataSource, runner: QueryRunner): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await dataSource.runMigrations();
      return;
    } catch (error) {
      if (!isLockTimeout(error)) throw await naming(dataSource, runner, error);
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

/** What the database says of a statement does not tell which migration has sent it. */
async function naming(dataSource: DataSource, runner: QueryRunner, error: unknown) {
  // The connection may be lost.
  const ran = await ranSoFar(runner).catch(() => undefined);
  const names = dataSource.migrations.map(({ name, constructor }) => name ?? constructor.name);
  const failed = ran && names.find((name) => !ran.includes(name));
  if (failed && error instanceof Error) error.message = `${failed}: ${error.message}`;
  return error;
}

/** TypeORM would print each attempt that is repeated; a final failure is thrown. */
class NoLogger extends AbstractLogger {
  protected writeLog(): void {
    return;
  }
}

import { setTimeout } from 'node:timers/promises';
import { DataSource, type QueryRunner } from 'typeorm';
import { dataSourceOptions } from './data-source.js';

/** Two nodes that start at once must not both migrate. Any number that is ours alone. */
const MIGRATION_LOCK = 7_304_001;
const LOCK_RETRY_MS = 200;

/**
 * Brings the schema to the newest version.
 * @returns the names of the migrations that ran
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const dataSource = await new DataSource({
    ...dataSourceOptions(databaseUrl),
    // A migration may take as long as it takes.
    extra: {},
  }).initialize();
  try {
    const runner = dataSource.createQueryRunner();
    await lock(runner);
    try {
      return (await dataSource.runMigrations()).map(({ name }) => name);
    } finally {
      await runner.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
      await runner.release();
    }
  } finally {
    await dataSource.destroy();
  }
}

/**
 * Asks again and again instead of waiting in the database: a statement that waits holds a snapshot,
 * and CREATE INDEX CONCURRENTLY on the node that has the lock would wait for it in turn.
 */
async function lock(runner: QueryRunner): Promise<void> {
  for (;;) {
    const [{ locked }] = await runner.query('SELECT pg_try_advisory_lock($1) AS locked', [
      MIGRATION_LOCK,
    ]);
    if (locked) return;
    await setTimeout(LOCK_RETRY_MS);
  }
}

import { DataSource } from 'typeorm';
import { dataSourceOptions } from './data-source.js';

/** Two nodes that start at once must not both migrate. Any number that is ours alone. */
const MIGRATION_LOCK = 7_304_001;

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
    await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
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

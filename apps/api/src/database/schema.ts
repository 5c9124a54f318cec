import { DataSource, QueryFailedError, type QueryRunner } from 'typeorm';
import { directUrl, type RuntimeConfig } from '../config/config.module.js';
import { dataSourceOptions, type Way, wayOf } from './data-source.js';
import { assertGranted, DatabaseRoleError, grantProgram, roleOf } from './database-role.js';
import { migrate } from './migrate.js';

type Addresses = Pick<RuntimeConfig, 'databaseUrl' | 'databaseMigrationUrl'> & {
  databaseFeedUrl?: string;
};

/** Two nodes that start at once must not both grant: the later one finds nothing to do. */
const GRANT_LOCK = 7_304_002;
const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * Brings the schema to the newest version and, where the program has a role of its own, gives that
 * one its rights on it.
 * @returns the names of the migrations that ran, and the role that has its rights
 * @throws DatabaseRoleError where a role lacks rights, or has too many
 */
export async function bringUpToDate(
  addresses: Addresses,
): Promise<{ ran: string[]; role?: string }> {
  const { databaseUrl, databaseMigrationUrl } = addresses;
  if (databaseMigrationUrl === undefined) {
    // A migration holds a lock of its session, and sets limits for it.
    const ran = await migrateAsProgram(directUrl(addresses));
    await withTransaction(databaseUrl, assertGranted, wayOf(addresses));
    return { ran };
  }
  const ran = await migrate(databaseMigrationUrl);
  const role = roleOf(databaseUrl).name;
  // Another address of the same role, such as one that leads past PgBouncer.
  if (role === roleOf(databaseMigrationUrl).name) return { ran };
  await withTransaction(databaseMigrationUrl, (runner) => grantProgram(runner, databaseUrl));
  return { ran, role };
}

async function migrateAsProgram(databaseUrl: string): Promise<string[]> {
  try {
    return await migrate(databaseUrl);
  } catch (error) {
    const refused =
      error instanceof QueryFailedError &&
      (error.driverError as { code?: string }).code === INSUFFICIENT_PRIVILEGE;
    if (!refused) throw error;
    throw new DatabaseRoleError(
      'The database is of an older version than the program, and the role of DATABASE_URL may not change it. Run the command migrate with DATABASE_MIGRATION_URL, the address of the role that owns the schema, and start again.',
      { cause: error },
    );
  }
}

/** Everything that is granted is there at once, or nothing. */
export async function withTransaction<Result>(
  url: string,
  work: (runner: QueryRunner) => Promise<Result>,
  way?: Way,
): Promise<Result> {
  const dataSource = await new DataSource(dataSourceOptions(url, 1, way)).initialize();
  try {
    return await dataSource.transaction(async ({ queryRunner }) => {
      if (!queryRunner) throw new Error('a transaction has a query runner');
      await queryRunner.query('SELECT pg_advisory_xact_lock($1)', [GRANT_LOCK]);
      return work(queryRunner);
    });
  } finally {
    await dataSource.destroy();
  }
}

import type { QueryRunner } from 'typeorm';

/** A schema of its own, which pg-boss's statements fill and read. */
export const QUEUE_SCHEMA = 'pgboss';

/**
 * Brings pg-boss's schema to what the installed pg-boss needs: makes it, or runs pg-boss's own
 * migrations on it. An update of pg-boss that changes the schema needs a new migration that calls
 * this; on an empty database the first such migration does it all, and the later ones find nothing
 * to do.
 */
export async function installQueueSchema(runner: QueryRunner): Promise<void> {
  // Loaded here, because most starts have no migration to run.
  const { getConstructionPlans, getMigrationPlans } = await import('pg-boss');
  const [{ installed }] = await runner.query('SELECT to_regclass($1) IS NOT NULL AS installed', [
    `${QUEUE_SCHEMA}.version`,
  ]);
  if (!installed) {
    await runner.query(withoutTransaction(getConstructionPlans(QUEUE_SCHEMA)));
    return;
  }
  const [{ version }] = await runner.query(`SELECT version FROM ${QUEUE_SCHEMA}.version`);
  // There are no migration plans from the newest version on.
  if (getConstructionPlans(QUEUE_SCHEMA).includes(`VALUES ('${version}')`)) return;
  await runner.query(withoutTransaction(getMigrationPlans(QUEUE_SCHEMA, version)));
}

export async function dropQueueSchema(runner: QueryRunner): Promise<void> {
  await runner.query(`DROP SCHEMA ${QUEUE_SCHEMA} CASCADE`);
}

/** The migration has its own transaction, which pg-boss's COMMIT would end too early. */
function withoutTransaction(plans: string): string {
  return plans.replace(/^\s*(BEGIN|COMMIT);\s*$/gm, '');
}

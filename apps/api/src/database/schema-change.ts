import type { QueryRunner } from 'typeorm';

/**
 * How migrations change tables that are in use. Both do the slow part in statements that hold up
 * neither reads nor writes and cannot run in a transaction: the migration that calls them sets
 * `transaction = false`, and everything in it must be safe to run again after an interruption.
 */

/**
 * Builds an index. An existing one is left as it is, unless an interrupted run has left it
 * unfinished.
 * @param definition what follows `CREATE INDEX name ON`
 */
export async function createIndex(
  runner: QueryRunner,
  name: string,
  definition: string,
): Promise<void> {
  assertNoTransaction(runner);
  const [index]: { valid: boolean }[] = await runner.query(
    'SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass($1)',
    [name],
  );
  if (index?.valid) return;
  await patiently(runner, async () => {
    if (index) await runner.query(`DROP INDEX CONCURRENTLY ${name}`);
    await runner.query(`CREATE INDEX CONCURRENTLY ${name} ON ${definition}`);
  });
}

/**
 * The same for a table that consists of partitions: each builds its own, and those that are made
 * meanwhile bring it along.
 * @param definition what follows the name of the table
 */
export async function createPartitionedIndex(
  runner: QueryRunner,
  name: string,
  table: string,
  definition: string,
): Promise<void> {
  await runner.query(`CREATE INDEX IF NOT EXISTS ${name} ON ONLY ${table} ${definition}`);
  const partitions: { partition: string }[] = await runner.query(
    `SELECT inhrelid::regclass::text AS partition FROM pg_inherits
      WHERE inhparent = $1::regclass
        AND NOT EXISTS (SELECT FROM pg_index part JOIN pg_inherits of ON of.inhrelid = part.indexrelid
                         WHERE part.indrelid = pg_inherits.inhrelid AND of.inhparent = $2::regclass)`,
    [table, name],
  );
  for (const { partition } of partitions) {
    const part = `${name}_${partition.slice(table.length + 1)}`;
    await createIndex(runner, part, `${partition} ${definition}`);
    await runner.query(`ALTER INDEX ${name} ATTACH PARTITION ${part}`);
  }
}

/**
 * Adds a constraint, or replaces the one of this name. It applies to new rows at once, and to
 * existing rows once they have been checked.
 * @param definition what follows `ADD CONSTRAINT name`
 */
export async function setConstraint(
  runner: QueryRunner,
  table: string,
  name: string,
  definition: string,
): Promise<void> {
  assertNoTransaction(runner);
  await runner.query(
    `ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${name},
       ADD CONSTRAINT ${name} ${definition} NOT VALID`,
  );
  await validateConstraint(runner, table, name);
}

/** Checks the existing rows against a constraint that was added without doing so. */
export async function validateConstraint(
  runner: QueryRunner,
  table: string,
  name: string,
): Promise<void> {
  assertNoTransaction(runner);
  await patiently(runner, () => runner.query(`ALTER TABLE ${table} VALIDATE CONSTRAINT ${name}`));
}

/** Nobody queues up behind these statements, so they may wait as long as it takes. */
async function patiently(runner: QueryRunner, work: () => Promise<unknown>): Promise<void> {
  const [{ lock_timeout: limit }] = await runner.query('SHOW lock_timeout');
  await runner.query('SET lock_timeout = 0');
  try {
    await work();
  } finally {
    await runner.query(`SET lock_timeout = '${limit}'`);
  }
}

function assertNoTransaction(runner: QueryRunner): void {
  if (runner.isTransactionActive) {
    throw new Error('a migration that changes a table in use needs `transaction = false`');
  }
}

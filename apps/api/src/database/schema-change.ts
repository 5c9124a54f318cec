import type { QueryRunner } from 'typeorm';

/**
 * How migrations change tables that are in use. Both take their time in statements that hold up
 * neither reads nor writes, which no transaction may enclose: the migration that calls them sets
 * `transaction = false`, and everything in it must be able to run again after it was cut off.
 */

/**
 * Builds an index. One that is there already is left as it is, unless an interrupted run has left
 * it unfinished.
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
 * Adds a constraint, or replaces the one of this name. It holds for new rows at once, and for those
 * that are there once they have been read.
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

/** Has the rows that are there checked against a constraint that was added without. */
export async function validateConstraint(
  runner: QueryRunner,
  table: string,
  name: string,
): Promise<void> {
  assertNoTransaction(runner);
  await patiently(runner, () => runner.query(`ALTER TABLE ${table} VALIDATE CONSTRAINT ${name}`));
}

/** What these statements wait for, nobody queues up behind: they wait as long as it takes. */
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

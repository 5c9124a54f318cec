import type { QueryRunner } from 'typeorm';
import { createIndex, setConstraint, validateConstraint } from './schema-change.js';

/** How a table that grows with time becomes one that consists of partitions, while it is in use. */
export interface PartitionedTable {
  name: string;
  /** Of which period each partition is. */
  unit: 'day' | 'month';
  /** By name, what follows the name of the table. */
  indexes: Readonly<Record<string, string>>;
  /** What it does without from now on: in its way, or of no use. */
  drops?: readonly string[];
}

/**
 * For so long the table as it was goes on taking rows, as the partition of all that is older: long
 * enough for a run that was interrupted to be repeated before the check on `at`, which spares
 * PostgreSQL reading the table under a lock, refuses a row.
 */
const TAKES_ROWS_FOR = "interval '30 days'";

/**
 * Makes the table the first partition of a new one of its name. Only the last step needs the table
 * to itself, for milliseconds; what takes long has been done by then. Safe to run again.
 */
export async function partitionByTime(runner: QueryRunner, table: PartitionedTable): Promise<void> {
  const { name, unit, indexes } = table;
  if (await isPartitioned(runner, name)) return;
  for (const [index, definition] of Object.entries(indexes)) {
    await createIndex(runner, index, `${name} ${definition}`);
  }
  const unchecked: { name: string }[] = await runner.query(
    `SELECT conname AS name FROM pg_constraint
      WHERE conrelid = $1::regclass AND contype = 'c' AND NOT convalidated`,
    [name],
  );
  for (const check of unchecked) await validateConstraint(runner, name, check.name);
  const [{ ends }]: [{ ends: string }] = await runner.query(
    `SELECT (date_trunc($1, now() + ${TAKES_ROWS_FOR}, 'UTC') AT TIME ZONE 'UTC'
              + ('1 ' || $1)::interval)::text || '+00' AS ends`,
    [unit],
  );
  await setConstraint(runner, name, `${name}_ends`, `CHECK (at < '${ends}')`);
  try {
    await runner.query(exchange(table, ends));
  } catch (error) {
    // Whoever stays with the version before must not meet it in a month.
    await runner.query(`ALTER TABLE ${name} DROP CONSTRAINT ${name}_ends`).catch(() => undefined);
    throw error;
  }
}

/** Several statements at once are one transaction. */
function exchange({ name, unit, indexes, drops = [] }: PartitionedTable, ends: string): string {
  const before = `${name}_before`;
  const each = (line: (index: string, definition: string) => string) =>
    Object.entries(indexes)
      .map(([index, definition]) => line(index, definition))
      .join('\n');
  return `
    LOCK TABLE ${name} IN ACCESS EXCLUSIVE MODE;
    ALTER TABLE ${name} RENAME TO ${before};
    ${drops.map((constraint) => `ALTER TABLE ${before} DROP CONSTRAINT ${constraint};`).join('\n')}
    ${each((index) => `ALTER INDEX ${index} RENAME TO ${index}_before;`)}
    CREATE TABLE ${name} (LIKE ${before} INCLUDING CONSTRAINTS INCLUDING DEFAULTS)
      PARTITION BY RANGE (at);
    ALTER TABLE ${name} DROP CONSTRAINT ${name}_ends;
    ${each((index, definition) => `CREATE INDEX ${index} ON ${name} ${definition};`)}
    DO $do$
    DECLARE
      ends timestamptz := '${ends}';
      drawn bigint;
      called boolean;
      held record;
    BEGIN
      -- A partitioned table numbers its rows by itself from PostgreSQL 17 on only.
      EXECUTE format('SELECT last_value, is_called FROM %s',
        pg_get_serial_sequence('${before}', 'id')) INTO drawn, called;
      ALTER TABLE ${before} ALTER id DROP IDENTITY;
      CREATE SEQUENCE ${name}_id_seq OWNED BY ${name}.id;
      PERFORM setval('${name}_id_seq', drawn, called);
      ALTER TABLE ${name} ALTER id SET DEFAULT nextval('${name}_id_seq');
      IF NOT EXISTS (SELECT FROM ${before}) THEN
        ends := date_trunc('${unit}', now(), 'UTC');
      END IF;
      EXECUTE format('ALTER TABLE ${name} ATTACH PARTITION ${before}
        FOR VALUES FROM (MINVALUE) TO (%L)', ends);
      ALTER TABLE ${before} DROP CONSTRAINT ${name}_ends;
      CREATE TABLE ${name}_default PARTITION OF ${name} DEFAULT;
      CREATE INDEX ${name}_default_at ON ${name}_default USING brin (at);
      -- Who could use the table still can, at once: requests do not wait for rights.
      FOR held IN
        SELECT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END AS role,
               string_agg(privilege_type, ', ') AS rights, bool_or(privilege_type = 'INSERT') AS adds
          FROM pg_class, aclexplode(relacl)
         WHERE pg_class.oid = '${before}'::regclass AND grantee <> relowner GROUP BY 1
      LOOP
        EXECUTE format('GRANT %s ON ${name} TO %s', held.rights, held.role);
        EXECUTE format('REVOKE ALL ON ${before} FROM %s', held.role);
        IF held.adds THEN
          EXECUTE format('GRANT USAGE ON SEQUENCE ${name}_id_seq TO %s', held.role);
        END IF;
      END LOOP;
    END $do$;
    CREATE TRIGGER refuse_ctid BEFORE DELETE ON ${name}
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_ctid();`;
}

/**
 * Puts everything into one table again, which nobody may use meanwhile.
 * @param restore statement that restores what else the table had
 */
export async function unitePartitions(
  runner: QueryRunner,
  { name, indexes }: PartitionedTable,
  restore: string,
): Promise<void> {
  if (!(await isPartitioned(runner, name))) return;
  await runner.query(`
    LOCK TABLE ${name} IN ACCESS EXCLUSIVE MODE;
    ALTER TABLE ${name} RENAME TO ${name}_parts;
    ALTER SEQUENCE ${name}_id_seq RENAME TO ${name}_parts_id_seq;
    CREATE TABLE ${name} (LIKE ${name}_parts INCLUDING CONSTRAINTS INCLUDING DEFAULTS);
    ALTER TABLE ${name} ALTER id DROP DEFAULT;
    INSERT INTO ${name} SELECT * FROM ${name}_parts;
    ALTER TABLE ${name} ALTER id ADD GENERATED ALWAYS AS IDENTITY;
    SELECT setval('${name}_id_seq', last_value, is_called) FROM ${name}_parts_id_seq;
    DROP TABLE ${name}_parts;
    ${Object.entries(indexes)
      .map(([index, definition]) => `CREATE INDEX ${index} ON ${name} ${definition};`)
      .join('\n')}
    ${restore}`);
}

async function isPartitioned(runner: QueryRunner, table: string): Promise<boolean> {
  const [{ kind }]: [{ kind: string }] = await runner.query(
    'SELECT relkind AS kind FROM pg_class WHERE oid = $1::regclass',
    [table],
  );
  return kind === 'p';
}

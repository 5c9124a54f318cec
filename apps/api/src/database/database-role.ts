import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { escapeIdentifier, escapeLiteral } from 'pg';
import type { QueryRunner } from 'typeorm';
import { QUEUE_SCHEMA } from './queue-schema.js';

/** The program's role cannot be given its rights. The message says what to do. */
export class DatabaseRoleError extends Error {}

const SCHEMAS = ['public', QUEUE_SCHEMA];
/** What the program does with rows. Neither TRUNCATE, nor triggers, nor the schema. */
const ROWS = ['DELETE', 'INSERT', 'SELECT', 'UPDATE'];
/** Every other table gets all of `ROWS`, so that a new one cannot be forgotten. */
const LESS: Readonly<Record<string, readonly string[]>> = {
  // What has happened is added to, and never rewritten.
  'public.audit_records': ['INSERT', 'SELECT'],
  'public.audit_seals': ['INSERT', 'SELECT'],
  // Who could write here could make a migration look done.
  'public.migrations': ['SELECT'],
  'public.migrations_id_seq': [],
};
/** As SCRAM needs it, and PostgreSQL itself does by default. */
const SCRAM_ROUNDS = 4096;

/** Our own partitions are used through their table, so they need no rights of their own. */
const IS_PARTITION = `(c.relispartition AND s.nspname = 'public')`;

interface Relation {
  name: string;
  isPartition: boolean;
  quoted: string;
  held: string[];
}

/** The role that a database's address names, with its password. */
export function roleOf(databaseUrl: string): { name: string; password: string } {
  const { username, password } = new URL(databaseUrl);
  return { name: decodeURIComponent(username), password: decodeURIComponent(password) };
}

/**
 * The statements that give a role what the program needs and take from it what is more than that;
 * none where it has exactly that already. They are made from the tables that there are.
 * @param runner connected as the role that owns the schema
 */
export async function missingGrants(runner: QueryRunner, role: string): Promise<string[]> {
  const to = escapeIdentifier(role);
  const statements: string[] = [];
  const [{ connects, database }] = await runner.query(
    `SELECT coalesce((SELECT has_database_privilege(oid, current_database(), 'CONNECT')
                        FROM pg_roles WHERE rolname = $1), false) AS connects,
            quote_ident(current_database()) AS database`,
    [role],
  );
  if (!connects) statements.push(`GRANT CONNECT ON DATABASE ${database} TO ${to}`);
  const schemas: { name: string; uses: boolean; everybodyCreates: boolean }[] = await runner.query(
    `SELECT s.nspname AS name,
            EXISTS (SELECT FROM aclexplode(s.nspacl) a JOIN pg_roles r ON r.oid = a.grantee
                     WHERE r.rolname = $2 AND a.privilege_type = 'USAGE') AS uses,
            EXISTS (SELECT FROM aclexplode(s.nspacl) a
                     WHERE a.grantee = 0 AND a.privilege_type = 'CREATE') AS "everybodyCreates"
       FROM pg_namespace s WHERE s.nspname = ANY ($1) ORDER BY s.nspname DESC`,
    [SCHEMAS, role],
  );
  for (const { name, uses, everybodyCreates } of schemas) {
    // The default up to PostgreSQL 14.
    if (everybodyCreates) statements.push(`REVOKE CREATE ON SCHEMA ${name} FROM PUBLIC`);
    if (!uses) statements.push(`GRANT USAGE ON SCHEMA ${name} TO ${to}`);
  }
  return [...statements, ...changes(await relations(runner, role), to)];
}

/**
 * Tables and sequences with the rights that the role holds by name. A sequence that numbers a column
 * by itself needs none.
 */
async function relations(runner: QueryRunner, role: string): Promise<Relation[]> {
  return runner.query(
    `SELECT s.nspname || '.' || c.relname AS name, ${IS_PARTITION} AS "isPartition",
            CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END
              || format('%I.%I', s.nspname, c.relname) AS quoted,
            ARRAY(SELECT a.privilege_type FROM aclexplode(c.relacl) a
                    JOIN pg_roles r ON r.oid = a.grantee
                   WHERE r.rolname = $2 ORDER BY 1) AS held
       FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace
      WHERE s.nspname = ANY ($1) AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
        AND NOT EXISTS (SELECT FROM pg_depend d
                         WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                           AND d.deptype = 'i' AND c.relkind = 'S')
      ORDER BY s.nspname DESC, c.relname`,
    [SCHEMAS, role],
  );
}

/** One statement for all tables to which the same happens. */
function changes(relations: readonly Relation[], to: string): string[] {
  const grouped = new Map<string, string[]>();
  const add = (what: string, { quoted }: Relation) => {
    const [kind = '', name = ''] = quoted.split(/ (.*)/);
    const head = `${what} ON ${kind} `;
    grouped.set(head, [...(grouped.get(head) ?? []), name]);
  };
  for (const relation of relations) {
    const { name, isPartition, quoted, held } = relation;
    const all = quoted.startsWith('SEQUENCE') ? ['USAGE'] : ROWS;
    const wanted = LESS[name] ?? (isPartition ? [] : all);
    const excess = held.filter((right) => !wanted.includes(right));
    const missing = wanted.filter((right) => !held.includes(right));
    if (excess.length > 0) add(`REVOKE ${excess.join(', ')}`, relation);
    if (missing.length > 0) add(`GRANT ${missing.join(', ')}`, relation);
  }
  return [...grouped].map(
    ([head, names]) => `${head}${names.join(', ')} ${head.startsWith('G') ? 'TO' : 'FROM'} ${to}`,
  );
}

/**
 * Gives the role of `databaseUrl` its rights, and makes it where it is missing.
 * @param runner connected as the role that owns the schema
 * @throws DatabaseRoleError where the role could change the schema nevertheless, or cannot be made
 */
export async function grantProgram(runner: QueryRunner, databaseUrl: string): Promise<void> {
  const { name, password } = roleOf(databaseUrl);
  await createRole(runner, name, password);
  for (const statement of await missingGrants(runner, name)) await runner.query(statement);
  await assertLimited(runner, name);
}

async function createRole(runner: QueryRunner, name: string, password: string): Promise<void> {
  const [{ exists, may, migrates }] = await runner.query(
    `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS exists,
            rolcreaterole OR rolsuper AS may, current_user AS migrates
       FROM pg_roles WHERE rolname = current_user`,
    [name],
  );
  if (exists) return;
  const identifier = escapeIdentifier(name);
  if (!may) {
    throw new DatabaseRoleError(
      `The role ${name} of DATABASE_URL does not exist, and ${migrates} of DATABASE_MIGRATION_URL may not make it. Have an administrator of the database run: CREATE ROLE ${identifier} LOGIN PASSWORD '…'`,
    );
  }
  const secret = password === '' ? '' : ` PASSWORD ${escapeLiteral(scramVerifier(password))}`;
  // Roles belong to the server: a program on another of its databases may make the same meanwhile.
  const make = `BEGIN CREATE ROLE ${identifier} LOGIN${secret};
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END`;
  await runner.query(`DO ${escapeLiteral(make)}`);
}

/** What the server would make of the password (RFC 5803), which so stays out of its log. */
function scramVerifier(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, SCRAM_ROUNDS, 32, 'sha256');
  const key = (use: string) => createHmac('sha256', salted).update(use).digest();
  const stored = createHash('sha256').update(key('Client Key')).digest('base64');
  const server = key('Server Key').toString('base64');
  return `SCRAM-SHA-256$${SCRAM_ROUNDS}:${salt.toString('base64')}$${stored}:${server}`;
}

/** Rights also come from ownership, membership and from what everybody may. */
async function assertLimited(runner: QueryRunner, name: string): Promise<void> {
  const [{ powers }]: [{ powers: string[] }] = await runner.query(
    `SELECT array_remove(ARRAY[
              CASE WHEN r.rolsuper THEN 'is a superuser' END,
              CASE WHEN pg_has_role(r.oid, current_user, 'MEMBER')
                THEN 'is, or may become, ' || current_user || ', who owns the schema' END,
              CASE WHEN has_schema_privilege(r.oid, 'public', 'CREATE')
                THEN 'may create tables in the schema public' END,
              CASE WHEN has_table_privilege(r.oid, 'public.audit_records', 'UPDATE, DELETE, TRUNCATE')
                  OR has_table_privilege(r.oid, 'public.audit_seals', 'UPDATE, DELETE, TRUNCATE')
                THEN 'may rewrite audit records' END
            ], NULL) AS powers
       FROM pg_roles r WHERE r.rolname = $1`,
    [name],
  );
  if (powers.length === 0) return;
  throw new DatabaseRoleError(
    `The role ${name} of DATABASE_URL ${powers.join(', and ')}. Use a role of its own for the program, or take that from it as an administrator of the database.`,
  );
}

/**
 * Who gives rights by hand may have forgotten those on a new table, which would show in a request
 * only.
 * @param runner connected as the role of the program
 * @throws DatabaseRoleError where it lacks rights on a table
 */
export async function assertGranted(runner: QueryRunner): Promise<void> {
  const lacking: { role: string; name: string }[] = await runner.query(
    `SELECT current_user AS role, format('%I.%I', s.nspname, c.relname) AS name
       FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace
      WHERE s.nspname = ANY ($1) AND c.relkind IN ('r', 'p') AND NOT ${IS_PARTITION}
        AND NOT (has_schema_privilege(s.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'))
      ORDER BY 2 LIMIT 1`,
    [SCHEMAS],
  );
  const [first] = lacking;
  if (!first) return;
  throw new DatabaseRoleError(
    `The role ${first.role} of DATABASE_URL lacks rights, such as those on ${first.name}. Run the command migrate with DATABASE_MIGRATION_URL, the address of the role that owns the schema, or as that role what the command database grants --role ${first.role} prints.`,
  );
}

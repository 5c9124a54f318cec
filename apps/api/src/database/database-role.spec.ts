import { createTestDatabase, eventually } from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { runBeside } from '../testing/cli.js';
import { MIGRATIONS } from './data-source.js';
import { migrate } from './migrate.js';
import { bringUpToDate } from './schema.js';

/** Roles belong to the server, so those of this run have names of their own. */
const ROLE = `program_${randomBytes(4).toString('hex')}`;
const roles: string[] = [];
const PARTITION = /^public\.(oauth_requests|connection_events)_(\d+|before|default)$/;

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let owner: Client;
beforeAll(async () => {
  database = await createTestDatabase({ demo: true });
  await migrate(database.url);
  owner = new Client({ connectionString: database.url });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await database.drop();
  // Their rights went with the database.
  const server = new Client({ connectionString: process.env['TEST_DATABASE_URL'] });
  await server.connect();
  await server.query(`DROP ROLE IF EXISTS ${roles.join(', ')}`).finally(() => server.end());
});

function asRole(role: string, password = 'p@ss wörd'): string {
  const url = new URL(database.url);
  url.username = role;
  url.password = password;
  return url.href;
}
async function makeRole(): Promise<string> {
  const role = `${ROLE}_${roles.length}`;
  roles.push(role);
  await owner.query(`CREATE ROLE ${role} LOGIN`);
  return role;
}
const prepare = (role: string) =>
  bringUpToDate({ databaseUrl: asRole(role), databaseMigrationUrl: database.url });

/** What a role may do with each table, as PostgreSQL decides it. */
async function rights(role: string): Promise<Record<string, string>> {
  const { rows } = await owner.query<{ name: string; may: string }>(
    `SELECT s.nspname || '.' || c.relname AS name,
            concat_ws(' ', ${[
              'SELECT',
              'INSERT',
              'UPDATE',
              'DELETE',
              'TRUNCATE',
              'REFERENCES',
              'TRIGGER',
            ]
              .map(
                (right) =>
                  `CASE WHEN has_table_privilege($1, c.oid, '${right}') THEN '${right}' END`,
              )
              .join(', ')}) AS may
       FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace
      WHERE s.nspname IN ('public', 'pgboss') AND c.relkind IN ('r', 'p')`,
    [role],
  );
  return Object.fromEntries(rows.map(({ name, may }) => [name, may]));
}

const command = (args: string[], env: NodeJS.ProcessEnv = {}) =>
  runBeside({ config: { databaseUrl: database.url, appSecret: 'x'.repeat(32) } }, args, { env });

describe('the role of the program', () => {
  it('reads and writes the rows of every table, but adds alone to the audit trail and only reads what has been migrated', async () => {
    const role = await makeRole();
    await prepare(role);
    const {
      'public.audit_records': audit,
      'public.audit_seals': seals,
      'public.migrations': migrations,
      ...others
    } = await rights(role);
    expect([audit, seals, migrations]).toEqual(['SELECT INSERT', 'SELECT INSERT', 'SELECT']);
    const whole = Object.entries(others).filter(([name]) => !PARTITION.test(name));
    expect(whole.length).toBeGreaterThan(40);
    expect(new Set(whole.map(([, may]) => may))).toEqual(new Set(['SELECT INSERT UPDATE DELETE']));
    expect(others).toHaveProperty(['pgboss.job']);
  });

  it('reaches partitions through their tables alone', async () => {
    const role = await makeRole();
    await owner.query(`GRANT ALL ON oauth_requests_default TO ${role}`);
    await prepare(role);
    const now = Object.entries(await rights(role)).filter(([name]) => PARTITION.test(name));
    expect(now.length).toBeGreaterThan(10);
    expect(new Set(now.map(([, may]) => may))).toEqual(new Set(['']));
    await owner.query(`ALTER ROLE ${role} PASSWORD 'pw'`);
    expect(
      await bringUpToDate({ databaseUrl: asRole(role, 'pw'), databaseMigrationUrl: undefined }),
    ).toEqual({ ran: [] });
  });

  it('is made where it is missing, with its password, which no statement shows', async () => {
    const role = `${ROLE}_new`;
    roles.push(role);
    expect((await prepare(role)).role).toBe(role);
    const program = new Client({ connectionString: asRole(role) });
    await program.connect();
    await expect(program.query('CREATE TABLE stolen ()')).rejects.toThrow('permission denied');
    await program.end();
  });

  it('is made once where programs on two databases of a server start together', async () => {
    const role = `${ROLE}_shared`;
    roles.push(role);
    const other = new Client({ connectionString: process.env['TEST_DATABASE_URL'] });
    await other.connect();
    await other.query(`BEGIN; CREATE ROLE ${role} LOGIN`);
    const prepared = prepare(role);
    const waiting = () =>
      owner.query(
        `SELECT FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
    await eventually(waiting, ({ rowCount }) => rowCount === 1, 15_000);
    await other.query('COMMIT');
    await other.end();
    expect((await prepared).role).toBe(role);
  });

  it('has its rights on a table that was added, and none of those that it should not have', async () => {
    const role = await makeRole();
    await prepare(role);
    await owner.query(`
      CREATE TABLE added (id bigint GENERATED BY DEFAULT AS IDENTITY);
      GRANT ALL ON audit_records, users TO ${role}`);
    await prepare(role);
    const now = await rights(role);
    await owner.query('DROP TABLE added');
    expect(now).toMatchObject({
      'public.added': 'SELECT INSERT UPDATE DELETE',
      'public.users': 'SELECT INSERT UPDATE DELETE',
      'public.audit_records': 'SELECT INSERT',
    });
  });

  it('is refused where it could change the schema or the audit trail all the same', async () => {
    const creator = await makeRole();
    await owner.query(`GRANT CREATE ON SCHEMA public TO ${creator}`);
    await expect(prepare(creator)).rejects.toThrow(/may create tables.*role of its own/s);
    await owner.query(`REVOKE CREATE ON SCHEMA public FROM ${creator}`);
    await owner.query('GRANT DELETE ON audit_records TO PUBLIC');
    await expect(prepare(creator)).rejects.toThrow('may rewrite audit records');
    await owner.query('REVOKE DELETE ON audit_records FROM PUBLIC');
    expect((await prepare(creator)).role).toBe(creator);
  });

  it('that lacks rights on a table is told at the start', async () => {
    const role = await makeRole();
    await prepare(role);
    await owner.query(`ALTER ROLE ${role} PASSWORD 'pw'; CREATE TABLE added (id bigint)`);
    const start = () =>
      bringUpToDate({ databaseUrl: asRole(role, 'pw'), databaseMigrationUrl: undefined });
    await expect(start()).rejects.toThrow(`database grants --role ${role}`);
    await owner.query('DROP TABLE added');
    expect(await start()).toEqual({ ran: [] });
  });

  it('says what to do where migrations are waiting, which it may not run', async () => {
    const role = await makeRole();
    await prepare(role);
    await owner.query(`ALTER ROLE ${role} PASSWORD 'pw'`);
    const name = MIGRATIONS.at(-1)?.name;
    const { rows } = await owner.query('DELETE FROM migrations WHERE name = $1 RETURNING *', [
      name,
    ]);
    const url = asRole(role, 'pw');
    await expect(
      bringUpToDate({ databaseUrl: url, databaseMigrationUrl: undefined }),
    ).rejects.toThrow(/older version.*DATABASE_MIGRATION_URL/s);
    await owner.query('INSERT INTO migrations (timestamp, name) VALUES ($1, $2)', [
      rows[0].timestamp,
      name,
    ]);
    expect(await bringUpToDate({ databaseUrl: url, databaseMigrationUrl: undefined })).toEqual({
      ran: [],
    });
  });
});

describe('on the command line', () => {
  it('database grants prints what administrators have to run, and nothing once they have', async () => {
    const role = await makeRole();
    const grants = () => command(['database', 'grants', '--role', role]);
    const { out } = await grants();
    expect(out).toMatch(
      new RegExp(
        `^GRANT INSERT, SELECT ON TABLE public.audit_records, public.audit_seals TO "${role}";$`,
        'm',
      ),
    );
    await owner.query(out);
    expect((await rights(role))['public.users']).toBe('SELECT INSERT UPDATE DELETE');
    expect((await grants()).out).toMatch(/^-- .* exactly the rights/);
    const own = await command(['database', 'grants']);
    expect([own.exitCode, own.error]).toEqual([1, expect.stringContaining('--role')]);
  });

  it('migrate gives the rights', async () => {
    const role = await makeRole();
    const { out } = await command(['migrate'], {
      DATABASE_URL: asRole(role),
      DATABASE_MIGRATION_URL: database.url,
    });
    expect(out).toContain(`The role ${role} has the rights`);
    expect((await rights(role))['public.users']).toBe('SELECT INSERT UPDATE DELETE');
  });
});

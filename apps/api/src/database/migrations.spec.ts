import { createTestDatabase, eventually } from '@flixcheck/test-harness';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource, type QueryRunner } from 'typeorm';
import { dataSourceOptions, MIGRATIONS } from './data-source.js';
import { migrate } from './migrate.js';

const NAMES = MIGRATIONS.map(({ name }) => name);
/** The database after the first, the first two, … migrations: what an installation may have. */
const VERSIONS = NAMES.map((name, index) => [name, index + 1] as const);
const NEWEST = NAMES.length;

/**
 * What the first version wrote, in the columns that it knew.
 * @param version of the installation that writes it, so that one database may hold several
 */
const inUse = (version: number) => `
  INSERT INTO accounts SELECT md5('account ${version}')::uuid, 'Musterhaus', now();
  INSERT INTO users SELECT md5('user ${version}')::uuid, md5('account ${version}')::uuid,
    'user-${version}@musterhaus.example', 'Uwe', 'User', 'member', 'de', 'active', '$argon2id$', NULL,
    now(), now();
  INSERT INTO oauth_clients (id, client_id, name, description, publisher, publisher_verified, kind,
      redirect_uris, scopes, require_pkce, status, listed, created_at, updated_at)
    SELECT md5('client ${version}')::uuid, 'crm-${version}', 'CRM', '', 'CRM GmbH', true,
      'confidential', ARRAY['https://crm.example/'], ARRAY['read', 'readwrite'], false, 'active', true,
      now(), now();
  INSERT INTO oauth_client_secrets (id, oauth_client_id, secret_hash, last_four, created_at)
    SELECT md5('secret ${version}')::uuid, md5('client ${version}')::uuid,
      sha256('secret ${version}'), 'cret', now();
  INSERT INTO connections (id, oauth_client_id, user_id, account_id, scope, granted_at)
    SELECT md5('connection ${version}')::uuid, md5('client ${version}')::uuid,
      md5('user ${version}')::uuid, md5('account ${version}')::uuid, 'readwrite', now()`;

/** The schema of a new installation. */
let newest: unknown[];
beforeAll(async () => {
  const fresh = await createTestDatabase();
  await migrate(fresh.url);
  const dataSource = await new DataSource(dataSourceOptions(fresh.url)).initialize();
  newest = await schemaOf(dataSource);
  await dataSource.destroy();
  await fresh.drop();
});

type Database = Awaited<ReturnType<typeof createTestDatabase>>;

let database: Database;
const open: DataSource[] = [];
const disconnect = () => Promise.all(open.splice(0).map((dataSource) => dataSource.destroy()));

async function connect(version: number): Promise<DataSource> {
  const options = { ...dataSourceOptions(database.url), migrations: MIGRATIONS.slice(0, version) };
  const dataSource = await new DataSource(options).initialize();
  open.push(dataSource);
  return dataSource;
}

/** An installation of an earlier version, in use. */
async function install(version: number): Promise<DataSource> {
  database = await createTestDatabase();
  const dataSource = await connect(version);
  await dataSource.runMigrations();
  await dataSource.query(inUse(version));
  return dataSource;
}

/**
 * Everything that migrations make: columns, constraints, indexes, triggers. Of partitions, those that
 * do not depend on the day, by name.
 */
async function schemaOf(dataSource: DataSource): Promise<unknown[]> {
  return dataSource.query(`
    WITH whole AS (
      SELECT oid, relname, relkind FROM pg_class
       WHERE relnamespace = 'public'::regnamespace AND NOT relispartition)
    SELECT relname || '.' || attname AS name,
           concat_ws(' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN 'NOT NULL' END,
                     pg_get_expr(adbin, adrelid)) AS definition
      FROM whole JOIN pg_attribute ON attrelid = oid
      LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
     WHERE relkind IN ('r', 'p', 'v') AND attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT conrelid::regclass || ' ' || conname, replace(pg_get_constraintdef(oid), ' NOT VALID', '')
      FROM pg_constraint WHERE conrelid IN (SELECT oid FROM whole) AND contype <> 'n'
    UNION ALL
    SELECT indexname, indexdef FROM pg_indexes
     WHERE schemaname = 'public' AND tablename IN (SELECT relname FROM whole)
    UNION ALL
    SELECT tgrelid::regclass || ' ' || tgname, pg_get_triggerdef(oid)
      FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN (SELECT oid FROM whole)
    UNION ALL
    SELECT relname, pg_get_partkeydef(oid) FROM whole
     WHERE oid IN (SELECT partrelid FROM pg_partitioned_table)
    UNION ALL
    SELECT relname, 'a partition' FROM pg_class
     WHERE relispartition AND relkind = 'r' AND relname !~ '[0-9]$'
       AND relnamespace = 'public'::regnamespace
    ORDER BY 1, 2`);
}

const dataOf = async (dataSource: DataSource) => {
  const [counts] = await dataSource.query(`
    SELECT (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM oauth_clients) AS clients,
           (SELECT count(*) FROM connections WHERE revoked_at IS NULL) AS connections,
           (SELECT string_agg(encode(secret_hash, 'hex'), ' ' ORDER BY id)
              FROM oauth_client_secrets) AS secrets`);
  return counts;
};

/**
 * One installation that takes every step and is in use at each version: what it has after one step is
 * an installation of that version, so that no version has to be made from the first one again.
 */
describe('migrating step by step', () => {
  beforeAll(async () => {
    database = await createTestDatabase();
    await migrate(database.url, MIGRATIONS.slice(0, 1));
  });
  afterEach(disconnect);
  afterAll(() => database.drop());

  it.each(VERSIONS)(
    'an installation of %s can undo the next one, and keeps its data when it gets it',
    async (_, version) => {
      const withNext = MIGRATIONS.slice(0, version + 1);
      const dataSource = await connect(version + 1);
      await dataSource.query(inUse(version));
      const data = await dataOf(dataSource);
      if (version < NEWEST) {
        const before = await schemaOf(dataSource);
        await dataSource.runMigrations();
        await dataSource.undoLastMigration();
        // Nothing is left behind.
        expect(await schemaOf(dataSource)).toEqual(before);
      }
      expect(await migrate(database.url, withNext)).toEqual(NAMES.slice(version, version + 1));
      expect(await dataOf(dataSource)).toEqual(data);
    },
  );

  it('gets the schema of a new installation', async () => {
    expect(await migrate(database.url)).toEqual([]);
    expect(await schemaOf(await connect(NEWEST))).toEqual(newest);
  });
});

describe('migrating', () => {
  afterEach(async () => {
    await disconnect();
    await database.drop();
  });

  it('an empty database runs all of them once', async () => {
    database = await createTestDatabase();
    expect(await migrate(database.url)).toEqual(NAMES);
    expect(await migrate(database.url)).toEqual([]);
  });

  it('says which of them has failed', async () => {
    database = await createTestDatabase();
    class Misspelt1790000000001 {
      up = (runner: QueryRunner) => runner.query('CREATE TABEL misspelt ()');
      down = () => Promise.resolve();
    }
    const [first] = MIGRATIONS;
    const migrated = migrate(database.url, [first, Misspelt1790000000001] as typeof MIGRATIONS);
    await expect(migrated).rejects.toThrow(
      'Misspelt1790000000001: syntax error at or near "TABEL"',
    );
  });

  it('from two nodes at once runs each of them once', async () => {
    database = await createTestDatabase();
    const ran = await Promise.all([migrate(database.url), migrate(database.url)]);
    expect(ran.flat()).toEqual(NAMES);
  });

  it('from the first version takes all steps at once, keeps its data and gets the schema of a new one', async () => {
    const old = await install(1);
    const data = await dataOf(old);
    expect(await migrate(database.url)).toEqual(NAMES.slice(1));
    expect(await dataOf(old)).toEqual(data);
    expect(await schemaOf(old)).toEqual(newest);
  });

  it('the last use of secrets leaves those that exist unused, and announces no use', async () => {
    const index = NAMES.findIndex((name) => name.startsWith('SecretLastUsed'));
    const dataSource = await install(index);
    await migrate(database.url);
    const used = await dataSource.query('SELECT DISTINCT last_used_at FROM oauth_client_secrets');
    expect(used).toEqual([{ last_used_at: null }]);
    const [{ definition }] = await dataSource.query(
      `SELECT pg_get_triggerdef(oid) AS definition FROM pg_trigger
       WHERE tgrelid = 'oauth_client_secrets'::regclass AND tgname = 'announce'`,
    );
    expect(definition).toMatch(/UPDATE OF oauth_client_id, secret_hash, expires_at/);
    expect(definition).not.toContain('last_used_at');
  });

  it('refused attempts that were sealed to stay stay, and those from now on go', async () => {
    const index = NAMES.findIndex((name) => name.startsWith('RefusedAttempts'));
    const dataSource = await install(index);
    const record = (...actions: string[]) =>
      dataSource.query(
        `INSERT INTO audit_records (at, action, detail)
         SELECT now() - interval '200 days', action, '{}' FROM unnest($1::text[]) AS action`,
        [actions],
      );
    await record('email_change_failed', 'sign_in_failed');
    await migrate(database.url);
    await record('email_change_failed', 'email_changed');
    await dataSource.query(`
      INSERT INTO audit_seals (number, sealed_at, through_id, record_ids, record_hashes, fleeting,
                               previous_hash, hash)
        SELECT 1, now(), max(id), '{}', '{}', '{}', '', '' FROM audit_records`);
    const [{ deleted }] = await dataSource.query(
      `SELECT delete_failed_attempts(interval '90 days', 100) AS deleted`,
    );
    const left = await dataSource.query('SELECT action FROM audit_records ORDER BY id');
    expect([deleted, left.map(({ action }: { action: string }) => action)]).toEqual([
      2,
      ['email_change_failed', 'email_changed', 'failed_attempts_deleted'],
    ]);
  });

  it('chosen passwords are those of everybody but who joined with a passkey and has set none since', async () => {
    const index = NAMES.findIndex((name) => name.startsWith('ChosenPasswords'));
    const dataSource = await install(index);
    await dataSource.query(`
      INSERT INTO users (id, account_id, email, first_name, last_name, role, locale, status,
                         password_hash, created_at, updated_at)
        SELECT md5(who)::uuid, md5('account ${index}')::uuid, who || '@musterhaus.example', who, 'M', 'member',
               'de', 'active', '$argon2id$', now(), now()
          FROM unnest(ARRAY['passkey', 'later', 'reset']) AS who;
      INSERT INTO audit_records (at, action, subject_id, detail)
        SELECT now() + seconds * interval '1 second', action, md5(who)::uuid, '{}'
          FROM (VALUES ('passkey', 'invitation_accepted', 0), ('passkey', 'passkey_added', 0.02),
                       ('later', 'invitation_accepted', 0), ('later', 'passkey_added', 60),
                       ('reset', 'invitation_accepted', 0), ('reset', 'passkey_added', 0.02),
                       ('reset', 'password_reset', 900)) AS record (who, action, seconds)`);
    await migrate(database.url);
    const without = await dataSource.query(
      'SELECT first_name FROM users WHERE NOT password_chosen',
    );
    expect(without).toEqual([{ first_name: 'passkey' }]);
  });

  it('consent in advance holds no other table while it waits for one, and can be repeated', async () => {
    const index = NAMES.findIndex((name) => name.startsWith('ConsentInAdvance'));
    const dataSource = await install(index);
    const long = dataSource.createQueryRunner();
    await long.startTransaction();
    await long.query('SELECT FROM connection_events LIMIT 1');
    const upToIt = MIGRATIONS.slice(0, index + 1);
    const migrated = migrate(database.url, upToIt);
    const waiting = await eventually(
      (): Promise<{ held: string[] }[]> =>
        dataSource.query(`
          SELECT ARRAY(
                   SELECT held.relation::regclass::text FROM pg_locks held
                    WHERE held.pid = waits.pid AND held.granted AND held.relation IS NOT NULL
                      AND held.mode IN ('ShareRowExclusiveLock', 'AccessExclusiveLock')
                 ) AS held
            FROM pg_locks waits
           WHERE NOT waits.granted AND waits.relation = 'connection_events'::regclass`),
      (rows) => rows.length > 0,
    );
    await long.rollbackTransaction();
    await long.release();
    expect(await migrated).toEqual([NAMES[index]]);
    expect(waiting).toEqual([{ held: [] }]);
    await dataSource.query('DELETE FROM migrations WHERE name = $1', [NAMES[index]]);
    expect(await migrate(database.url, upToIt)).toEqual([NAMES[index]]);
  });
});

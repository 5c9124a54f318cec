import { createTestDatabase } from '@flixcheck/test-harness';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { MIGRATIONS } from './data-source.js';
import { LOCK_TIMEOUT_MS, migrate } from './migrate.js';

const ROWS = 1_000_000;
/** How long a request may wait for a lock. A migration that waits for one gives way sooner. */
const PATIENCE_MS = 2 * LOCK_TIMEOUT_MS;

/**
 * A user whose application asks for tokens; ids derive from names, so that every statement knows
 * them.
 */
const SOMEBODY = `
  INSERT INTO accounts SELECT md5('account')::uuid, 'Musterhaus', now();
  INSERT INTO users SELECT md5('user')::uuid, md5('account')::uuid, 'user@musterhaus.example', 'Uwe',
    'User', 'member', 'de', 'active', '$argon2id$', NULL, now(), now();
  INSERT INTO oauth_clients SELECT md5('client')::uuid, 'crm', 'CRM', '', 'CRM GmbH', true,
    'confidential', ARRAY['https://crm.example/'], ARRAY['read'], false, 'active', true,
    NULL, NULL, NULL, NULL, now(), now(), NULL;
  INSERT INTO oauth_client_secrets SELECT md5('secret')::uuid, md5('client')::uuid, sha256('secret'),
    'cret', now(), NULL;
  INSERT INTO connections (id, oauth_client_id, user_id, account_id, scope, granted_at)
    SELECT md5('connection')::uuid, md5('client')::uuid, md5('user')::uuid, md5('account')::uuid,
      'read', now()`;

/** A million rows in each table that a migration reads or rewrites as a whole. */
const GROWN: Record<string, string> = {
  oauth_requests: `
    INSERT INTO oauth_requests (request_id, oauth_client_id, at, endpoint, outcome, ip, duration_ms)
    SELECT gen_random_uuid(), md5('client')::uuid, now(), 'token', 'success', '::1', 1
      FROM generate_series(1, ${ROWS})`,
  connection_events: `
    INSERT INTO connection_events (connection_id, at, type)
    SELECT md5('connection')::uuid, now(), 'used' FROM generate_series(1, ${ROWS})`,
  connection_usage: `
    INSERT INTO connection_usage (connection_id, day, requests)
    SELECT md5('connection')::uuid, date '2026-01-01' - n, 1 FROM generate_series(1, ${ROWS}) n`,
};

/** Recreated after the rows: looking up a million foreign keys one by one takes too long. */
const FOREIGN_KEYS = `
  SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop,
         format('ALTER TABLE %s ADD CONSTRAINT %I %s NOT VALID', conrelid::regclass, conname,
                pg_get_constraintdef(oid)) AS add
    FROM pg_constraint WHERE contype = 'f' AND conrelid = $1::regclass`;

/** What the token endpoint of the first version sends, and so every version's may. */
const REQUESTS: Record<string, string> = {
  'finding the client': `
    SELECT c.id, s.secret_hash, s.expires_at FROM oauth_clients c
      JOIN oauth_client_secrets s ON s.oauth_client_id = c.id WHERE c.client_id = 'crm'`,
  'exchanging a code': `
    WITH code AS (
      INSERT INTO authorization_codes
             (id, code_hash, connection_id, scope, created_at, expires_at)
      VALUES (gen_random_uuid(), sha256($1), md5('connection')::uuid, 'read', now(), now())
      RETURNING connection_id, scope
    ), family AS (
      INSERT INTO refresh_token_families
             (id, connection_id, handle_hash, scope, generation, current_hash, created_at, expires_at)
      SELECT gen_random_uuid(), connection_id, sha256($1), scope, 1, sha256($1), now(), now()
        FROM code
    )
    INSERT INTO connection_events (connection_id, at, type, scope)
    SELECT connection_id, now(), 'token_issued', scope FROM code`,
  refreshing: `
    WITH rotated AS (
      UPDATE refresh_token_families family
         SET previous_hash = family.current_hash, current_hash = sha256($1), rotated_at = now(),
             generation = family.generation + 1
        FROM connections c
       WHERE family.handle_hash = sha256('lineage') AND c.id = family.connection_id
         AND c.revoked_at IS NULL
      RETURNING family.connection_id
    )
    INSERT INTO connection_events (connection_id, at, type)
    SELECT connection_id, now(), 'refreshed' FROM rotated`,
  'logging the request': `
    INSERT INTO oauth_requests (request_id, oauth_client_id, at, endpoint, outcome, ip, duration_ms)
    VALUES (gen_random_uuid(), md5('client')::uuid, now(), 'token', 'success', '::1', length($1))`,
  'counting the use': `
    INSERT INTO connection_usage (connection_id, day, requests)
    VALUES (md5('connection')::uuid, '2026-11-25', length($1))
    ON CONFLICT (connection_id, day) DO UPDATE SET requests = connection_usage.requests + 1`,
};

let database: Awaited<ReturnType<typeof createTestDatabase>>;
const clients: pg.Client[] = [];

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  clients.push(client);
  return client;
}

beforeAll(async () => {
  database = await createTestDatabase();
  await migrate(database.url, MIGRATIONS.slice(0, 1));
  const client = await connect();
  await client.query(SOMEBODY);
  await client.query(REQUESTS['exchanging a code'] ?? '', ['lineage']);
  for (const [table, rows] of Object.entries(GROWN)) {
    const { rows: keys } = await client.query(FOREIGN_KEYS, [table]);
    for (const { drop } of keys) await client.query(drop);
    // Without the write-ahead log, which is half the work and makes no difference to locks.
    await client.query(`ALTER TABLE ${table} SET UNLOGGED`);
    await client.query(rows);
    for (const { add } of keys) await client.query(add);
  }
}, 240_000);
afterEach(() => Promise.all(clients.splice(0).map((client) => client.end())));
afterAll(() => database.drop());

/** Keeps sending the token endpoint's statements. @returns how many of each were answered */
async function underTraffic(work: () => Promise<unknown>): Promise<Record<string, number>> {
  let working = true;
  const answered: Record<string, number> = {};
  const senders = await Promise.all(
    Object.entries(REQUESTS).map(async ([name, statement]) => {
      const client = await connect();
      await client.query(`SET lock_timeout = ${PATIENCE_MS}`);
      const values = statement.includes('$1') ? [randomUUID()] : [];
      const send = () =>
        client
          .query(
            statement,
            values.map(() => randomUUID()),
          )
          .catch((error: unknown) => {
            throw new Error(`${name} was not answered: ${(error as Error).message}`);
          });
      await send();
      answered[name] = 0;
      return async () => {
        while (working) {
          await send();
          answered[name] = (answered[name] ?? 0) + 1;
        }
      };
    }),
  );
  const traffic = Promise.all(senders.map((run) => run()));
  await Promise.all([work().finally(() => (working = false)), traffic]);
  return answered;
}

describe('a migration', () => {
  const version = MIGRATIONS.findIndex(({ name }) => name.startsWith('FindRequests')) + 1;
  const index = 'oauth_requests_request_id';
  const isValid = async (client: pg.Client) => {
    const { rows } = await client.query(
      'SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)',
      [index],
    );
    return rows.map(({ indisvalid }) => indisvalid);
  };
  const forget = (client: pg.Client) =>
    client.query(`
      DROP INDEX IF EXISTS ${index};
      DELETE FROM migrations WHERE name LIKE 'FindRequests%'`);

  // It runs once more, among the others.
  afterAll(async () => {
    await forget(await connect());
  });

  it('builds an index anew that an interrupted run has left unfinished', async () => {
    const client = await connect();
    await forget(client);
    await client.query(`SET statement_timeout = 100`);
    const build = `CREATE INDEX CONCURRENTLY ${index} ON oauth_requests (request_id)`;
    await expect(client.query(build)).rejects.toThrow('statement timeout');
    await client.query(`SET statement_timeout = 0`);
    expect(await isValid(client)).toEqual([false]);
    await migrate(database.url, MIGRATIONS.slice(0, version));
    expect(await isValid(client)).toEqual([true]);
  }, 60_000);

  it('gives way while a long transaction holds the table that it needs, and then goes on', async () => {
    const client = await connect();
    await forget(client);
    const long = await connect();
    await long.query('BEGIN');
    await long.query('SELECT 1 FROM oauth_requests LIMIT 1');
    let done = false;
    const migrated = migrate(database.url, MIGRATIONS.slice(0, version)).then(() => (done = true));
    const givenUp = async () => {
      for (let tries = 0, waits = false; tries < 2;) {
        const { rows } = await client.query(
          `SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
             AND wait_event_type = 'Lock' AND query LIKE 'ALTER TABLE oauth_requests%'`,
        );
        if (waits && rows.length === 0) tries += 1;
        waits = rows.length > 0;
      }
    };
    await underTraffic(givenUp);
    expect(done).toBe(false);
    await long.query('COMMIT');
    await migrated;
    expect(await isValid(client)).toEqual([true]);
  }, 60_000);
});

describe('with a million rows, the token endpoint answers during', () => {
  it.each(MIGRATIONS.slice(1).map(({ name }, index) => [name, index + 2] as const))(
    '%s',
    async (name, version) => {
      const answered = await underTraffic(async () => {
        expect(await migrate(database.url, MIGRATIONS.slice(0, version))).toEqual([name]);
      });
      for (const count of Object.values(answered)) expect(count).toBeGreaterThan(0);
    },
    60_000,
  );
});

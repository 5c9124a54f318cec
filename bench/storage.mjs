/**
 * `npm run bench:storage`: what connections, refreshes and requests leave on the disk, and how long
 * housekeeping takes to get rid of it, as a Markdown report on stdout. Sizes and counts of bytes do
 * not depend on the machine; times do.
 * `-- --rows 1000000` measures at another size than 200,000.
 */
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { idAt } from './ids.mjs';
import { table } from './markdown.mjs';

const require = createRequire(import.meta.url);
const api = (path) => require(`../apps/api/dist/${path}.js`);
const { migrate } = api('database/migrate');

const { values: options } = parseArgs({ options: { rows: { type: 'string', default: '200000' } } });
const rows = Number(options.rows);
if (!Number.isInteger(rows) || rows < 1000) throw new Error('--rows must be 1000 or more');
const adminUrl = process.env.TEST_DATABASE_URL;
if (!adminUrl) throw new Error('TEST_DATABASE_URL is missing. Run this as: npm run bench:storage');

/** So many exchanges, or refreshes, share a statement under load, as far as they arrive together. */
const GRANTS_PER_STATEMENT = 64;
/** As in `delete-in-batches.ts` and `tokens-housekeeping.ts`. */
const DELETED_PER_STATEMENT = 5000;
const FAMILIES_PER_STATEMENT = 1000;
const PAGE_OF_LOG = `
  SELECT * FROM oauth_requests WHERE oauth_client_id = md5('c' || 1)::uuid ORDER BY id DESC LIMIT 51`;

const CONNECTION_ID = idAt('n', `'k' || n`);
const FAMILY_ID = idAt('n', `'f' || n`);

/** Companies with a person each, who have connected one of 40 applications. */
const CONNECTED = `
  INSERT INTO accounts (id, name, created_at)
    SELECT md5('a' || n)::uuid, 'Kunde ' || n, now() FROM generate_series(1, $1::integer) n`;
const PEOPLE = `
  INSERT INTO users (id, account_id, email, first_name, last_name, role, locale, status,
      password_hash, created_at, updated_at)
    SELECT md5('u' || n)::uuid, md5('a' || n)::uuid, n || '@kunde.example', 'Kim', 'Kunde ' || n,
      'member', 'de', 'active', '$argon2id$', now(), now() FROM generate_series(1, $1::integer) n`;
const CLIENTS = `
  INSERT INTO oauth_clients (id, client_id, name, description, publisher, publisher_verified, kind,
      redirect_uris, scopes, require_pkce, status, listed, created_at, updated_at)
    SELECT md5('c' || n)::uuid, 'app-' || n, 'Programm ' || n, '', 'Programme GmbH', true,
      'confidential', ARRAY['https://app.example/'], ARRAY['read'], false, 'active', true, now(), now()
      FROM generate_series(1, 40) n`;
/** By table: what one connection leaves there, once it has been granted and its code exchanged. */
const CONNECTIONS = {
  connections: `
    INSERT INTO connections (id, oauth_client_id, user_id, account_id, scope, granted_at)
      SELECT ${CONNECTION_ID}, md5('c' || n % 40 + 1)::uuid, md5('u' || n)::uuid,
        md5('a' || n)::uuid, 'read', now() FROM generate_series(1, $1::integer) n`,
  authorization_codes: `
    INSERT INTO authorization_codes (id, code_hash, connection_id, redirect_uri, scope, created_at,
        expires_at, user_id, code_challenge)
      SELECT ${idAt('n', `'o' || n`)}, sha256(n::text::bytea), ${CONNECTION_ID},
        'https://app.example/callback', 'read', now(), now(), md5('u' || n)::uuid, repeat('x', 43)
        FROM generate_series(1, $1::integer) n`,
  refresh_token_families: `
    INSERT INTO refresh_token_families
        (id, connection_id, handle_hash, scope, generation, current_hash, created_at, expires_at)
      SELECT ${FAMILY_ID}, ${CONNECTION_ID}, sha256(n::text::bytea), 'read', 1,
        sha256(n::text::bytea), now(), now() + interval '30 days' FROM generate_series(1, $1::integer) n`,
  connection_events: `
    INSERT INTO connection_events (connection_id, at, type, actor_id, scope)
      SELECT ${CONNECTION_ID}, now(), type, md5('u' || n)::uuid, 'read'
        FROM generate_series(1, $1::integer) n, unnest(ARRAY['granted', 'token_issued']) type`,
};
/** What the exchange changes; the version of the row before stays until vacuum. */
const REDEEM = `
  UPDATE authorization_codes SET redeemed_at = now(), family_id = asked.family_id
    FROM (SELECT sha256(n::text::bytea) AS code_hash, ${FAMILY_ID} AS family_id
            FROM generate_series($1::integer, $2::integer) n) asked
   WHERE authorization_codes.code_hash = asked.code_hash`;
const USE = `
  INSERT INTO connection_usage (connection_id, day, requests)
    SELECT ${CONNECTION_ID}, current_date, 60 FROM generate_series(1, $1::integer) n`;
const USED = `
  INSERT INTO connection_events (connection_id, at, type)
    SELECT ${CONNECTION_ID}, now(), 'used' FROM generate_series(1, $1::integer) n`;
const ROTATE = `
  UPDATE refresh_token_families
     SET previous_hash = current_hash, current_hash = sha256(current_hash), rotated_at = now(),
         generation = generation + 1
   WHERE id = ANY (ARRAY(SELECT ${FAMILY_ID} FROM generate_series($1::integer, $2::integer) n))`;
const REFRESHED = `
  INSERT INTO connection_events (connection_id, at, type, scope)
    SELECT ${CONNECTION_ID}, now(), 'refreshed', 'read' FROM generate_series(1, $1::integer) n`;
const LOGGED = `
  INSERT INTO oauth_requests (request_id, oauth_client_id, at, endpoint, grant_type, outcome, ip,
      duration_ms, connection_id)
    SELECT gen_random_uuid(), md5('c' || n % 40 + 1)::uuid, $2::timestamptz, 'token',
      'refresh_token', 'success', '203.0.113.7', 4, ${CONNECTION_ID}
      FROM generate_series(1, $1::integer) n`;

const name = `bench_${randomBytes(6).toString('hex')}`;
const admin = await connect(adminUrl);
await admin.query(`CREATE DATABASE ${name}`);
const url = Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href;
const client = await connectAfter(migrate(url));
try {
  process.stdout.write(await report());
} finally {
  await client.end();
  await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
  await admin.end();
}

async function report() {
  await client.query(CONNECTED, [rows]);
  await client.query(PEOPLE, [rows]);
  await client.query(CLIENTS);
  const connection = [];
  for (const [of, statement] of Object.entries(CONNECTIONS)) {
    const { bytes, wal } = await growth(of, () => client.query(statement, [rows]));
    connection.push([`a connection: \`${of}\``, bytes, wal]);
  }
  const redeemed = await growth('authorization_codes', () => forEach('redeem', REDEEM));
  connection.push(['a connection: its code is redeemed', redeemed.bytes, redeemed.wal]);
  const total = ['a connection, all of it', sum(connection, 1), sum(connection, 2)];
  const day = [];
  for (const [what, of, statement] of [
    ['use of a connection on one day', 'connection_usage', USE],
    ['its event `used`', 'connection_events', USED],
    ['the first refresh of the day: its event', 'connection_events', REFRESHED],
  ]) {
    const { bytes, wal } = await growth(of, () => client.query(statement, [rows]));
    day.push([what, bytes, wal]);
  }
  const refresh = await growth('refresh_token_families', () => forEach('rotate', ROTATE));
  const log = await growth('oauth_requests', () => client.query(LOGGED, [rows, new Date()]));
  return [
    `${rows} rows each, PostgreSQL ${(await one('SHOW server_version')).server_version}.\n`,
    table(
      ['of each', 'bytes on the disk', 'bytes of WAL', 'for a million'],
      [
        ...connection,
        total,
        ...day,
        ['a refresh: the family', refresh.bytes, refresh.wal],
        ['a request: its line in the log', log.bytes, log.wal],
      ].map(([what, bytes, wal]) => [what, bytes, wal, `${(bytes / 1000).toFixed(2)} GB`]),
    ),
    '',
    table(
      ['housekeeping', 'statements', 'the longest', 'all of them', 'WAL'],
      await housekeeping(),
    ),
    '',
  ].join('\n');
}

/** Under load, in the order of no index. */
async function forEach(name, text) {
  for (let first = 1; first <= rows; first += GRANTS_PER_STATEMENT) {
    const last = Math.min(rows, first + GRANTS_PER_STATEMENT - 1);
    await client.query({ name, text, values: [first, last] });
  }
}

/** What a table and its indexes have grown by for each row, and what that wrote ahead. */
async function growth(of, work) {
  const before = { bytes: await sizeOf(of), wal: await walPosition() };
  await work();
  return {
    bytes: Math.round(((await sizeOf(of)) - before.bytes) / rows),
    wal: Math.round(((await walPosition()) - before.wal) / rows),
  };
}

async function sizeOf(of) {
  const { bytes } = await one(
    `SELECT sum(pg_total_relation_size(relid))::float8 AS bytes
       FROM (SELECT $1::regclass AS relid UNION SELECT relid FROM pg_partition_tree($1)) parts`,
    [of],
  );
  return bytes;
}

async function walPosition() {
  const { at } = await one(`SELECT (pg_current_wal_insert_lsn() - '0/0')::float8 AS at`);
  return at;
}

/** The same rows, dropped with their partition and deleted in batches, and a page of the log. */
async function housekeeping() {
  const lines = [];
  const measure = async (what, statement, values, isOver) => {
    const wal = await walPosition();
    const times = [];
    let answer;
    do {
      const given = typeof values === 'function' ? values(answer) : values;
      const start = performance.now();
      ({
        rows: [answer],
      } = await client.query(statement, given));
      times.push(performance.now() - start);
    } while (!isOver(answer));
    const written = ((await walPosition()) - wal) / 1e6;
    const all = times.reduce((before, time) => before + time, 0);
    lines.push([
      what,
      times.length,
      `${Math.max(...times).toFixed(1)} ms`,
      `${all.toFixed(0)} ms`,
      `${written.toFixed(2)} MB`,
    ]);
  };
  const month = (offset) => new Date(Date.now() + offset * 86_400_000);
  for (let day = 8; day < 39; day += 1) {
    await client.query(`SELECT make_partition('oauth_requests', $1, 0)`, [month(day)]);
  }
  await client.query('ANALYZE');
  let pages = 0;
  await measure('a page of the log, over 40 partitions', PAGE_OF_LOG, [], () => ++pages === 20);
  const once = () => true;
  await measure(
    'make a partition',
    `SELECT make_partition('oauth_requests', $1, 0)`,
    [month(50)],
    once,
  );
  await client.query(LOGGED, [rows, month(-40)]);
  const deleteOld = `SELECT delete_unpartitioned('oauth_requests', $1, ${DELETED_PER_STATEMENT}) AS deleted`;
  await measure(
    `delete ${rows} lines of the log`,
    deleteOld,
    [month(-30)],
    ({ deleted }) => deleted < DELETED_PER_STATEMENT,
  );
  await client.query(`SELECT drop_partition('oauth_requests', $1)`, [month(0)]);
  const ends = new Date(Math.ceil(Date.now() / 86_400_000) * 86_400_000);
  const drop = `SELECT drop_partition('oauth_requests', $1)`;
  await measure(`drop the partition of ${rows} lines`, drop, [ends], once);
  await measure(
    `delete ${rows} expired families`,
    `WITH page AS (
       SELECT id FROM refresh_token_families
        WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT ${FAMILIES_PER_STATEMENT}
     ), deleted AS (
       DELETE FROM refresh_token_families family USING page WHERE family.id = page.id
     )
     SELECT (SELECT id FROM page ORDER BY id DESC LIMIT 1) AS last`,
    (previous) => [previous?.last ?? null],
    ({ last }) => last === null,
  );
  await measure(
    `delete the use of ${rows} connections`,
    `DELETE FROM connection_usage WHERE ctid = ANY (ARRAY(
       SELECT ctid FROM connection_usage WHERE day <= current_date LIMIT ${DELETED_PER_STATEMENT}
          FOR UPDATE SKIP LOCKED)) RETURNING 1`,
    [],
    (first) => first === undefined,
  );
  return lines;
}

function sum(lines, column) {
  return lines.reduce((all, line) => all + line[column], 0);
}

async function one(statement, values) {
  return (await client.query(statement, values)).rows[0];
}

async function connectAfter(work) {
  await work;
  return connect(url);
}

async function connect(to) {
  const connected = new pg.Client({ connectionString: to });
  await connected.connect();
  return connected;
}

import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import pg from 'pg';
import { CONNECTION_ID, rowsOf, TABLES } from './rows.mjs';

const require = createRequire(import.meta.url);
require('reflect-metadata');
const api = (path) => require(`../../apps/api/dist/${path}.js`);
const { DataSource } = require('typeorm');
const { parseConfig } = api('config/config');
const { dataSourceOptions } = api('database/data-source');
const { fillDemoData } = api('database/demo-data');
const { migrate } = api('database/migrate');
const { RefreshTokens } = api('oauth-tokens/refresh-tokens');

/** How many days the partitions go back, as in an installation that has run for so long, and how many there are. */
const PAST = { connection_events: [400, 14], oauth_requests: [30, 30] };

/**
 * Fills a new database with what years of use leave, by statements that make whole tables. Meanwhile
 * they have neither indexes nor triggers; afterwards PostgreSQL has looked at all of it, as autovacuum
 * would have had it do.
 * @param lineages of refresh tokens that still work
 * @param measured of how many connections requests will be made, the same number in all sizes
 * @param secret APP_SECRET, which their refresh tokens are made with
 */
export async function fill(url, { lineages, measured, clientId, secret, say }) {
  await migrate(url);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const run = async (what, statements) => {
    const start = performance.now();
    for (const { text, values } of statements) await client.query(text, values);
    say(`  ${what}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
  };
  try {
    await client.query(`SET work_mem = '256MB'; SET maintenance_work_mem = '1GB'`);
    await makePastPartitions(client);
    await addDemoData(url);
    await client.query(TABLE_OF_TOKENS);
    await client.query(TOKENS, refreshTokens(measured, { url, secret }));
    const definitions = await dropIndexes(client);
    for (const [what, statements] of rowsOf({ lineages, measured, clientId })) {
      await run(what, statements);
    }
    await run('indexes', definitions);
    await run('vacuum', [{ text: 'VACUUM (ANALYZE)' }]);
  } finally {
    await client.end();
  }
}

async function makePastPartitions(client) {
  for (const [table, values] of Object.entries(PAST)) {
    await client.query(
      `SELECT drop_partition($1, ends) FROM time_partitions($1) WHERE starts = '-infinity'`,
      [table],
    );
    for (let made = true; made;) {
      const { rows } = await client.query(
        `SELECT make_partition($1, now() - $2 * interval '1 day', $3) IS NOT NULL AS made`,
        [table, ...values],
      );
      made = rows[0].made;
    }
  }
}

async function addDemoData(url) {
  const dataSource = await new DataSource(dataSourceOptions(url)).initialize();
  await fillDemoData(dataSource, { demoClientPort: 4000, now: new Date() });
  await dataSource.destroy();
}

/** `n` is the number of the connection among all. */
const TABLE_OF_TOKENS = `
  CREATE SCHEMA bench;
  CREATE TABLE bench.tokens
    (place bigint PRIMARY KEY, n bigint, value text, handle_hash bytea, token_hash bytea);
  CREATE VIEW bench.connections AS
    SELECT place, ${CONNECTION_ID} AS connection_id FROM bench.tokens`;
/** Nothing of it is a secret: they open nothing but this database. */
const TOKENS = `
  INSERT INTO bench.tokens (place, value, handle_hash, token_hash)
  SELECT place, value, handle_hash, token_hash
    FROM unnest($1::text[], $2::bytea[], $3::bytea[]) WITH ORDINALITY
      token (value, handle_hash, token_hash, place)`;

function refreshTokens(count, { url, secret }) {
  const maker = new RefreshTokens(parseConfig({ DATABASE_URL: url, APP_SECRET: secret }));
  const sha256 = (text) => createHash('sha256').update(text).digest();
  const tokens = Array.from({ length: count }, () => maker.create());
  return [
    tokens.map(({ value }) => value),
    tokens.map(({ handle }) => sha256(handle.toString('base64url'))),
    tokens.map(({ value }) => sha256(value)),
  ];
}

/** @returns the statements that bring everything back */
async function dropIndexes(client) {
  const { rows } = await client.query(DEFINITIONS, [TABLES]);
  for (const { drop } of rows) await client.query(drop);
  return rows.reverse().map(({ add }) => ({ text: add }));
}

/** Foreign keys need the keys that they refer to, so they go first. */
const DEFINITIONS = `
  SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS "drop",
         format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname,
           pg_get_constraintdef(oid)) AS add,
         CASE contype WHEN 'f' THEN 1 ELSE 2 END AS place
    FROM pg_constraint
   WHERE contype = 'f' AND ARRAY[conrelid, confrelid] && $1::regclass[]::oid[]
      OR contype IN ('p', 'u') AND conrelid = ANY ($1::regclass[])
  UNION ALL
  SELECT format('DROP INDEX %s', indexrelid::regclass),
         replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON '), 3
    FROM pg_index
   WHERE indrelid = ANY ($1::regclass[])
     AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))
  UNION ALL
  SELECT format('ALTER TABLE %s DISABLE TRIGGER USER', relid::regclass),
         format('ALTER TABLE %s ENABLE TRIGGER USER', relid::regclass), 4
    FROM unnest($1::regclass[]) AS relid
   ORDER BY place`;

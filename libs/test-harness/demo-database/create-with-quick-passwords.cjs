const { resolve } = require('node:path');
const { hash } = require('@node-rs/argon2');
const { Client } = require('pg');
const createDemoDatabase = require('./create.cjs');

const DEMO_DATA = resolve(__dirname, '../../../apps/api/dist/database/demo-data.js');

/** The least that argon2 allows: a hash says itself what it takes to verify. */
const QUICK = { memoryCost: 8, timeCost: 1, parallelism: 1 };

/**
 * Jest's `globalSetup` of suites that sign in a thousand times, which is no subject of most tests: a
 * real hash, as `create.cjs` leaves it, takes 30 ms of a processor each time.
 */
module.exports = async () => {
  await createDemoDatabase();
  const { TEST_DATABASE_URL: server, TEST_DEMO_DATABASE: name } = process.env;
  if (!name) return;
  const { DEMO_PASSWORD } = require(DEMO_DATA);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const client = new Client({ connectionString: url.href });
  await client.connect();
  await client.query('BEGIN; ALTER TABLE users DISABLE TRIGGER USER');
  await client.query('UPDATE users SET password_hash = $1', [await hash(DEMO_PASSWORD, QUICK)]);
  await client.query('ALTER TABLE users ENABLE TRIGGER USER; COMMIT');
  await client.end();
};

const { Client } = require('pg');

/** The least that argon2 allows: a hash says itself what it takes to verify. */
const QUICK = { memoryCost: 8, timeCost: 1, parallelism: 1 };

/**
 * Gives everybody in a database a password that is quick to verify, for suites that sign in a
 * thousand times: a real hash takes 30 ms of a processor each time. No node is told of it.
 */
module.exports = async function quickPasswords(databaseUrl, password) {
  // Loaded here: every spec loads this file, and few call it.
  const { hash } = require('@node-rs/argon2');
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('BEGIN; ALTER TABLE users DISABLE TRIGGER USER');
    await client.query('UPDATE users SET password_hash = $1', [await hash(password, QUICK)]);
    await client.query('ALTER TABLE users ENABLE TRIGGER USER; COMMIT');
  } finally {
    await client.end();
  }
};

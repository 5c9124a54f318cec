import { Client } from 'pg';
import { startEmbeddedPostgres } from '../embedded-postgres.js';

/**
 * A program that owns an embedded server, for tests that kill it: it says `starting`, then the
 * address, then the number of every row that the database has acknowledged.
 */
async function main(): Promise<void> {
  const say = (message: string) => process.stdout.write(`${message}\n`);
  const database = await startEmbeddedPostgres({
    dataDir: process.argv[2] ?? '',
    log: () => say('starting'),
  });
  say(database.url);
  const client = new Client({ connectionString: database.url });
  await client.connect();
  await client.query('CREATE TABLE IF NOT EXISTS acknowledged (n integer PRIMARY KEY)');
  for (let n = 1; ; n++) {
    await client.query('INSERT INTO acknowledged VALUES ($1)', [n]);
    say(String(n));
  }
}

void main();

import { randomBytes, randomInt } from 'node:crypto';
import { Client } from 'pg';
import type { RuntimeConfig } from '../config/config.module.js';
import { STATEMENT_TIMEOUT_MS } from './data-source.js';

/** The pooler at DATABASE_URL is not what the program needs. The message says what to do. */
export class PoolerError extends Error {}

/** What a pooler says that does not know of statements that other connections have prepared. */
const UNTRACKED = ['42P05', '26000'];

type Addresses = Pick<RuntimeConfig, 'databaseUrl' | 'databaseFeedUrl' | 'preparedStatements'>;

/**
 * Does nothing where there is no pooler.
 * @throws PoolerError where what the pooler does would show later, and then in requests only
 */
export async function assertPooler(addresses: Addresses): Promise<void> {
  const { databaseUrl, databaseFeedUrl, preparedStatements } = addresses;
  if (databaseFeedUrl === undefined) return;
  await withClients([databaseUrl, databaseFeedUrl], async ([pooled, direct]) => {
    await assertSameDatabase(pooled, direct);
    await assertTimeout(pooled);
  });
  if (preparedStatements) {
    await withClients([databaseUrl, databaseUrl], assertPreparedStatements);
  }
}

/** From another database, or a copy of this one, a node would never hear of a revocation. */
async function assertSameDatabase(pooled: Client, direct: Client): Promise<void> {
  const lock = [randomInt(2 ** 31), randomInt(2 ** 31)];
  await pooled.query('BEGIN');
  await pooled.query('SELECT pg_advisory_xact_lock($1, $2)', lock);
  const { rows } = await direct.query<{ isFree: boolean }>(
    'SELECT pg_try_advisory_xact_lock($1, $2) AS "isFree"',
    lock,
  );
  await pooled.query('ROLLBACK');
  if (!rows[0]?.isFree) return;
  throw new PoolerError(
    'DATABASE_URL and DATABASE_FEED_URL lead to different databases. Both must be the same database of the same server, once through the pooler and once past it.',
  );
}

async function assertTimeout(pooled: Client): Promise<void> {
  const { rows } = await pooled.query<{ limit: string }>(
    `SELECT setting AS "limit" FROM pg_settings WHERE name = 'statement_timeout'`,
  );
  if (rows[0]?.limit !== '0') return;
  throw new PoolerError(
    `The pooler at DATABASE_URL lets statements run for ever. Give its database a limit, in pgbouncer.ini: connect_query='SET statement_timeout = ${STATEMENT_TIMEOUT_MS}'`,
  );
}

async function assertPreparedStatements(clients: readonly Client[]): Promise<void> {
  const statement = { name: `probe_${randomBytes(8).toString('hex')}`, text: 'SELECT 1' };
  try {
    for (const client of clients) await client.query(statement);
  } catch (error) {
    if (!UNTRACKED.includes((error as { code?: string }).code ?? '')) throw error;
    throw new PoolerError(
      'The pooler at DATABASE_URL does not keep track of prepared statements. Leave DATABASE_PREPARED_STATEMENTS out, or use PgBouncer 1.21 or newer with max_prepared_statements = 200.',
      { cause: error },
    );
  }
}

async function withClients(
  [one, other]: [string, string],
  ask: (clients: [Client, Client]) => Promise<void>,
): Promise<void> {
  const connect = (connectionString: string) =>
    new Client({ connectionString, connectionTimeoutMillis: STATEMENT_TIMEOUT_MS });
  const clients: [Client, Client] = [connect(one), connect(other)];
  // Without a listener, a connection that is cut would end the process.
  for (const client of clients) client.on('error', () => undefined);
  try {
    for (const client of clients) await client.connect();
    await ask(clients);
  } finally {
    for (const client of clients) await client.end().catch(() => undefined);
  }
}

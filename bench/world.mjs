import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { freePort, startServer } from './processes.mjs';
import { CLIENT, tokenEndpoint } from './token-endpoint.mjs';

const PEOPLE = 200;

/**
 * The API and the bare server on one fresh database, with many people who have granted access.
 * @param peers whether to start other authorization servers beside them
 */
export async function startWorld(adminUrl, { peers = false } = {}) {
  await using ends = new AsyncDisposableStack();
  const name = `bench_${randomBytes(6).toString('hex')}`;
  await query(adminUrl, `CREATE DATABASE ${name}`);
  ends.defer(() => query(adminUrl, `DROP DATABASE ${name} WITH (FORCE)`));
  const database = Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href;
  const port = String(await freePort());
  const start = async (script, env) =>
    ends.adopt(await startServer(script, env), (server) => server.stop());
  const api = await start('api.mjs', {
    DATABASE_URL: database,
    APP_SECRET: 'a secret that only the bench of one machine knows',
    DEMO_DATA: 'on',
    PORT: port,
  });
  const bare = await start('bare.mjs', { DATABASE_URL: database });
  const peer = '../peers/oidc-provider.mjs';
  const ofPeers = { CLIENT: JSON.stringify(CLIENT) };
  const started = peers
    ? {
        'oidc-provider on PostgreSQL': await start(peer, { ...ofPeers, DATABASE_URL: database }),
        'oidc-provider in memory': await start(peer, ofPeers),
      }
    : {};
  // With one redirect URI, a code is created as the documented link does it.
  await query(
    database,
    `UPDATE oauth_clients SET redirect_uris = '{${CLIENT.redirectUri}}' WHERE client_id = '${CLIENT.clientId}'`,
  );
  const userIds = await addPeople(database);
  const all = ends.move();
  return {
    api,
    bare,
    database,
    endpoint: tokenEndpoint(api, '/guest/v7/oauth-tokens', userIds),
    peers: Object.fromEntries(
      Object.entries(started).map(([name, server]) => [
        name,
        tokenEndpoint(server, '/token', userIds),
      ]),
    ),
    /** Ends the servers and drops the database. */
    stop: () => all.disposeAsync(),
  };
}

async function addPeople(database) {
  const rows = await query(
    database,
    `INSERT INTO users (id, account_id, email, first_name, last_name, role, locale, status,
       password_hash, created_at, updated_at)
     SELECT gen_random_uuid(), account_id, gen_random_uuid() || '@musterhaus.example',
       first_name, last_name, role, locale, status, password_hash, now(), now()
     FROM users, generate_series(1, ${PEOPLE}) WHERE email = 'user@musterhaus.example'
     RETURNING id`,
  );
  return rows.map(({ id }) => id);
}

export async function query(url, sql) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { postgresCpu } from './postgres-cpu.mjs';
import { freePort, startServer } from './processes.mjs';
import { CLIENT, tokenEndpoint } from './token-endpoint.mjs';

/** So many that hardly anybody has more than ten families by the end. */
const PEOPLE = 5000;

/** Other authorization servers, by the name that the report has for them. */
const PEERS = {
  'oidc-provider on PostgreSQL': { script: 'oidc-provider', path: '/token' },
  'oauth2-server on PostgreSQL': { script: 'oauth2-server', path: '/' },
  'better-auth on PostgreSQL': {
    script: 'better-auth',
    path: '/api/auth/oauth2/token',
    more: { code_verifier: CLIENT.codeVerifier },
  },
};

/**
 * The API, the floor and, where wanted, other authorization servers, each on a fresh database of
 * its own, so that its work there can be told apart.
 * @param peers whether to start other authorization servers
 */
export async function startWorld(adminUrl, { peers = false } = {}) {
  await using ends = new AsyncDisposableStack();
  const run = randomBytes(6).toString('hex');
  const postgres = ends.adopt(await postgresCpu(adminUrl), (counter) => counter.stop());
  const createDatabase = async (of) => {
    const name = `bench_${run}_${of}`;
    await query(adminUrl, `CREATE DATABASE ${name}`);
    // The database server of the tests has it off, which no installation may have.
    await query(adminUrl, `ALTER DATABASE ${name} SET synchronous_commit = on`);
    ends.defer(() => query(adminUrl, `DROP DATABASE ${name} WITH (FORCE)`));
    return { name, url: Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href };
  };
  const start = async (script, env) =>
    ends.adopt(await startServer(script, env), (server) => server.stop());

  const database = await createDatabase('api');
  const api = await start('api.mjs', {
    DATABASE_URL: database.url,
    APP_SECRET: 'a secret that only the bench of one machine knows',
    DEMO_DATA: 'on',
    PORT: String(await freePort()),
    WORLD: JSON.stringify({ ...CLIENT, people: PEOPLE }),
  });
  const sides = { ours: tokenEndpoint(api, '/guest/v7/oauth-tokens', database.name) };
  const ofFloor = await createDatabase('floor');
  const floor = await start('floor.mjs', { DATABASE_URL: ofFloor.url });
  sides.floor = tokenEndpoint(floor, '', ofFloor.name);
  if (peers) {
    const env = { CLIENT: JSON.stringify(CLIENT) };
    for (const [name, { script, path, more }] of Object.entries(PEERS)) {
      const { url, name: ofPeer } = await createDatabase(script.replace('-', '_'));
      const peer = await start(`../peers/${script}.mjs`, { ...env, DATABASE_URL: url });
      sides[name] = tokenEndpoint(peer, path, ofPeer, more);
    }
    const inMemory = await start('../peers/oidc-provider.mjs', env);
    sides['oidc-provider in memory'] = tokenEndpoint(inMemory, '/token');
  }
  const all = ends.move();
  return {
    api,
    database: database.url,
    sides,
    postgres,
    /** A server that does to the database of the API what recorded requests did. */
    async startReplay(recordings) {
      const server = await startServer('replay.mjs', { DATABASE_URL: database.url });
      return { ...server, statements: await server.ask('replay', recordings) };
    },
    /** Ends the servers and drops the databases. */
    stop: () => all.disposeAsync(),
  };
}

export async function query(url, sql, values) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql, values)).rows;
  } finally {
    await client.end();
  }
}

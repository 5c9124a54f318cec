import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { freePort, startServer } from './processes.mjs';
import { ask } from './requests.mjs';

const PEOPLE = 200;
const CLIENT = { client_id: 'maklerwelt-crm', client_secret: 'maklerwelt-crm-demo-secret' };
const REDIRECT_URIS = `'{http://localhost:4000/callback}'`;
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** The API and the bare server on one fresh database, with many people who have granted access. */
export async function startWorld(adminUrl) {
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
  // With one redirect URI, a code is created as the documented link does it.
  await query(
    database,
    `UPDATE oauth_clients SET redirect_uris = ${REDIRECT_URIS} WHERE client_id = '${CLIENT.client_id}'`,
  );
  const userIds = await addPeople(database);
  const started = ends.move();
  return {
    api,
    bare,
    database,
    /** @returns a body for the token endpoint for each of `count` codes, of as many people */
    async exchanges(count) {
      const codes = await api.ask('codes', {
        clientId: CLIENT.client_id,
        userIds: Array.from({ length: count }, (_, index) => userIds[index % PEOPLE]),
      });
      return codes.map((code) => form({ grant_type: 'authorization_code', code }));
    },
    async token(body) {
      const url = `${api.url}/guest/v7/oauth-tokens`;
      return JSON.parse(await ask(url, { method: 'POST', headers: FORM, body }));
    },
    refresh(refreshToken) {
      return this.token(form({ grant_type: 'refresh_token', refresh_token: refreshToken }));
    },
    /** Ends the servers and drops the database. */
    stop: () => started.disposeAsync(),
  };
}

function form(parameters) {
  return new URLSearchParams({ ...CLIENT, ...parameters }).toString();
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

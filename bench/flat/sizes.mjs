import pg from 'pg';
import { postgresCpu } from '../postgres-cpu.mjs';
import { freePort, startServer } from '../processes.mjs';
import { CLIENT, tokenEndpoint } from '../token-endpoint.mjs';
import { query } from '../world.mjs';
import { fill } from './fill.mjs';
import { signInPeople } from './requests.mjs';

const APP_SECRET = 'a secret that only the bench of one machine knows';

/**
 * The API on a database of each size, all on one server.
 * @param keep leaves the databases there, and takes those that have been left
 */
export async function startSizes(adminUrl, { lineages, measured, keep, say }) {
  await using ends = new AsyncDisposableStack();
  const postgres = ends.adopt(await postgresCpu(adminUrl), (counter) => counter.stop());
  const sides = {};
  for (const count of lineages) {
    const name = `bench_flat_${count}`;
    const url = Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href;
    const contents = `filled with ${count} lineages, ${measured} measured`;
    if (!keep) ends.defer(() => query(adminUrl, `DROP DATABASE ${name} WITH (FORCE)`));
    if (!(await holds(adminUrl, name, contents))) {
      say(`Filling a database with ${count} lineages`);
      await query(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await query(adminUrl, `CREATE DATABASE ${name}`);
      await query(adminUrl, `ALTER DATABASE ${name} SET synchronous_commit = on`);
      await fill(url, {
        ...{ lineages: count, measured, say },
        ...{ clientId: CLIENT.clientId, secret: APP_SECRET },
      });
      await query(adminUrl, `COMMENT ON DATABASE ${name} IS '${contents}'`);
    }
    say(`Starting the API with ${count} lineages`);
    const server = ends.adopt(
      await startServer('api.mjs', {
        DATABASE_URL: url,
        APP_SECRET,
        DEMO_DATA: 'on',
        PORT: String(await freePort()),
        WORLD: JSON.stringify({ ...CLIENT, people: 0 }),
      }),
      (started) => started.stop(),
    );
    const tokens = ends.adopt(await readTokens(url), (all) => keepTokens(url, all));
    const endpoint = tokenEndpoint(server, '/guest/v7/oauth-tokens', name);
    const people = await signInPeople(endpoint, measured);
    sides[count] = { endpoint, tokens, people, url };
  }
  const all = ends.move();
  return { sides, postgres, say, stop: () => all.disposeAsync() };
}

async function holds(adminUrl, name, contents) {
  const rows = await query(
    adminUrl,
    `SELECT FROM pg_database
      WHERE datname = '${name}' AND shobj_description(oid, 'pg_database') = '${contents}'`,
  );
  return rows.length > 0;
}

/** The refresh tokens that the measured connections have now, which change with each use. */
async function readTokens(url) {
  const values = await query(url, 'SELECT place, value FROM bench.tokens ORDER BY place');
  return { values, next: 0 };
}

async function keepTokens(url, { values }) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    `UPDATE bench.tokens token SET value = now.value
       FROM unnest($1::bigint[], $2::text[]) AS now (place, value) WHERE token.place = now.place`,
    [values.map(({ place }) => place), values.map(({ value }) => value)],
  );
  await client.end();
}

import { ask, measure, median } from './requests.mjs';
import { query } from './world.mjs';
import { CLIENT } from './token-endpoint.mjs';

const MOST_RECORDINGS = 50;
const JSON_BODY = { 'content-type': 'application/json' };
const LOGIN = { email: 'user@musterhaus.example', password: 'demo-passwort-2026' };
const QUERY = new URLSearchParams({
  response_type: 'code',
  client_id: CLIENT.clientId,
  redirect_uri: CLIENT.redirectUri,
  scope: 'readwrite',
  state: 'open',
});

/** What the portal and clients ask for besides tokens. Signing in goes without argon2. */
const ROUTES = {
  metadata: { path: '/.well-known/oauth-authorization-server' },
  JWKS: { path: '/.well-known/jwks.json' },
  'authorize page': { path: `/user/v7/oauth-authorization-request?${QUERY}`, session: true },
  'connections list': { path: '/user/v7/connections', session: true },
  'create code': {
    path: '/user/v7/oauth-codes',
    session: true,
    resource: {
      clientId: CLIENT.clientId,
      redirectUri: CLIENT.redirectUri,
      scope: 'readwrite',
      state: 'open',
    },
  },
  'sign-in': { path: '/guest/v7/sessions', resource: LOGIN },
};

/** Access may be granted, and signing in may fail, only so often; each block begins anew. */
const FORGET = `
  WITH granted AS (
    UPDATE authorization_codes SET created_at = created_at - interval '2 hours'
     WHERE created_at > now() - interval '1 hour'
  )
  DELETE FROM sign_in_failures`;

/**
 * Each route beside a bare Fastify route that sends the same statements to the same database and
 * answers the same bytes, in turns, one request at a time.
 * @returns a row for each route
 */
export async function benchRoutes({ rounds, requests }, world) {
  const { api, sides, postgres, startReplay } = world;
  const { database } = sides.ours;
  await api.ask('passwords', false);
  const cookie = await sessionCookie(api);
  const rows = [];
  for (const [route, { path, session, resource }] of Object.entries(ROUTES)) {
    const options = {
      method: resource ? 'POST' : 'GET',
      headers: { ...(session && { cookie }), ...(resource && JSON_BODY) },
      body: resource && JSON.stringify({ resource }),
    };
    const own = () => ask(`${api.url}${path}`, options);
    const replay = await startReplay(await recordings(api, own));
    const bare = () => ask(replay.url, options);
    const samples = { ours: [], floor: [] };
    try {
      for (let round = 0; round <= rounds; round++) {
        const turns = [
          ['ours', api, own],
          ['floor', replay, bare],
        ];
        for (const [name, server, work] of round % 2 === 0 ? turns : turns.reverse()) {
          const cpu = async () => [await server.ask('cpu'), await postgres.of(database)];
          await query(world.database, FORGET);
          const before = await cpu();
          await measure(requests, 1, work);
          const after = await cpu();
          if (round > 0) samples[name].push(after.map((now, at) => (now - before[at]) / requests));
        }
      }
    } finally {
      await replay.stop();
    }
    rows.push({ route, statements: replay.statements, ...summary(samples) });
  }
  await api.ask('passwords', true);
  return rows;
}

/**
 * What one request sends to the database, twice: what differs is made anew for each request. The
 * first ones fill the caches, and some have statements of the background among theirs.
 */
async function recordings(api, own) {
  const known = new Map();
  for (let time = 0; time < MOST_RECORDINGS; time++) {
    await api.ask('record');
    const body = await own();
    const statements = await api.ask('recorded');
    const texts = statements.map(({ text }) => text).join(';');
    if (known.has(texts)) return [known.get(texts), { statements, body }];
    if (time > 2) known.set(texts, { statements, body });
  }
  throw new Error(`no two requests sent the same statements: ${[...known.keys()].join('\n')}`);
}

async function sessionCookie({ url }) {
  const { path, resource } = ROUTES['sign-in'];
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: JSON_BODY,
    body: JSON.stringify({ resource }),
  });
  if (response.status !== 201) throw new Error(`${response.status}: ${await response.text()}`);
  return response.headers.getSetCookie()[0].split(';')[0];
}

function summary({ ours, floor }) {
  const total = ([server, ofPostgres]) => server + ofPostgres;
  const ratios = ours.map((sample, round) => total(sample) / total(floor[round]));
  const part = (samples, at) => median(samples.map((sample) => sample[at]));
  return {
    server: part(ours, 0),
    postgres: part(ours, 1),
    floorServer: part(floor, 0),
    floorPostgres: part(floor, 1),
    ratio: { median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) },
  };
}

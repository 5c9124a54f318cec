import { setTimeout as pause } from 'node:timers/promises';
import { ask, measure, median, percentile } from './requests.mjs';
import { query } from './world.mjs';

const PATHS = ['/user/v7/oauth-userinfo', '/user/v7/users/me'];
/** As many as an installation with 10,000 revocations in two hours would hold. */
const REVOKED = 10_000;

/**
 * What the check of revocations costs an authenticated request: measured by itself against the
 * whole request, and as the difference between blocks of requests with it and without it.
 */
export async function benchCheck({ pairs, requests, lanes, calls, seconds }, world) {
  const { api } = world;
  const endpoint = world.sides.ours;
  await query(
    world.database,
    `INSERT INTO revocations (subject, revoked_at, expires_at)
     SELECT gen_random_uuid()::text, now() - interval '1 hour', now() + interval '1 hour'
     FROM generate_series(1, ${REVOKED})`,
  );
  await untilHeld(REVOKED, api);
  const tokens = [];
  for (const body of await endpoint.exchanges(lanes)) tokens.push(await endpoint.token(body));
  const block = async (path) => {
    const before = await api.ask('cpu');
    await measure(requests, lanes, (_, lane) =>
      ask(`${api.url}${path}`, {
        headers: { authorization: `Bearer ${tokens[lane].access_token}` },
      }),
    );
    return ((await api.ask('cpu')) - before) / requests;
  };

  const { microseconds: alone, revoked } = await api.ask('checkAlone', { calls });
  if (revoked > 0) throw new Error('a good token counts as revoked');
  const feed = await api.ask('feedAlone', { seconds });
  const rows = [];
  for (const path of PATHS) {
    // Warms up the compiler with both.
    for (const check of [true, false, true, false]) {
      await api.ask('check', check);
      await block(path);
    }
    const on = [];
    const off = [];
    for (let pair = 0; pair < pairs; pair++) {
      // Which is first alternates, so that neither gains from the other's warm caches.
      for (const check of pair % 2 === 0 ? [true, false] : [false, true]) {
        await api.ask('check', check);
        (check ? on : off).push(await block(path));
      }
    }
    await api.ask('check', true);
    const differences = on.map((value, index) => ((value - off[index]) / off[index]) * 100);
    rows.push({
      path,
      requests: 2 * pairs * requests,
      on: median(on),
      off: median(off),
      share: (alone / median(off)) * 100,
      difference: median(differences),
      from: percentile(differences, 0.25),
      to: percentile(differences, 0.75),
    });
  }
  return { alone, feed, held: REVOKED, rows };
}

/** The feed tells the API of new revocations a moment after they are written. */
async function untilHeld(count, api) {
  for (let attempt = 0; attempt < 100; attempt++) {
    if ((await api.ask('held')) >= count) return;
    await pause(100);
  }
  throw new Error(`the API does not hold ${count} revocations`);
}

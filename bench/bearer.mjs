import { ask, measure, median } from './requests.mjs';

const PATHS = ['/user/v7/oauth-userinfo', '/user/v7/users/me'];

/**
 * What authentication by an access token costs a request: blocks with it and without it, in pairs.
 * Each block has connections that have not been used before, and ends when their use is written.
 * @param connections how many of them
 */
export async function benchBearer({ pairs, requests, lanes, connections }, world) {
  const { api, postgres, sides } = world;
  const { database } = sides.ours;
  const cpu = async () => (await api.ask('cpu')) + (await postgres.of(database));
  const block = async (path, tokens) => {
    const before = await cpu();
    await measure(requests, lanes, (index) =>
      ask(`${api.url}${path}`, {
        headers: { authorization: `Bearer ${tokens[index % tokens.length]}` },
      }),
    );
    await api.ask('writeUsage');
    return ((await cpu()) - before) / requests;
  };
  const rows = [];
  for (const path of PATHS) {
    const samples = { with: [], without: [] };
    for (let pair = 0; pair <= pairs; pair++) {
      for (const on of pair % 2 === 0 ? [true, false] : [false, true]) {
        const tokens = await accessTokens(sides.ours, connections);
        // Somebody has to be remembered before all others are taken for them.
        await api.ask('authentication', true);
        await ask(`${api.url}${path}`, { headers: { authorization: `Bearer ${tokens[0]}` } });
        await api.ask('authentication', on);
        const spent = await block(path, tokens);
        if (pair > 0) samples[on ? 'with' : 'without'].push(spent);
      }
    }
    await api.ask('authentication', true);
    const ratios = samples.with.map((spent, pair) => spent / samples.without[pair]);
    rows.push({
      path,
      pairs,
      with: median(samples.with),
      without: median(samples.without),
      ratio: { median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) },
    });
  }
  return rows;
}

async function accessTokens(endpoint, count) {
  const bodies = await endpoint.exchanges(count);
  const tokens = [];
  for (const body of bodies) tokens.push((await endpoint.token(body)).access_token);
  return tokens;
}

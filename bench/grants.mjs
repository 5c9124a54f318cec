import { measure, median, percentile } from './requests.mjs';

/** How long what a request leaves to be written later may take, so that it is counted too. */
const SETTLE_MS = 400;

const GRANTS = {
  refresh: async (side, { requests, families }) => ({
    work: async (_, lane) => {
      families[lane] = await side.refresh(families[lane].refresh_token);
    },
    requests,
  }),
  'code exchange': async (side, { requests }) => {
    const bodies = await side.exchanges(requests);
    return { work: (index) => side.token(bodies[index]), requests };
  },
};

/**
 * Both grants of ours and of the others, in turns, so that whatever else the machine does affects all
 * of them alike.
 * @param sides by name; `floor` is what the others are compared with
 * @returns a row for each grant, number of connections and side
 */
export async function benchGrants({ rounds, requests, connections }, { sides, postgres }) {
  const rows = [];
  for (const lanes of connections) {
    for (const [grant, prepare] of Object.entries(GRANTS)) {
      const samples = await inTurns(sides, rounds, async (side) => {
        const families = await familiesOf(side, lanes);
        return block(side, postgres, lanes, await prepare(side, { families, requests, lanes }));
      });
      for (const [name, all] of Object.entries(samples)) {
        rows.push({ grant, connections: lanes, side: name, ...summary(all, samples.floor) });
      }
    }
  }
  return rows;
}

/** Rounds in which each side has a block; which is first changes. The first round warms up the compilers. */
export async function inTurns(sides, rounds, run) {
  const names = Object.keys(sides);
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + round) % names.length];
      const sample = await run(sides[name]);
      if (round > 0) samples[name].push(sample);
    }
  }
  return samples;
}

/** A family for each connection; getting them also opens what has been closed meanwhile. */
async function familiesOf(side, lanes) {
  const bodies = await side.exchanges(lanes);
  return Promise.all(bodies.map((body) => side.token(body)));
}

export async function block({ server, database }, postgres, lanes, { work, after: end, requests }) {
  const before = await cpu(server, postgres, database);
  const { latencies, seconds } = await measure(requests, lanes, work);
  await end?.();
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const after = await cpu(server, postgres, database);
  const of = (part) => (after[part] - before[part]) / requests;
  return {
    server: of('server'),
    postgres: of('postgres'),
    total: of('server') + of('postgres'),
    p50: median(latencies),
    p99: percentile(latencies, 0.99),
    perSecond: requests / seconds,
  };
}

async function cpu(server, postgres, database) {
  return {
    server: await server.ask('cpu'),
    postgres: database ? await postgres.of(database) : 0,
  };
}

/** Medians of all rounds, and how the rounds compare with those of the floor beside them. */
export function summary(samples, floor) {
  const of = (part) => median(samples.map((sample) => sample[part]));
  const ratios = (part) => {
    const all = samples.map((sample, round) => sample[part] / floor[round][part]);
    return { median: median(all), min: Math.min(...all), max: Math.max(...all) };
  };
  return {
    rounds: samples.length,
    server: of('server'),
    postgres: of('postgres'),
    total: of('total'),
    p50: of('p50'),
    p99: of('p99'),
    perSecond: of('perSecond'),
    ratio: ratios('total'),
    p50Ratio: ratios('p50'),
    p99Ratio: ratios('p99'),
  };
}

import { block, inTurns, summary } from '../grants.mjs';
import { OF_APPLICATIONS, REQUESTS } from './requests.mjs';

/** Pages cost more than tokens. */
const PAGES_PER_REQUEST = 1 / 4;

/** What no statement may take; the report's reader wants to know which it was. */
const LONG_MS = 2000;

/**
 * The same requests on a database of each size, in turns; then what housekeeping does there.
 * @param world its `sides` by their number of lineages, the smallest first
 */
export async function measureFlat({ rounds, requests, lanes }, { sides, postgres, say }) {
  const steps = await measureSteps(sides, postgres, say);
  const rows = [];
  for (const [request, prepare] of Object.entries(REQUESTS)) {
    say(`Measuring: ${request}`);
    const tokens = OF_APPLICATIONS.includes(request);
    const count = Math.ceil(tokens ? requests : requests * PAGES_PER_REQUEST);
    const samples = await inTurns(sides, rounds, async (side) => {
      const { work, after } = await prepare(side, count);
      const { server, database } = side.endpoint;
      const options = { work, after, requests: count };
      return block({ server, database }, postgres, tokens ? lanes : 1, options);
    });
    const [smallest] = Object.keys(samples);
    for (const [lineages, all] of Object.entries(samples)) {
      rows.push({
        request,
        lineages: Number(lineages),
        ...summary(all, samples[smallest]),
      });
    }
  }
  return { rows, steps };
}

/** Each step of the housekeeping, in each size: its longest statement, and what all of them took. */
async function measureSteps(sides, postgres, say) {
  const rows = [];
  for (const [lineages, { endpoint }] of Object.entries(sides)) {
    const { server, database } = endpoint;
    say(`Housekeeping with ${lineages} lineages`);
    for (const step of await server.ask('steps')) {
      const before = await postgres.of(database);
      const times = await server.ask('step', step);
      const cpu = ((await postgres.of(database)) - before) / 1000;
      const all = times.reduce((sum, { ms }) => sum + ms, 0);
      const longest = Math.max(0, ...times.map(({ ms }) => ms));
      for (const { text, ms } of times) if (ms > LONG_MS) say(`  ${step}, ${ms} ms: ${text}`);
      rows.push({ step, lineages: Number(lineages), statements: times.length, longest, all, cpu });
    }
  }
  return rows;
}

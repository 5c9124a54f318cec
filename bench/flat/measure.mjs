import { block, inTurns, summary } from '../grants.mjs';
import { median } from '../requests.mjs';
import { query } from '../world.mjs';
import { OF_APPLICATIONS, REQUESTS } from './requests.mjs';

/** Pages cost more than tokens. */
const PAGES_PER_REQUEST = 1 / 4;

/** What no statement may take; the report's reader wants to know which it was. */
const LONG_MS = 2000;

export const PARTS = ['housekeeping', ...Object.keys(REQUESTS)];

/**
 * The same requests on a database of each size, in turns; then what housekeeping does there.
 * @param world its `sides` by their number of lineages, the smallest first
 * @param parts which of `PARTS`
 */
export async function measureFlat({ rounds, requests, lanes }, { sides, postgres, say }, parts) {
  const steps = parts.includes('housekeeping') ? await measureSteps(sides, postgres, say) : [];
  const rows = [];
  for (const [request, prepare] of Object.entries(REQUESTS)) {
    if (!parts.includes(request)) continue;
    say(`Measuring: ${request}`);
    const tokens = OF_APPLICATIONS.includes(request);
    const count = Math.ceil(tokens ? requests : requests * PAGES_PER_REQUEST);
    const samples = await inTurns(sides, rounds, async (side) => {
      const { work, after } = await prepare(side, count);
      const { server, database } = side.endpoint;
      const options = { work, after, requests: count };
      const before = await walPosition(side);
      const sample = await block({ server, database }, postgres, tokens ? lanes : 1, options);
      return { ...sample, wal: ((await walPosition(side)) - before) / count };
    });
    const [smallest] = Object.keys(samples);
    for (const [lineages, all] of Object.entries(samples)) {
      rows.push({
        request,
        lineages: Number(lineages),
        ...summary(all, samples[smallest]),
        wal: median(all.map(({ wal }) => wal)),
      });
    }
  }
  return { rows, steps };
}

/** Bytes written ahead so far, by the whole server: nobody else has work for it. */
async function walPosition({ url }) {
  const [{ at }] = await query(url, `SELECT (pg_current_wal_insert_lsn() - '0/0')::float8 AS at`);
  return at;
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

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startBackground } from './background.js';
import { addPairs, connect, end, makeUp, type Pair, type Way, WAYS } from '../fleet/endings.js';
import { type Fleet, startFleet, statusAt } from '../fleet/fleet.js';
import { inLanes, percentile, report, scale } from '../fleet/scale.js';

const REVOCATIONS = scale('LOAD_REVOCATIONS', 40);

/** Endless requests beside the revocations: more than one per node would measure the machine. */
const BACKGROUND_PER_NODE = scale('LOAD_BACKGROUND', 1);
const LANES = scale('LOAD_LANES', 1);
const GIVE_UP_MS = 10_000;

let fleet: Fleet;
let pairs: Pair[];
beforeAll(async () => {
  fleet = await startFleet();
  pairs = await addPairs(fleet, LANES);
});
afterAll(() => fleet.nodes.stop());

/** Asks a node again and again; resolves with the milliseconds until its first 401 has come. */
async function untilRefused(url: string, accessToken: string, since: number): Promise<number> {
  for (;;) {
    const status = await statusAt(url, accessToken);
    const elapsed = performance.now() - since;
    if (status === 401) return elapsed;
    if (status !== 200) throw new Error(`neither accepted nor refused: ${status}`);
    if (elapsed > GIVE_UP_MS) throw new Error(`still accepted after ${elapsed} ms`);
  }
}

interface Sample {
  way: Way;
  /** Whether the node is the one that was told to revoke. */
  told: boolean;
  ms: number;
}

describe('immediate revocation, under load', () => {
  it('from the sending of the revocation to the first 401 on every node, p99 is under a second', async () => {
    const samples: Sample[] = [];
    const background = await startBackground(fleet, BACKGROUND_PER_NODE);
    const startedAt = performance.now();
    await inLanes(REVOCATIONS, LANES, async (index, lane) => {
      const pair = pairs[lane] as Pair;
      const way = WAYS[index % WAYS.length] as Way;
      const node = (index >> 2) % fleet.urls.length;
      const victim = await connect(pair, fleet, index);
      for (const url of fleet.urls) expect(await statusAt(url, victim.accessToken)).toBe(200);
      const since = performance.now();
      const [, ...elapsed] = await Promise.all([
        end(way, victim, pair, fleet, node),
        ...fleet.urls.map((url) => untilRefused(url, victim.accessToken, since)),
      ]);
      elapsed.forEach((ms, at) => samples.push({ way, told: at === node, ms }));
      // Refused is refused: no node changes its mind.
      for (const url of fleet.urls) expect(await statusAt(url, victim.accessToken)).toBe(401);
      await makeUp(way, pair, fleet);
    });
    const requestsPerSecond = (background.requests() / (performance.now() - startedAt)) * 1000;
    await background.stop();
    const table = WAYS.flatMap((way) =>
      [true, false].map((told) => {
        const ms = samples.filter((s) => s.way === way && s.told === told).map((s) => s.ms);
        return { way, told, count: ms.length, ...summary(ms) };
      }),
    );
    const overall = summary(samples.map(({ ms }) => ms));
    report('revocation latency', {
      revocations: REVOCATIONS,
      requestsPerSecond,
      ...overall,
      table,
    });
    expect(samples).toHaveLength(REVOCATIONS * fleet.urls.length);
    expect(overall.p99).toBeLessThan(1000);
  }, 600_000);
});

function summary(ms: readonly number[]) {
  return { p50: percentile(ms, 0.5), p99: percentile(ms, 0.99), max: percentile(ms, 1) };
}

import { eventually, send, sql } from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addPairs, type Pair } from '../fleet/endings.js';
import { feedOf } from './faults.js';
import { fillConnections } from './fill.js';
import { type Fleet, startFleet } from '../fleet/fleet.js';
import { startRefreshes } from './refreshes.js';
import { report, scale } from '../fleet/scale.js';

const CONNECTIONS = scale('LOAD_BURST', 5_000);
const NODES = scale('LOAD_NODES', 2);
/** What one statement ends, as somebody in psql does. */
const AT_ONCE = 10_000;
const EVERYTHING_MS = 300_000;

let fleet: Fleet;
let pair: Pair;
beforeAll(async () => {
  fleet = await startFleet({ count: NODES });
  [pair] = (await addPairs(fleet, 1)) as [Pair];
  await fillConnections(fleet, pair, CONNECTIONS);
}, EVERYTHING_MS);
afterAll(() => fleet.nodes.stop());

async function metricAt(url: string, name: string): Promise<number> {
  const { text } = await send(url, '/metrics');
  return Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1]);
}

const atAll = (name: string) => Promise.all(fleet.urls.map((url) => metricAt(url, name)));

describe('many connections that end one by one, at once', () => {
  it(
    `${CONNECTIONS} of them are known to ${NODES} nodes, of which none loses its feed`,
    async () => {
      const others = await startRefreshes(fleet);
      await others.settled(NODES * 5);
      others.percentiles();
      const memoryBefore = await atAll('process_resident_memory_bytes');
      const heldBefore = await atAll('revocations_held');
      let isDone = false;
      let looks = 0;
      let notLive = 0;
      const watching = Promise.all(
        fleet.urls.map(async (url) => {
          while (!isDone) {
            looks += 1;
            // No drop yet: a process that has stood still for so long asks once, to be sure.
            if ((await feedOf(url)) !== 'live') notLive += 1;
          }
        }),
      );
      const since = performance.now();
      for (let ended = 0; ended < CONNECTIONS; ended += AT_ONCE) {
        await sql(
          fleet.nodes.databaseUrl,
          `UPDATE connections SET revoked_at = now(), revocation_reason = 'admin'
            WHERE id IN (SELECT id FROM connections
                          WHERE oauth_client_id = $1 AND revoked_at IS NULL LIMIT $2)`,
          [pair.application.id, AT_ONCE],
        );
      }
      const endedMs = performance.now() - since;
      await eventually(
        () => atAll('revocations_held'),
        (held) => held.every((count, node) => count >= (heldBefore[node] ?? 0) + CONNECTIONS),
        EVERYTHING_MS,
      );
      const knownMs = performance.now() - since;
      await others.settled(NODES * 5);
      const { p99 } = others.percentiles();
      isDone = true;
      await watching;
      await others.stop();
      for (const { output } of fleet.nodes.servers) expect(output()).not.toContain('feed is down');
      const memory = await atAll('process_resident_memory_bytes');
      const grownBy = Math.max(...memory.map((bytes, node) => bytes - (memoryBefore[node] ?? 0)));
      report('burst of endings', {
        connections: CONNECTIONS,
        nodes: NODES,
        endedMs,
        knownMs,
        notLiveShare: notLive / looks,
        refreshP99Ms: p99,
        grownByMB: grownBy / 1e6,
      });
    },
    EVERYTHING_MS,
  );
});

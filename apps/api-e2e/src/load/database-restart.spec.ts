import { embeddedDatabasePid, eventually } from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addPairs, type Pair, type Victim } from '../fleet/endings.js';
import { endAmidFaults, untilFeedIs } from './faults.js';
import { type Fleet, startFleet, statusAt } from '../fleet/fleet.js';
import { openFamilies } from '../fleet/families.js';
import { report, scale } from '../fleet/scale.js';

/** The program gives its database up when it ends more often than five times a minute. */
const RESTARTS = Math.min(scale('LOAD_RESTARTS', 2), 4);
const LANES = 4;

let dataDir: string;
let fleet: Fleet;
let pairs: Pair[];
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'flixcheck-connect-restart-'));
  fleet = await startFleet({ dataDir });
  pairs = await addPairs(fleet, LANES);
});
afterAll(async () => {
  await fleet.nodes.stop();
  await rm(dataDir, { recursive: true });
});

/** None while there is no database. */
function pidOrNone(): number | undefined {
  try {
    return embeddedDatabasePid(dataDir);
  } catch {
    return undefined;
  }
}

async function until(condition: () => boolean): Promise<void> {
  await eventually(condition, Boolean, 30_000);
}

describe('with the database restarted under two processes', () => {
  it('no token is accepted a second after its revocation was acknowledged, nor ever again', async () => {
    const [bystander] = await openFamilies(1, (pairs[0] as Pair).application.at(0), fleet.admin);
    const ended: Victim[] = [];
    let acceptedAfterMs = 0;
    let unavailable = 0;
    let over = false;
    const lanes = pairs.map(async (pair, lane) => {
      for (let index = lane; !over; index++) {
        const way = index % 2 === 0 ? 'click' : 'RFC 7009';
        const watched = await endAmidFaults(way, pair, fleet, index);
        if (!watched) {
          unavailable += 1;
          continue;
        }
        expect(watched.violations).toEqual([]);
        ended.push(watched.victim);
        acceptedAfterMs = Math.max(acceptedAfterMs, watched.acceptedAfterMs);
      }
    });
    const restarts = (async () => {
      for (let restart = 0; restart < RESTARTS; restart++) {
        await until(() => ended.length >= (restart + 1) * LANES);
        const pid = embeddedDatabasePid(dataDir);
        // In good order, and as a crash does it.
        process.kill(pid, restart % 2 === 0 ? 'SIGINT' : 'SIGKILL');
        await until(() => ![pid, undefined].includes(pidOrNone()));
        for (const url of fleet.urls) await untilFeedIs('live', url);
      }
    })().finally(() => (over = true));
    await Promise.all([restarts, ...lanes]);
    for (const url of fleet.urls) {
      for (const { accessToken } of ended) expect(await statusAt(url, accessToken)).toBe(401);
      expect(await statusAt(url, bystander?.accessToken ?? '')).toBe(200);
    }
    report('database restarted', {
      restarts: RESTARTS,
      acknowledged: ended.length,
      unavailable,
      acceptedAfterMs,
    });
    expect(ended.length).toBeGreaterThanOrEqual(RESTARTS * LANES);
  });
});

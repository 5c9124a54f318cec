import {
  type DatabaseProxy,
  type RunningServer,
  sql,
  startDatabaseProxy,
  startServer,
} from '@flixcheck/test-harness';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { addPairs, connect, end, type Pair } from '../fleet/endings.js';
import { endAmidFaults, untilFeedIs, watch } from './faults.js';
import { type Fleet, startFleet, statusAt } from '../fleet/fleet.js';
import { inLanes, report, scale } from '../fleet/scale.js';

const ENDS = scale('LOAD_FEED_CUTS', 24);
const LANES = 4;
const ways = ['click', 'RFC 7009'] as const;

/** Makes the database, and is no part of the test otherwise. */
let owner: RunningServer;
let proxy: DatabaseProxy;
let fleet: Fleet;
let pairs: Pair[];
/** The node whose database may be cut off, beside one for which all is well. */
let cutOff: string;
beforeAll(async () => {
  owner = await startServer();
  proxy = await startDatabaseProxy(owner.databaseUrl);
  fleet = await startFleet({ databaseUrls: [owner.databaseUrl, proxy.url] });
  cutOff = fleet.urls[1] as string;
  pairs = await addPairs(fleet, LANES);
});
afterEach(async () => {
  proxy.mend();
  for (const url of fleet.urls) await untilFeedIs('live', url);
});
afterAll(async () => {
  await fleet.nodes.stop();
  await proxy.stop();
  await owner.stop();
});

describe('with the feed of a node cut, no revoked token is accepted there', () => {
  it('while it knows that it hears nothing: not one, from the acknowledgement on', async () => {
    proxy.cut('feed');
    await untilFeedIs('down', cutOff);
    await inLanes(ENDS, LANES, async (index, lane) => {
      const pair = pairs[lane] as Pair;
      const victim = await connect(pair, fleet, index);
      expect(await statusAt(cutOff, victim.accessToken)).toBe(200);
      await end(ways[index % 2] ?? 'click', victim, pair, fleet, index >> 1);
      expect(await statusAt(cutOff, victim.accessToken)).toBe(401);
    });
  });

  it('when the feed falls silent, and nothing tells the node so: none after a second', async () => {
    const victims = await Promise.all(pairs.map((pair) => connect(pair, fleet, 0)));
    for (const { accessToken } of victims) expect(await statusAt(cutOff, accessToken)).toBe(200);
    proxy.silence('feed');
    await Promise.all(
      victims.map(async (victim, lane) => {
        await end('click', victim, pairs[lane] as Pair, fleet, 0);
        expect((await watch([cutOff], victim)).violations).toEqual([]);
      }),
    );
  });

  it('when its whole network falls silent: none after a second, nor when it speaks again', async () => {
    const victims = await Promise.all(pairs.map((pair) => connect(pair, fleet, 0)));
    for (const { accessToken } of victims) expect(await statusAt(cutOff, accessToken)).toBe(200);
    proxy.silence('all');
    await Promise.all(
      victims.map((victim, lane) => end('click', victim, pairs[lane] as Pair, fleet, 0)),
    );
    // The second that the contract allows; there is nobody to tell that it has passed.
    await pause(1000);
    for (const status of await Promise.all(
      victims.map(({ accessToken }) => statusAt(cutOff, accessToken)),
    )) {
      expect([401, 503]).toContain(status);
    }
    proxy.mend();
    await untilFeedIs('live', cutOff);
    for (const { accessToken } of victims) expect(await statusAt(cutOff, accessToken)).toBe(401);
  });

  it('when its whole database is cut off: 503 or 401, and 401 as soon as it is back', async () => {
    const victims = await Promise.all(pairs.map((pair) => connect(pair, fleet, 0)));
    proxy.cut('all');
    await untilFeedIs('away', cutOff);
    for (const [lane, victim] of victims.entries()) {
      await end('click', victim, pairs[lane] as Pair, fleet, 0);
      expect(await statusAt(cutOff, victim.accessToken)).toBe(503);
    }
    proxy.mend();
    await untilFeedIs('live', cutOff);
    for (const { accessToken } of victims) expect(await statusAt(cutOff, accessToken)).toBe(401);
  });

  it('while every listening connection is killed again and again', async () => {
    let cuts = 0;
    let acceptedAfterMs = 0;
    let over = false;
    const killer = (async () => {
      while (!over) {
        const killed = await sql(
          owner.databaseUrl,
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND application_name LIKE '%change feed'`,
        );
        cuts += killed.length;
        // Long enough to come back at times, short enough to hit every state of coming back.
        await pause(Math.random() * 400);
      }
    })();
    await inLanes(ENDS, LANES, async (index, lane) => {
      const way = ways[index % 2] ?? 'click';
      const watched = await endAmidFaults(way, pairs[lane] as Pair, fleet, index >> 1);
      expect(watched?.violations).toEqual([]);
      acceptedAfterMs = Math.max(acceptedAfterMs, watched?.acceptedAfterMs ?? 0);
    });
    over = true;
    await killer;
    report('feed killed', { revocations: ENDS, cuts, acceptedAfterMs });
    expect(cuts).toBeGreaterThan(0);
  });
});

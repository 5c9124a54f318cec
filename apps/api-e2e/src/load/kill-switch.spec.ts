import { eventually, sql } from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addPairs, connect, end, type Pair } from '../fleet/endings.js';
import { fillConnections } from './fill.js';
import { type Fleet, startFleet, statusAt } from '../fleet/fleet.js';
import { startRefreshes } from './refreshes.js';
import { report, scale } from '../fleet/scale.js';

/** As many connections as the application, and each of the people's companies, has besides. */
const CONNECTIONS = scale('LOAD_CONNECTIONS', 20_000);
/** Of another application, before and meanwhile at least. */
const REFRESHES = scale('LOAD_REFRESHES', 50);
const EVERYTHING_MS = 600_000;

let fleet: Fleet;
let pair: Pair;
beforeAll(async () => {
  fleet = await startFleet();
  [pair] = (await addPairs(fleet, 1)) as [Pair];
});
afterAll(() => fleet.nodes.stop());

const query = <Row>(statement: string, values: unknown[] = []): Promise<Row[]> =>
  sql<Row>(fleet.nodes.databaseUrl, statement, values);

const active = async (oauthClientId: string): Promise<number> => {
  const [row] = await query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM connections
      WHERE oauth_client_id = $1 AND revoked_at IS NULL`,
    [oauthClientId],
  );
  return row?.count ?? 0;
};

async function untilRefused(url: string, accessToken: string, since: number): Promise<number> {
  for (;;) {
    const sentAfter = performance.now() - since;
    if ((await statusAt(url, accessToken)) === 401) return sentAfter;
    if (sentAfter > 30_000) throw new Error('still accepted');
  }
}

describe('the kill switch works at any size', () => {
  it(
    `a client with ${CONNECTIONS} connections is off on every node under a second, and its rows follow`,
    async () => {
      const { application } = pair;
      await fillConnections(fleet, pair, CONNECTIONS);
      const others = await startRefreshes(fleet);
      await others.settled(REFRESHES);
      const victim = await connect(pair, fleet, 0);
      const before = others.percentiles();
      const since = performance.now();
      const [acknowledgedMs, ...refusedMs] = await Promise.all([
        end('disabled client', victim, pair, fleet, 0).then(() => performance.now() - since),
        ...fleet.urls.map((url) => untilRefused(url, victim.accessToken, since)),
      ]);
      const refresh = await application.at(1).refresh(victim.refreshToken);
      expect(refresh.status).toBeGreaterThanOrEqual(400);
      expect(Math.max(...refusedMs)).toBeLessThan(1000);
      // One entry for each node to know, not one for each connection.
      const [{ count: entries } = { count: NaN }] = await query<{ count: number }>(
        'SELECT count(*)::integer AS count FROM revocations',
      );
      expect(entries).toBeLessThan(10);
      const open = () => query('SELECT FROM connection_endings');
      await eventually(open, (endings) => endings.length === 0, EVERYTHING_MS);
      expect(await active(application.id)).toBe(0);
      const rowsMs = performance.now() - since;
      await others.settled(REFRESHES);
      const meanwhile = others.percentiles();
      await others.stop();
      report('kill switch', {
        connections: CONNECTIONS + 1,
        acknowledgedMs,
        refusedMs: Math.max(...refusedMs),
        rowsMs,
        refreshP50BeforeMs: before.p50,
        refreshP99BeforeMs: before.p99,
        refreshP50MeanwhileMs: meanwhile.p50,
        refreshP99MeanwhileMs: meanwhile.p99,
      });
    },
    EVERYTHING_MS * 2,
  );
});

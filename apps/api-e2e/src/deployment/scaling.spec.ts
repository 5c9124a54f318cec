import { PortalUser, send, startServer } from '@flixcheck/test-harness';
import { describe, expect, it } from '@jest/globals';
import { openFamilies, rotate } from '../fleet/families.js';
import { addApplication, addMembers } from '../fleet/fleet.js';
import { report, scale } from '../fleet/scale.js';

const WORKERS = [1, 2];
const REFRESHES = scale('SCALING_REFRESHES', 3000);
const LANES = 16;
/** Of each worker, so that all of its code is compiled. */
const WARM_UP_EACH = 4000;

interface Cost {
  workers: number;
  nodeUs: number;
}

async function nodeCpu(url: string): Promise<number> {
  const { text } = await send(url, '/metrics');
  return Number(/^process_cpu_seconds_total (\S+)/m.exec(text)?.[1]);
}

/** What a refresh costs, of `LANES` at a time; CPU time does not contain the waiting for a core. */
async function costWith(workers: number): Promise<Cost> {
  const api = await startServer({ env: { WEB_CONCURRENCY: String(workers) } });
  try {
    const [admin, operator] = await Promise.all([
      PortalUser.signIn(api.url, 'admin@musterhaus.example'),
      PortalUser.signIn(api.url, 'operator@flixcheck.example'),
    ]);
    const nodes = { ...api, servers: [api], urls: [api.url], publicUrl: api.url };
    const fleet = { nodes, urls: nodes.urls, admin, operator };
    const client = (await addApplication(fleet)).at(0);
    const members = await addMembers(fleet, LANES);
    const families = await Promise.all(
      members.map(async ({ session }) => (await openFamilies(1, client, session))[0]),
    );
    const refresh = async (count: number) => {
      let left = count;
      await Promise.all(
        families.map(async (family) => {
          while (family && left-- > 0) await rotate(family, client);
        }),
      );
    };
    await refresh(WARM_UP_EACH * workers);
    const before = await nodeCpu(api.url);
    await refresh(REFRESHES);
    const seconds = (await nodeCpu(api.url)) - before;
    return { workers, nodeUs: (seconds / REFRESHES) * 1e6 };
  } finally {
    await api.stop();
  }
}

describe('workers', () => {
  it('do the same work for hardly more CPU time, so that a core more is as much throughput more', async () => {
    const costs: Cost[] = [];
    for (const workers of WORKERS) costs.push(await costWith(workers));
    for (const cost of costs) report('refresh by workers', cost);
    const [alone, ...several] = costs.map(({ nodeUs }) => nodeUs);
    for (const cost of several) expect(cost).toBeLessThan(1.6 * (alone ?? 0));
  }, 300_000);
});

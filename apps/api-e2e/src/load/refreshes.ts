import { eventually } from '@flixcheck/test-harness';
import { openFamilies, rotate } from '../fleet/families.js';
import { addApplication, addMembers, type Fleet } from '../fleet/fleet.js';
import { percentile } from '../fleet/scale.js';

export interface Refreshes {
  /** Waits for so many more. */
  settled(count: number): Promise<void>;
  /** Of those since the last call, in milliseconds. */
  percentiles(): { p50: number; p99: number };
  /** Ends it; rejects if any of the requests did not succeed. */
  stop(): Promise<void>;
}

const PATIENCE_MS = 120_000;

/** One refresh after the other at every node, by an application of their own. */
export async function startRefreshes(fleet: Fleet): Promise<Refreshes> {
  const application = await addApplication(fleet);
  const [member] = await addMembers(fleet, 1);
  if (!member) throw new Error('there is nobody');
  const families = await openFamilies(fleet.urls.length, application.at(0), member.session);
  let isRunning = true;
  let all = 0;
  let taken: number[] = [];
  const lanes = Promise.all(
    families.map(async (family, node) => {
      while (isRunning) {
        const startedAt = performance.now();
        await rotate(family, application.at(node));
        taken.push(performance.now() - startedAt);
        all += 1;
      }
    }),
  );
  // Reported by `stop`.
  lanes.catch(() => undefined);
  return {
    async settled(count) {
      const until = all + count;
      await eventually(() => all >= until, Boolean, PATIENCE_MS);
    },
    percentiles() {
      const [p50, p99] = [percentile(taken, 0.5), percentile(taken, 0.99)];
      taken = [];
      return { p50, p99 };
    },
    async stop() {
      isRunning = false;
      await lanes;
    },
  };
}

import type { Fleet } from '../fleet/fleet.js';
import { addApplication, addMembers, statusAt } from '../fleet/fleet.js';
import { type Family, openFamilies, rotate } from '../fleet/families.js';
import { times } from '../fleet/scale.js';

export interface Background {
  /** How many requests it has made so far. */
  requests(): number;
  /** Ends it; rejects if any of the requests did not succeed. */
  stop(): Promise<void>;
}

/** Requests with access tokens and, one in ten, refreshes: without a pause, at every node. */
export async function startBackground(fleet: Fleet, lanesPerNode: number): Promise<Background> {
  const application = await addApplication(fleet);
  const [member] = await addMembers(fleet, 1);
  if (!member) throw new Error('there is nobody');
  const lanes = lanesPerNode * fleet.urls.length;
  const families = await openFamilies(lanes, application.at(0), member.session);
  let running = true;
  let requests = 0;
  const run = async (lane: number) => {
    const family = families[lane] as Family;
    const { url } = application.at(lane);
    while (running) {
      requests += 1;
      if (requests % 10 === 0) await rotate(family, application.at(lane));
      else if ((await statusAt(url, family.accessToken)) !== 200) {
        throw new Error('a good token was refused');
      }
    }
  };
  const all = Promise.all(times(lanes, run));
  // Reported by `stop`.
  all.catch(() => undefined);
  return {
    requests: () => requests,
    stop: async () => {
      running = false;
      await all;
    },
  };
}

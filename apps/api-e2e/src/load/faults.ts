import { eventually, send } from '@flixcheck/test-harness';
import { setTimeout as pause } from 'node:timers/promises';
import {
  connect,
  end,
  NotAcknowledged,
  type Pair,
  type Victim,
  type Way,
} from '../fleet/endings.js';
import { type Fleet, statusAt } from '../fleet/fleet.js';

/** How soon every node must refuse the tokens of a revoked connection. */
const WITHIN_MS = 1000;
/** A little longer than that. */
const WATCH_MS = 1300;
const POLL_MS = 30;

export interface Watched {
  /** The latest moment after the acknowledgement at which a node let the token in. */
  acceptedAfterMs: number;
  /** Answers by status. */
  statuses: Record<number, number>;
  violations: string[];
}

/**
 * Presents a token whose revocation was acknowledged just now to every node, again and again.
 * A 503 is fine, for it lets nobody in.
 */
export async function watch(urls: readonly string[], { accessToken }: Victim): Promise<Watched> {
  const acknowledgedAt = performance.now();
  const watched: Watched = { acceptedAfterMs: 0, statuses: {}, violations: [] };
  await Promise.all(
    urls.map(async (url) => {
      let sentAfter = 0;
      do {
        sentAfter = performance.now() - acknowledgedAt;
        const status = await statusAt(url, accessToken);
        watched.statuses[status] = (watched.statuses[status] ?? 0) + 1;
        if (status === 200) {
          watched.acceptedAfterMs = Math.max(watched.acceptedAfterMs, sentAfter);
          if (sentAfter >= WITHIN_MS) {
            watched.violations.push(`accepted ${sentAfter} ms after the acknowledgement`);
          }
        } else if (status !== 401 && status !== 503) {
          watched.violations.push(`answered with ${status}`);
        }
        await pause(POLL_MS);
      } while (sentAfter < WATCH_MS);
    }),
  );
  return watched;
}

/**
 * Connects, ends and watches, while something breaks.
 * @returns undefined where the end, or what comes before it, was answered with a 503
 */
export async function endAmidFaults(
  way: Way,
  pair: Pair,
  fleet: Fleet,
  node: number,
): Promise<(Watched & { victim: Victim }) | undefined> {
  try {
    const victim = await connect(pair, fleet, node + 1);
    for (const url of fleet.urls) await statusAt(url, victim.accessToken);
    await end(way, victim, pair, fleet, node);
    return { ...(await watch(fleet.urls, victim)), victim };
  } catch (error) {
    if (error instanceof NotAcknowledged || isUnavailable(error)) return undefined;
    throw error;
  }
}

/** The flow's helpers put the answer's body into their message. */
function isUnavailable(error: unknown): boolean {
  return error instanceof Error && /"(service|temporarily)_unavailable"/.test(error.message);
}

/** What a node says of its change feed; `away` where even its database does not answer. */
export async function feedOf(url: string): Promise<'live' | 'down' | 'away'> {
  const { status, body } = await send<{ changeFeed: 'live' | 'down' }>(url, '/health/ready');
  return status === 200 ? body.changeFeed : 'away';
}

export async function untilFeedIs(state: 'live' | 'down' | 'away', url: string): Promise<void> {
  await eventually(
    () => feedOf(url),
    (feed) => feed === state,
    20_000,
  );
}

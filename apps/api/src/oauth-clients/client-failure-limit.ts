import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock, MINUTE } from '../config/clock.js';
import { secondsOf } from '../http/attempt-limits.js';
import { networkOf } from '../http/network.js';

const WINDOW_MS = MINUTE;
/** The failure that makes it so many within a minute is the first that gets 429. */
export const MAX_FAILURES = 60;
/** From this many failures on, a pair is kept apart from those that fail only now and then. */
const PERSISTENT = 10;
/** How many pairs of each kind are kept; the one that has been quiet longest is dropped. */
const MAX_PAIRS = 10_000;

/**
 * Limits failed requests per client and network, so that somebody who guesses from elsewhere does not
 * lock the client out. Each node counts on its own.
 *
 * Memory is bounded, and a flood of other failures does not make it forget a guesser: unknown
 * clients of one network count as one, and pairs that fail now and then displace only each other.
 */
@Injectable()
export class ClientFailureLimit {
  /** When each pair failed last, oldest first. */
  private readonly occasional = new LRUCache<string, number[]>({ max: MAX_PAIRS });
  private readonly persistent = new LRUCache<string, number[]>({ max: MAX_PAIRS });

  constructor(private readonly clock: Clock) {}

  /** @param clientId of a registered client; undefined if no client has the id that was sent */
  check(clientId: string | undefined, ip: string): { limited: boolean; retryAfterSeconds: number } {
    const now = this.clock.now().getTime();
    const moments = this.failuresOf(pairOf(clientId, ip));
    // No more are kept than the limit allows, so the oldest decides.
    const oldest = moments.length < MAX_FAILURES ? undefined : moments[0];
    if (oldest === undefined || oldest + WINDOW_MS <= now) {
      return { limited: false, retryAfterSeconds: 0 };
    }
    return {
      limited: true,
      retryAfterSeconds: secondsOf(oldest + WINDOW_MS - now),
    };
  }

  /** @param clientId of a registered client; undefined if no client has the id that was sent */
  recordFailure(clientId: string | undefined, ip: string): void {
    const pair = pairOf(clientId, ip);
    const now = this.clock.now().getTime();
    const recent = this.failuresOf(pair).filter((at) => at + WINDOW_MS > now);
    recent.push(now);
    const [kept, other] =
      recent.length < PERSISTENT
        ? [this.occasional, this.persistent]
        : [this.persistent, this.occasional];
    other.delete(pair);
    kept.set(pair, recent.slice(-MAX_FAILURES));
  }

  private failuresOf(pair: string): number[] {
    return this.persistent.peek(pair) ?? this.occasional.peek(pair) ?? [];
  }
}

/** No client id contains a space, so the pair of unknown clients is not that of any client. */
function pairOf(clientId: string | undefined, ip: string): string {
  return `${networkOf(ip)} ${clientId ?? ''}`;
}

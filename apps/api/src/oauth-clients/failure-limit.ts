import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock, MINUTE, SECOND } from '../config/clock.js';
import { networkOf } from '../http/network.js';

const WINDOW_MS = MINUTE;
const MAX_FAILURES = 60;
/** From so many failures on, a pair is remembered beside those that fail once in a while. */
const PERSISTENT = 10;
/** Pairs of each kind at a time; the one that has been quiet longest is forgotten. */
const MAX_PAIRS = 10_000;

/**
 * Limits failed token requests by client and network, so that a guesser elsewhere does not stop the
 * client itself. Each node counts for itself.
 *
 * Memory is bounded, and a guesser is not forgotten in a flood: unknown clients of one network count
 * as one, and pairs that fail once in a while displace each other only, never those that persist.
 */
@Injectable()
export class FailureLimit {
  /** The moments of the last failures of a pair, oldest first. */
  private readonly occasional = new LRUCache<string, number[]>({ max: MAX_PAIRS });
  private readonly persistent = new LRUCache<string, number[]>({ max: MAX_PAIRS });

  constructor(private readonly clock: Clock) {}

  /** @param clientId of a registered client; undefined where there is none of the name sent */
  check(clientId: string | undefined, ip: string): { limited: boolean; retryAfterSeconds: number } {
    const now = this.clock.now().getTime();
    const moments = this.failuresOf(pairOf(clientId, ip));
    // As many as the limit are kept, so the oldest of them decides.
    const oldest = moments.length < MAX_FAILURES ? undefined : moments[0];
    if (oldest === undefined || oldest + WINDOW_MS <= now) {
      return { limited: false, retryAfterSeconds: 0 };
    }
    return {
      limited: true,
      retryAfterSeconds: Math.max(1, Math.ceil((oldest + WINDOW_MS - now) / SECOND)),
    };
  }

  /** @param clientId of a registered client; undefined where there is none of the name sent */
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

/** The space stands in no client id, so unknown ones are nobody else's pair. */
function pairOf(clientId: string | undefined, ip: string): string {
  return `${networkOf(ip)} ${clientId ?? ''}`;
}

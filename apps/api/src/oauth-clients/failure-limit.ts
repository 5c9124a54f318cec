import { Injectable } from '@nestjs/common';
import { Clock, MINUTE, SECOND } from '../config/clock.js';
import { CLIENT_ID } from './oauth-client.js';

const WINDOW_MS = MINUTE;
const MAX_FAILURES = 60;
/** More pairs than this at a time, and the one that has been quiet longest is forgotten. */
const MAX_PAIRS = 10_000;

/**
 * Limits failed token requests by client and address (CONTRACT §5, limits), so that a guesser
 * elsewhere does not stop the client itself. Each node counts for itself.
 */
@Injectable()
export class FailureLimit {
  /** The moments of the last failures of a pair, oldest first; the pair that failed last is last. */
  private readonly failures = new Map<string, number[]>();

  constructor(private readonly clock: Clock) {}

  /** @param clientId as it came in, known or not */
  check(clientId: string, ip: string): { limited: boolean; retryAfterSeconds: number } {
    const now = this.clock.now().getTime();
    const moments = this.failures.get(pairOf(clientId, ip)) ?? [];
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

  recordFailure(clientId: string, ip: string): void {
    const pair = pairOf(clientId, ip);
    const now = this.clock.now().getTime();
    const recent = (this.failures.get(pair) ?? []).filter((at) => at + WINDOW_MS > now);
    recent.push(now);
    this.failures.delete(pair);
    this.failures.set(pair, recent.slice(-MAX_FAILURES));
    if (this.failures.size > MAX_PAIRS) {
      const [quietest] = this.failures.keys();
      if (quietest !== undefined) this.failures.delete(quietest);
    }
  }
}

/** What cannot be a client id counts as one, so that its length and number do not matter. */
function pairOf(clientId: string, ip: string): string {
  return `${ip} ${CLIENT_ID.test(clientId) ? clientId : ''}`;
}

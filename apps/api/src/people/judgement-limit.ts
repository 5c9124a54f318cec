import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock, MINUTE, SECOND } from '../config/clock.js';
import { ApiError } from '../http/api-error.js';

const WINDOW_MS = MINUTE;
/** More than a page asks for in a minute, which waits for a pause in the typing each time. */
const MAX_JUDGEMENTS = 60;
const MAX_USERS = 10_000;

/** Limits how often a user may have passwords judged. Each node counts on its own. */
@Injectable()
export class JudgementLimit {
  /** When each user asked last, oldest first. */
  private readonly asked = new LRUCache<string, number[]>({ max: MAX_USERS });

  constructor(private readonly clock: Clock) {}

  /** @throws ApiError too_many_attempts */
  count(userId: string): void {
    const now = this.clock.now().getTime();
    const recent = (this.asked.get(userId) ?? []).filter((at) => at + WINDOW_MS > now);
    const [oldest = now] = recent;
    if (recent.length >= MAX_JUDGEMENTS) {
      const retryAfterSeconds = Math.max(1, Math.ceil((oldest + WINDOW_MS - now) / SECOND));
      throw new ApiError(
        'too_many_attempts',
        `Too many passwords have been judged. Try again in ${retryAfterSeconds} seconds.`,
        { retryAfterSeconds },
      );
    }
    this.asked.set(userId, [...recent, now]);
  }
}

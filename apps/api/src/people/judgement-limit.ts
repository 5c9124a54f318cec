import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock, MINUTE } from '../config/clock.js';
import { tooManyAttempts } from '../http/attempt-limits.js';

const WINDOW_MS = MINUTE;
/** More than a page asks for in a minute, which waits for a pause in the typing each time. */
export const MAX_JUDGEMENTS = 60;
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
      throw tooManyAttempts(
        oldest + WINDOW_MS - now,
        (seconds) => `Too many passwords have been judged. Try again in ${seconds} seconds.`,
      );
    }
    this.asked.set(userId, [...recent, now]);
  }
}

import { Injectable } from '@nestjs/common';
import { Clock, MINUTE } from '../config/clock.js';
import { RecentAttempts } from '../http/attempt-limits.js';

/** More than a page asks for in a minute, which waits for a pause in the typing each time. */
export const MAX_JUDGEMENTS = 60;

/** Limits how often a user may have passwords judged. Each node counts on its own. */
@Injectable()
export class JudgementLimit {
  private readonly recent = new RecentAttempts({
    windowMs: MINUTE,
    most: MAX_JUDGEMENTS,
    describe: (seconds) => `Too many passwords have been judged. Try again in ${seconds} seconds.`,
  });

  constructor(private readonly clock: Clock) {}

  /** @throws ApiError too_many_attempts */
  count(userId: string): void {
    this.recent.count(userId, this.clock.now());
  }
}

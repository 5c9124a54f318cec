import { Injectable } from '@nestjs/common';
import { Clock, HOUR, MINUTE } from '../config/clock.js';
import { RecentAttempts } from '../http/attempt-limits.js';

/** Each reads everything that is stored about somebody. */
export const MAX_EXPORTS = 10;

/** Limits how often a user may download what is stored about them. Each node counts on its own. */
@Injectable()
export class PersonalDataLimit {
  private readonly recent = new RecentAttempts({
    windowMs: HOUR,
    most: MAX_EXPORTS,
    describe: (seconds) =>
      `Your data have been downloaded ${MAX_EXPORTS} times within an hour. Try again in ${Math.ceil((seconds * 1000) / MINUTE)} minutes.`,
  });

  constructor(private readonly clock: Clock) {}

  /** @throws ApiError too_many_attempts */
  count(userId: string): void {
    this.recent.count(userId, this.clock.now());
  }
}

import { LRUCache } from 'lru-cache';
import type { EntityManager } from 'typeorm';
import { HOUR, SECOND } from '../config/clock.js';
import { ApiError } from './api-error.js';

/** For `Retry-After`: the seconds that are left of a wait, one at least. */
export function secondsOf(waitMs: number): number {
  return Math.max(1, Math.ceil(waitMs / SECOND));
}

/**
 * 429 with `Retry-After`.
 * @param waitMs until there is room again
 * @param describe says what was done too often, and after how many seconds to try again
 */
export function tooManyAttempts(waitMs: number, describe: (seconds: number) => string): ApiError {
  const retryAfterSeconds = secondsOf(waitMs);
  return new ApiError('too_many_attempts', describe(retryAfterSeconds), { retryAfterSeconds });
}

const MAX_USERS = 10_000;

/** What a user may do only so many times within a while, counted by this process. */
export class RecentAttempts {
  /** When each user did it last, oldest first. */
  private readonly times = new LRUCache<string, number[]>({ max: MAX_USERS });

  constructor(
    private readonly limit: {
      windowMs: number;
      most: number;
      describe: (seconds: number) => string;
    },
  ) {}

  /** @throws ApiError too_many_attempts */
  count(userId: string, at: Date): void {
    const { windowMs, most, describe } = this.limit;
    const now = at.getTime();
    const recent = (this.times.get(userId) ?? []).filter((time) => time + windowMs > now);
    const [oldest = now] = recent;
    if (recent.length >= most) throw tooManyAttempts(oldest + windowMs - now, describe);
    this.times.set(userId, [...recent, now]);
  }
}

/** What a user may do only so many times within an hour; each time leaves a row. */
interface HourlyLimit {
  table: string;
  /** The column of who did it. */
  user: string;
  /** The column of when. */
  at: string;
  most: number;
  describe: (seconds: number) => string;
}

/**
 * Refuses what a user has done too often within the last hour.
 * @param tx holds a lock that makes parallel requests of the user wait
 * @throws ApiError too_many_attempts
 */
export async function refuseOverHourlyLimit(
  tx: EntityManager,
  { table, user, at, most, describe }: HourlyLimit,
  userId: string,
  now: Date,
): Promise<void> {
  const [filledBy]: { at: Date }[] = await tx.query(
    `SELECT ${at} AS at FROM ${table} WHERE ${user} = $1 AND ${at} > $2
      ORDER BY ${at} DESC OFFSET ${most - 1} LIMIT 1`,
    [userId, new Date(now.getTime() - HOUR)],
  );
  if (filledBy) throw tooManyAttempts(filledBy.at.getTime() + HOUR - now.getTime(), describe);
}

import { USAGE_DAYS } from '@flixcheck/api-types/limits';
import { DailyUsage } from '../api/types';

const DAY = 24 * 60 * 60 * 1000;

/** The last `count` calendar days in UTC, oldest first, with zero where nothing happened. */
export function usageDays(
  usage: readonly DailyUsage[],
  now: Date,
  count = USAGE_DAYS,
): DailyUsage[] {
  const requests = new Map(usage.map(({ day, requests }) => [day, requests]));
  const today = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
  return Array.from({ length: count }, (_, index) => {
    const day = new Date(today - (count - 1 - index) * DAY).toISOString().slice(0, 10);
    return { day, requests: requests.get(day) ?? 0 };
  });
}

import { ClientDay } from '../api/types';

interface FailureReason {
  reason: string;
  requests: number;
  /** the newest day on which it occurred, YYYY-MM-DD */
  lastDay: string;
}

export function failuresOf({ failures }: ClientDay): number {
  return failures.reduce((sum, { requests }) => sum + requests, 0);
}

/** Why requests failed on all these days, the most frequent first. */
export function failureReasons(days: readonly ClientDay[]): FailureReason[] {
  const found = new Map<string, FailureReason>();
  for (const { day, failures } of days) {
    for (const { reason, requests } of failures) {
      const before = found.get(reason)?.requests ?? 0;
      found.set(reason, { reason, requests: before + requests, lastDay: day });
    }
  }
  return [...found.values()].sort(
    (one, other) => other.requests - one.requests || one.reason.localeCompare(other.reason),
  );
}

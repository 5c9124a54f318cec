import { describe, expect, it } from '@jest/globals';
import { ClientDay } from '../api/types';
import { failureReasons, failuresOf } from './failure-reasons';

const day = (name: string, failures: ClientDay['failures']): ClientDay => ({
  day: name,
  exchanges: 0,
  refreshes: 0,
  failures,
  activeConnections: null,
});

const DAYS = [
  day('2026-11-24', [{ reason: 'code_expired', requests: 2 }]),
  day('2026-11-25', [
    { reason: 'code_expired', requests: 1 },
    { reason: 'client_secret_wrong', requests: 9 },
  ]),
  day('2026-11-26', [{ reason: 'body_empty', requests: 3 }]),
];

describe('why requests failed', () => {
  it('is summed up over the days, the most frequent first, with the newest day of each', () => {
    expect(failureReasons(DAYS)).toEqual([
      { reason: 'client_secret_wrong', requests: 9, lastDay: '2026-11-25' },
      { reason: 'body_empty', requests: 3, lastDay: '2026-11-26' },
      { reason: 'code_expired', requests: 3, lastDay: '2026-11-25' },
    ]);
  });

  it('adds up to the failures of a day', () => {
    expect(DAYS.map(failuresOf)).toEqual([2, 10, 3]);
  });
});

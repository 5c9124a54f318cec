import { describe, expect, it } from '@jest/globals';
import { usageDays } from './usage-days';

describe('the use of the last 30 days', () => {
  it('has a day for each, with zero where nothing happened', () => {
    const days = usageDays(
      [
        { day: '2026-11-22', requests: 3 },
        { day: '2026-10-24', requests: 1 },
      ],
      new Date('2026-11-22T23:30:00.000Z'),
    );
    expect(days).toHaveLength(30);
    expect(days[0]).toEqual({ day: '2026-10-24', requests: 1 });
    expect(days.at(-1)).toEqual({ day: '2026-11-22', requests: 3 });
    expect(days.filter(({ requests }) => requests > 0)).toHaveLength(2);
  });

  it('counts calendar days in UTC, as the API does', () => {
    const days = usageDays([], new Date('2026-03-01T00:30:00.000+02:00'));
    expect(days.at(-1)?.day).toBe('2026-02-28');
  });
});

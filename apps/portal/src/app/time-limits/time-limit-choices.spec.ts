import { describe, expect, it } from '@jest/globals';
import { endsSoon, timeLimitChoices } from './time-limit-choices';

const NOW = Date.parse('2026-11-25T10:00:00.400Z');
const ends = (present: string | null, onlyShorter = false) =>
  timeLimitChoices(present, NOW, onlyShorter).map(({ expiresAt }) => expiresAt);

describe('the time of a connection', () => {
  it('is not limited, or 30 days, 90 days or a year', () => {
    expect(ends(null)).toEqual([
      null,
      '2026-12-25T10:00:00.000Z',
      '2027-02-23T10:00:00.000Z',
      '2027-11-25T10:00:00.000Z',
    ]);
  });

  it('stays as it is unless something else is chosen', () => {
    expect(ends('2026-12-01T08:00:00.000Z').slice(0, 2)).toEqual([
      '2026-12-01T08:00:00.000Z',
      null,
    ]);
  });

  it('only becomes shorter where somebody else than who granted access chooses', () => {
    expect(ends('2027-01-01T08:00:00.000Z', true)).toEqual([
      '2027-01-01T08:00:00.000Z',
      '2026-12-25T10:00:00.000Z',
    ]);
    expect(ends('2026-12-01T08:00:00.000Z', true)).toEqual(['2026-12-01T08:00:00.000Z']);
    expect(ends(null, true)).toHaveLength(4);
  });

  it('is about to end from 14 days before', () => {
    expect(endsSoon('2026-12-09T10:00:00.000Z', NOW)).toBe(true);
    expect(endsSoon('2026-12-09T10:00:01.000Z', NOW)).toBe(false);
    expect(endsSoon(null, NOW)).toBe(false);
  });
});

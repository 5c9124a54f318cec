import { expect, it } from '@jest/globals';
import type { FeedQuery } from './change-feed.js';
import { RevocationSet } from './revocation-set.js';

const MINUTE = 60_000;

function setUp(rows: { subject: string; expires_at: Date }[] = []) {
  let now = Date.parse('2026-01-01T00:00:00Z');
  const asked: { sql: string; parameters: unknown[] }[] = [];
  const query: FeedQuery = <Row>(sql: string, parameters: unknown[]) => {
    asked.push({ sql, parameters });
    return Promise.resolve(rows as Row[]);
  };
  const set = new RevocationSet(() => new Date(now));
  const catchUp = (reconnected: boolean) => set.subscription.catchUp?.(query, reconnected);
  return { set, asked, catchUp, now: () => now, advance: (ms: number) => (now += ms) };
}

it('what is announced is refused at once, whichever of a token’s subjects it is', () => {
  const { set } = setUp();
  set.subscription.onChange('a family');
  expect(set.hasAny(['a connection', 'a family', 'a token'])).toBe(true);
  expect(set.hasAny(['another connection', 'another family'])).toBe(false);
});

it('a reconnect reads everything that still matters, a heartbeat only the last moments', async () => {
  const { set, asked, catchUp, now } = setUp([
    { subject: 'missed', expires_at: new Date('2026-01-01T01:00:00Z') },
  ]);
  await catchUp(true);
  expect(set.hasAny(['missed'])).toBe(true);
  expect(asked[0]?.parameters).toEqual([new Date(now())]);
  await catchUp(false);
  expect(asked[1]?.parameters).toEqual([new Date(now() - 30_000), new Date(now())]);
});

it('an entry outlives every token that it may concern, and then leaves the set', async () => {
  const { set, catchUp, advance } = setUp();
  set.remember('a connection');
  advance(61 * MINUTE);
  await catchUp(false);
  expect(set.hasAny(['a connection'])).toBe(true);
  advance(60 * MINUTE);
  await catchUp(false);
  expect(set.size).toBe(0);
});

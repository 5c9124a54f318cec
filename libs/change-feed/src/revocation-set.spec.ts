import { describe, expect, it } from '@jest/globals';
import type { FeedQuery } from './subscriber.js';
import { RevocationSet } from './revocation-set.js';

const MINUTE = 60_000;

function setUp(rows: { subject: string; expires_at: Date; issued_before: Date | number }[] = []) {
  let now = Date.parse('2026-01-01T00:00:00Z');
  const asked: { sql: string; parameters: unknown[] }[] = [];
  const query: FeedQuery = <Row>(sql: string, parameters: unknown[]) => {
    asked.push({ sql, parameters });
    const read = rows.length > 0 ? rows : [{ subject: null }];
    return Promise.resolve(read.map((row) => ({ ...row, snapshot: '5:9:5,7' })) as Row[]);
  };
  const set = new RevocationSet(() => new Date(now));
  const catchUp = (reconnected: boolean) => set.subscription.catchUp?.(query, reconnected);
  return { set, asked, catchUp, now: () => now, advance: (ms: number) => (now += ms) };
}

it('what is announced is refused at once, whichever of a token’s subjects it is', () => {
  const { set } = setUp();
  set.subscription.onChange('a family');
  expect(set.refuses(['a connection', 'a family', 'a token'])).toBe(true);
  expect(set.refuses(['another connection', 'another family'])).toBe(false);
});

it('a reconnect reads everything that still matters, a heartbeat only what the last read could not see', async () => {
  const { set, asked, catchUp, now } = setUp([
    { subject: 'missed', expires_at: new Date('2026-01-01T01:00:00Z'), issued_before: Infinity },
  ]);
  await catchUp(true);
  expect(set.refuses(['missed'])).toBe(true);
  expect(asked[0]?.parameters).toEqual([new Date(now())]);
  await catchUp(false);
  expect(asked[1]?.parameters).toEqual([new Date(now()), '9', ['5', '7']]);
});

it('an entry outlives every token that it may concern, and then leaves the set', async () => {
  const { set, catchUp, advance } = setUp();
  set.remember('a connection');
  advance(61 * MINUTE);
  await catchUp(false);
  expect(set.refuses(['a connection'])).toBe(true);
  advance(60 * MINUTE);
  await catchUp(false);
  expect(set.size).toBe(0);
});

describe('an entry with a moment', () => {
  it('refuses what was issued before it, and lets through what came after', () => {
    const { set, now } = setUp();
    set.subscription.onChange(`a client ${now()}`);
    expect(set.refuses(['a client'], now() - 1)).toBe(true);
    expect(set.refuses(['a client'], now())).toBe(false);
    // Who does not say when it was issued could have got it at any time.
    expect(set.refuses(['a client'])).toBe(true);
  });

  it('never gets weaker: neither by an earlier moment nor after the subject has ended', () => {
    const { set, now } = setUp();
    set.remember('a connection', now());
    set.remember('a connection', now() - MINUTE);
    expect(set.refuses(['a connection'], now() - 1)).toBe(true);
    set.remember('a connection');
    set.remember('a connection', now());
    expect(set.refuses(['a connection'], now() + MINUTE)).toBe(true);
  });

  it('is read from the table as it is announced', async () => {
    const moment = new Date('2026-01-01T00:00:00Z');
    const { set, catchUp } = setUp([
      { subject: 'a client', expires_at: new Date('2026-01-01T02:00:00Z'), issued_before: moment },
    ]);
    expect(set.hasPassable).toBe(false);
    await catchUp(true);
    expect(set.hasPassable).toBe(true);
    expect(set.refuses(['a client'], moment.getTime() - 1)).toBe(true);
    expect(set.refuses(['a client'], moment.getTime())).toBe(false);
  });
});

import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { ChangeFeed } from './change-feed.js';

const connectionString = process.env['TEST_DATABASE_URL'] ?? '';
/** How long an answer may be relied on, from its question on. */
const LIVENESS_MS = 700;

let channel: string;
let feed: ChangeFeed;
let announcer: Client;
let heard: string[];
let downs: string[];
let connects: number;
/** How long the server takes for the next answer; once. */
let slowForS: number | undefined;
/** When the slow answer was asked for, and whether it is there. */
let slow: { askedAt: number; isAnswered: boolean } | undefined;
/** Whether the feed was live when it asked again after the slow answer. */
let liveThen: boolean | undefined;

beforeEach(async () => {
  if (!connectionString) throw new Error('Run: node tools/test-database.mjs -- <command>');
  channel = `changes_${randomBytes(6).toString('hex')}`;
  [heard, downs, connects] = [[], [], 0];
  slowForS = slow = liveThen = undefined;
  announcer = new Client({ connectionString });
  await announcer.connect();
  feed = new ChangeFeed({
    connectionString,
    applicationName: 'test of the feed',
    onDown: (reason) => downs.push(String(reason?.message)),
  });
  feed.subscribe({
    channel,
    onChange: (payload) => void heard.push(payload),
    catchUp: async (query, reconnected) => {
      if (reconnected) connects += 1;
      if (slow?.isAnswered) liveThen ??= feed.isLive();
      if (slowForS === undefined) return;
      const seconds = slowForS;
      slowForS = undefined;
      slow = { askedAt: performance.now(), isAnswered: false };
      await query('SELECT pg_sleep($1)', [seconds]);
      slow.isAnswered = true;
    },
  });
  await feed.start();
});
afterEach(async () => {
  await feed.close();
  await announcer.end();
});

const until = async (condition: () => boolean) => {
  while (!condition()) await pause(5);
};

it('a late answer costs the trust until one comes in time, but not the connection', async () => {
  slowForS = 1.5;
  await until(() => slow !== undefined);
  await announcer.query('SELECT pg_notify($1, $2)', [channel, 'meanwhile']);
  while (slow && !slow.isAnswered && downs.length === 0) {
    if (performance.now() - slow.askedAt >= LIVENESS_MS) expect(feed.isLive()).toBe(false);
    await pause(5);
  }
  expect(downs).toEqual([]);
  await until(() => feed.isLive());
  expect(liveThen).toBe(false);
  expect(heard).toEqual(['meanwhile']);
  expect(connects).toBe(1);
}, 20_000);

it('a connection that gives no answer is given up after seconds, and another one made', async () => {
  slowForS = 12;
  await until(() => downs.length > 0 || slow?.isAnswered === true);
  expect(downs).toEqual(['Query read timeout']);
  expect(feed.isLive()).toBe(false);
  await until(() => feed.isLive());
  expect(connects).toBe(2);
}, 30_000);

it('who is woken asks at once, and again when woken during the question', async () => {
  const wakings = 30;
  const asked = { woken: 0, other: 0 };
  const feeds = (['woken', 'other'] as const).map((name) => {
    const started = new ChangeFeed({ connectionString, applicationName: 'test of waking' });
    started.subscribe({
      channel,
      onChange: () => undefined,
      catchUp: () => {
        asked[name] += 1;
        if (name === 'woken') started.wake();
        return Promise.resolve();
      },
    });
    return started;
  });
  try {
    for (const each of feeds) await each.start();
    await until(() => asked.woken >= wakings);
    // Its heartbeats alone are as many as the other's.
    expect(asked.other).toBeLessThan(wakings / 2);
  } finally {
    for (const each of feeds) await each.close();
  }
}, 20_000);

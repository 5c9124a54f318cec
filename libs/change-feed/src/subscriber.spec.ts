import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Subscriber } from './subscriber.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** A subscriber whose changes are applied when the test says so. */
function setUp() {
  const asked: { payload: string; resolve: () => void; reject: (error: Error) => void }[] = [];
  const failures: unknown[] = [];
  const subscriber = new Subscriber(
    {
      channel: 'changes',
      onChange: (payload) =>
        new Promise<void>((resolve, reject) => asked.push({ payload, resolve, reject })),
    },
    (error) => failures.push(error),
  );
  const payloads = () => asked.map(({ payload }) => payload);
  const last = () => asked[asked.length - 1];
  const settled = () => jest.advanceTimersByTimeAsync(0);
  return { subscriber, failures, payloads, last, settled };
}

it('what is applied at once is never outstanding', () => {
  const heard: string[] = [];
  const subscriber = new Subscriber(
    { channel: 'changes', onChange: (payload) => void heard.push(payload) },
    () => undefined,
  );
  subscriber.hear('a');
  subscriber.hear('b');
  expect(heard).toEqual(['a', 'b']);
  expect(subscriber.hasApplied()).toBe(true);
});

it('what takes a read is outstanding until the read has succeeded', async () => {
  const { subscriber, last, settled } = setUp();
  subscriber.hear('a');
  expect(subscriber.hasApplied()).toBe(false);
  last()?.resolve();
  await settled();
  expect(subscriber.hasApplied()).toBe(true);
});

it('a failed read is retried, more and more slowly, until it succeeds', async () => {
  const { subscriber, failures, payloads, last, settled } = setUp();
  subscriber.hear('a');
  for (const pause of [50, 100, 200, 400, 800, 1000, 1000]) {
    const before = payloads().length;
    last()?.reject(new Error('away'));
    await jest.advanceTimersByTimeAsync(pause - 1);
    expect(payloads()).toHaveLength(before);
    expect(subscriber.hasApplied()).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    expect(payloads()).toHaveLength(before + 1);
  }
  last()?.resolve();
  await settled();
  expect(subscriber.hasApplied()).toBe(true);
  expect(failures).toHaveLength(7);
});

it('what is announced again during its read is read again, and many at a time only once', async () => {
  const { subscriber, payloads, last, settled } = setUp();
  subscriber.hear('a');
  for (let i = 0; i < 5; i += 1) subscriber.hear('a');
  last()?.resolve();
  await settled();
  expect(subscriber.hasApplied()).toBe(false);
  last()?.resolve();
  await settled();
  expect(payloads()).toEqual(['a', 'a']);
  expect(subscriber.hasApplied()).toBe(true);
});

it('one that failed holds up no other for good: all are applied', async () => {
  const { subscriber, payloads, last, settled } = setUp();
  subscriber.hear('a');
  subscriber.hear('b');
  last()?.reject(new Error('away'));
  await jest.advanceTimersByTimeAsync(50);
  last()?.resolve();
  await settled();
  last()?.resolve();
  await settled();
  expect(payloads()).toEqual(['a', 'b', 'a']);
  expect(subscriber.hasApplied()).toBe(true);
});

it('a subscriber that reads everything anew owes nothing of before', async () => {
  const { subscriber, payloads, last } = setUp();
  subscriber.hear('a');
  last()?.reject(new Error('away'));
  await jest.advanceTimersByTimeAsync(10);
  subscriber.forget();
  expect(subscriber.hasApplied()).toBe(true);
  await jest.advanceTimersByTimeAsync(5000);
  expect(payloads()).toEqual(['a']);
});

it('a closed one tries nothing more', async () => {
  const { subscriber, payloads, last } = setUp();
  subscriber.hear('a');
  subscriber.close();
  last()?.reject(new Error('away'));
  await jest.advanceTimersByTimeAsync(5000);
  subscriber.hear('b');
  expect(payloads()).toEqual(['a']);
});

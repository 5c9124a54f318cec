import { describe, expect, it } from '@jest/globals';
import { deferred } from '../testing/deferred.js';
import { Slots, type Turn } from './slots.js';

const turn = (party = 'a', signal = new AbortController().signal): Turn => ({ party, signal });
const slotsOf = (size: number) => new Slots({ size, waiting: 20, waitingPerParty: 20 });

/** A task that runs until it is told to end. */
function task(): { run: () => Promise<void>; end: () => void; started: () => boolean } {
  const { promise, resolve } = deferred();
  let started = false;
  return {
    run: () => {
      started = true;
      return promise;
    },
    end: resolve,
    started: () => started,
  };
}

describe('slots', () => {
  it('never let more tasks run than there are', async () => {
    const slots = slotsOf(3);
    let running = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 20 }, () =>
        slots.run(async () => {
          running += 1;
          most = Math.max(most, running);
          await new Promise(setImmediate);
          running -= 1;
        }, turn()),
      ),
    );
    expect(most).toBe(3);
  });

  it('are free again after a task that failed', async () => {
    const slots = slotsOf(1);
    await expect(slots.run(() => Promise.reject(new Error('no')), turn())).rejects.toThrow('no');
    await expect(slots.run(() => Promise.resolve('yes'), turn())).resolves.toBe('yes');
  });

  it('have a queue that ends: beyond it the answer is 503 with Retry-After, at once', async () => {
    const slots = new Slots({ size: 1, waiting: 2, waitingPerParty: 2 });
    const first = task();
    const others = [task(), task()];
    const runs = [first, ...others].map((each) => slots.run(each.run, turn()));
    await expect(slots.run(() => Promise.resolve(), turn())).rejects.toMatchObject({
      code: 'service_unavailable',
      options: { retryAfterSeconds: 2 },
    });
    for (const each of [first, ...others]) each.end();
    await Promise.all(runs);
    await expect(slots.run(() => Promise.resolve('free'), turn())).resolves.toBe('free');
  });

  it('have a queue of which nobody gets the whole', async () => {
    const slots = new Slots({ size: 1, waiting: 4, waitingPerParty: 2 });
    const [running, ...waiting] = [task(), task(), task(), task()];
    const runs = [running, ...waiting].map((each, n) =>
      slots.run(each?.run ?? Promise.resolve, turn(n < 3 ? 'flood' : 'somebody')),
    );
    await expect(slots.run(() => Promise.resolve(), turn('flood'))).rejects.toMatchObject({
      options: { reason: 'too_many_waiting' },
    });
    for (const each of [running, ...waiting]) each?.end();
    await Promise.all(runs);
  });

  it('forget those whose callers have left, and give their place to others', async () => {
    const slots = new Slots({ size: 1, waiting: 1, waitingPerParty: 1 });
    const [running, left, patient] = [task(), task(), task()];
    const first = slots.run(running.run, turn());
    const caller = new AbortController();
    const leaving = slots.run(left.run, turn('a', caller.signal));
    caller.abort();
    await expect(leaving).rejects.toMatchObject({ options: { reason: 'caller_gone' } });
    const waiting = slots.run(patient.run, turn());
    running.end();
    await first;
    patient.end();
    await waiting;
    expect([left.started(), patient.started()]).toEqual([false, true]);
  });

  it('start nothing for a caller who has left already', async () => {
    const gone = turn('a', AbortSignal.abort());
    const never = task();
    await expect(slotsOf(1).run(never.run, gone)).rejects.toMatchObject({
      options: { reason: 'caller_gone' },
    });
    expect(never.started()).toBe(false);
  });
});

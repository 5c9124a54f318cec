import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { acquire, holderOf, release } from '../../libs/process-lock/src/index.js';

/**
 * Does the work while no other process holds the lock; two commands that start at once would
 * otherwise install over each other. The lock of a process that is gone is taken over.
 */
export async function withLock(file, { signal, onWait }, work) {
  mkdirSync(dirname(file), { recursive: true });
  for (let told = false; !acquire(file);) {
    const holder = holderOf(file);
    if (!told && holder) onWait(holder);
    told ||= holder !== undefined;
    await delay(200, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
  try {
    return await work();
  } finally {
    release(file);
  }
}

import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits for what comes by itself.
 * @param limit ms, after which it fails loudly
 * @returns how long it took, ms
 */
export async function eventually(holds: () => unknown, limit = 5000): Promise<number> {
  const start = performance.now();
  while (!(await holds())) {
    if (performance.now() - start > limit) throw new Error(`did not happen: ${holds}`);
    await delay(5);
  }
  return performance.now() - start;
}

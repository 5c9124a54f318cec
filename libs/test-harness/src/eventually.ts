import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 10;

/**
 * Polls until the answer is the expected one: without `isIt`, any but nothing.
 * @param withinMs the deadline, which is part of the rule where the contract names one
 * @throws Error with the last answer
 */
export async function eventually<T>(
  ask: () => T | Promise<T>,
  isIt: (answer: T) => unknown = Boolean,
  withinMs = 5_000,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (isIt(answer)) return answer;
    if (performance.now() > deadline) {
      throw new Error(`not within ${withinMs} ms; the last answer: ${JSON.stringify(answer)}`);
    }
    await pause(POLL_MS);
  }
}

import { acquire, holderOf, release as releaseLock } from '@flixcheck/process-lock';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** How long a claim waits for an owner that may be shutting down. */
const PATIENCE_MS = 6_000;

const ownerFile = (dataDir: string) => join(dataDir, 'postgres.owner');

/** The living process that runs the embedded server of this folder, if there is one. */
export function currentOwner(dataDir: string): number | undefined {
  return holderOf(ownerFile(dataDir));
}

/**
 * Makes this process the owner of the folder, in place of one that is gone.
 * @returns undefined, or the living process that has kept the folder for all this time
 */
export async function claim(
  dataDir: string,
  patienceMs = PATIENCE_MS,
): Promise<number | undefined> {
  const deadline = Date.now() + patienceMs;
  while (!acquire(ownerFile(dataDir))) {
    const owner = currentOwner(dataDir);
    if (owner !== undefined && (owner === process.pid || Date.now() >= deadline)) return owner;
    await delay(50);
  }
  return undefined;
}

export function release(dataDir: string): void {
  releaseLock(ownerFile(dataDir));
}

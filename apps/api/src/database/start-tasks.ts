import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { SECOND } from '../config/clock.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { isDatabaseUnavailable } from './unavailable.js';

/** A node that waited longer would keep users waiting whom it could already serve. */
const PATIENCE_MS = 2 * SECOND;
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5 * SECOND;
/** What another attempt cannot mend: nobody listens there, or there is no such database. */
const NOT_THERE = /^(ECONNREFUSED|ENOENT|3D000)/;

/**
 * Waits for work of the start, but no longer than users should have to wait.
 * @returns when the work is done, has failed, or goes on in the background
 */
export async function patiently(work: Promise<unknown>): Promise<void> {
  const patience = new AbortController();
  const limit = sleep(PATIENCE_MS, undefined, { signal: patience.signal }).catch(() => undefined);
  await Promise.race([work, limit]).finally(() => patience.abort());
}

/**
 * Runs what the program cannot do without, repeating it while the database is slow or starting.
 * @param limitMs after which the failure is final
 */
export async function onceAvailable<Result>(
  work: () => Promise<Result>,
  log: (line: string) => void,
  limitMs = 60 * SECOND,
): Promise<Result> {
  const until = performance.now() + limitMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, MAX_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!isSlow(error) || performance.now() > until) throw error;
      log(`the database does not answer yet (${(error as Error).message}); trying again`);
    }
    await sleep(pause);
  }
}

/** Whether the database is there but does not answer yet. */
export function isSlow(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return isDatabaseUnavailable(error) && !(typeof code === 'string' && NOT_THERE.test(code));
}

/**
 * Work that each start does in the database but serving does not depend on: a slow database delays
 * it and ends nothing.
 */
@Injectable()
export class StartTasks implements OnModuleDestroy {
  private readonly stopping = new AbortController();

  constructor(private readonly logger: AppLogger) {}

  onModuleDestroy(): void {
    this.stopping.abort();
  }

  /**
   * @param name for the log: what is not done yet
   * @returns when it is done, or goes on in the background
   * @throws any failure but an unreachable database, while it is waited for
   */
  async run(name: string, task: () => Promise<void>): Promise<void> {
    const done = this.untilDone(name, task);
    let isWaitedFor = true;
    done.catch((error: unknown) => isWaitedFor || this.logger.error(error));
    await patiently(done).finally(() => (isWaitedFor = false));
  }

  private async untilDone(name: string, task: () => Promise<void>): Promise<void> {
    const { signal } = this.stopping;
    for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(2 * pause, MAX_PAUSE_MS)) {
      try {
        return await task();
      } catch (error) {
        if (signal.aborted) return;
        if (!isDatabaseUnavailable(error)) throw error;
        this.logger.warn(`${name}: put off, ${(error as Error).message}`);
      }
      await sleep(pause, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}

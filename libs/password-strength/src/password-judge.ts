import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Judgement } from './judge.js';
import type { Question } from './worker.js';

/** Threads run the built files, even when a test runs the sources. */
const NAME = '@flixcheck/password-strength';
const FOLDER = dirname(require.resolve(NAME));

/** The lists take 80 MB; the rest is what single passwords need for a moment. */
const MEMORY = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 16 };

interface Pending {
  settle: (judgement: Judgement) => void;
  fail: (error: Error) => void;
}

/**
 * Judges passwords in a thread of its own, so that no password stops the event loop. The thread
 * starts with the first question (half a second, some 100 MB) and keeps no process alive.
 */
export class PasswordJudge {
  private worker: Worker | undefined;
  private readonly pending = new Map<number, Pending>();
  private last = 0;

  /** @param personal what anybody may know about the user: names, e-mail address, company */
  judge(password: string, personal: readonly string[]): Promise<Judgement> {
    const worker = (this.worker ??= this.start());
    const id = (this.last += 1);
    return new Promise((settle, fail) => {
      this.pending.set(id, { settle, fail });
      worker.ref();
      worker.postMessage({ id, password, personal } satisfies Question);
    });
  }

  async close(): Promise<void> {
    await this.worker?.terminate();
  }

  private start(): Worker {
    const worker = new Worker(join(FOLDER, 'worker.js'), {
      resourceLimits: MEMORY,
    });
    worker.unref();
    worker.on('message', ({ id, judgement }: { id: number; judgement: Judgement }) => {
      this.pending.get(id)?.settle(judgement);
      this.pending.delete(id);
      if (this.pending.size === 0) worker.unref();
    });
    worker.on('error', (error: Error) => this.end(worker, error));
    worker.on('exit', () => this.end(worker, new Error('the judge of passwords has ended')));
    return worker;
  }

  /** The next question starts another thread. */
  private end(worker: Worker, error: Error): void {
    if (this.worker !== worker) return;
    this.worker = undefined;
    for (const { fail } of this.pending.values()) fail(error);
    this.pending.clear();
  }
}

import cluster, { type Worker } from 'node:cluster';
import { SECOND } from './config/clock.js';
import type { AppLogger } from './telemetry/app-logger.js';
import { FiguresOfWorkers } from './telemetry/worker-metrics.js';

const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 30 * SECOND;
/** Who has served for so long does not end for the reason of before. */
const PROVEN_MS = 10 * SECOND;

type Told = { type: 'ready' } | { type: 'failed'; message: string };

/** Processes that serve on one port, each of them a node of its own. Who ends is started again. */
export class Workers {
  private readonly running = new Map<number, Worker>();
  private readonly pauses = new Set<NodeJS.Timeout>();
  private isStopping = false;
  private allEnded: (() => void) | undefined;

  constructor(
    private readonly count: number,
    private readonly logger: AppLogger,
  ) {
    new FiguresOfWorkers();
  }

  /**
   * @returns when all of them serve
   * @throws Error with the words of the first that cannot
   */
  async start(): Promise<void> {
    await Promise.all(
      Array.from(
        { length: this.count },
        (_, index) =>
          new Promise<void>((resolve, reject) => this.fork(index + 1, 0, { resolve, reject })),
      ),
    );
  }

  /** Lets all of them end in an orderly way. */
  async stop(): Promise<void> {
    this.isStopping = true;
    for (const pause of this.pauses) clearTimeout(pause);
    if (this.running.size === 0) return;
    const ended = new Promise<void>((resolve) => (this.allEnded = resolve));
    for (const { process } of this.running.values()) process.kill('SIGTERM');
    await ended;
  }

  private fork(
    number: number,
    failures: number,
    first?: { resolve: () => void; reject: (error: Error) => void },
  ): void {
    const worker = cluster.fork();
    const pid = worker.process.pid;
    let servedFrom: number | undefined;
    let reason: string | undefined;
    this.running.set(number, worker);
    worker.on('message', (told: Told) => {
      if (told.type === 'ready') {
        servedFrom = performance.now();
        this.logger.pino.info({ worker: number, pid }, 'worker ready');
        first?.resolve();
      } else if (told.type === 'failed') reason = told.message;
    });
    worker.on('error', (error) => this.logger.warn(`worker ${number}: ${error.message}`));
    worker.once('exit', (code: number, signal: string | null) => {
      this.running.delete(number);
      if (this.isStopping) {
        if (this.running.size === 0) this.allEnded?.();
        return;
      }
      const ended = reason ?? `it ended with ${signal ?? code}`;
      if (first && servedFrom === undefined) {
        first.reject(new Error(reason ?? `A worker did not start: ${ended}.`));
        return;
      }
      const isProven = servedFrom !== undefined && performance.now() - servedFrom > PROVEN_MS;
      this.forkAgain(number, isProven ? 0 : failures, ended);
    });
  }

  private forkAgain(number: number, failures: number, ended: string): void {
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** failures, MAX_PAUSE_MS);
    const words = `worker ${number}: ${ended}; another one starts in ${pauseMs} ms`;
    this.logger.pino.warn({ worker: number, pauseMs }, words);
    const pause = setTimeout(() => {
      this.pauses.delete(pause);
      this.fork(number, failures + 1);
    }, pauseMs);
    this.pauses.add(pause);
  }
}

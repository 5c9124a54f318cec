import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { setTimeout as delay } from 'node:timers/promises';
import type { PgBoss, Queue, QueueOptions } from 'pg-boss';
import type { DataSource, EntityManager } from 'typeorm';
import { SECOND } from '../config/clock.js';
import { AppLogger } from '../http/app-logger.js';
import { openBoss, transactionOf } from './boss.js';
import { StepRecords } from './step-records.js';

/** Something to be done again and again, on one node at a time, by the module that knows how. */
export interface BackgroundStep {
  /** Unique, `<module>.<what>`: the metric's label, and the name of its queue. */
  name: string;
  /** Cron in UTC, once an hour at least. A run that fell into an outage is made up for. */
  schedule: string;
  /**
   * Does what is due, in short statements, and returns between two of them once `signal` is
   * aborted. Must be safe to begin again wherever it was cut off. When it rejects, it is tried again.
   * @returns how many rows it has changed
   */
  run: (signal: AbortSignal) => Promise<number>;
}

/** One kind of job, which waits in the database until it has been done. */
export interface BackgroundQueue<Data extends object = object> {
  /** Unique among queues and steps, `<module>.<what>`. */
  name: string;
  /** May see a job twice, where a node was killed before it could note that it was done. */
  handle: (data: Data, signal: AbortSignal) => Promise<void>;
  /** How many of them a node works on at a time; 1 unless told otherwise. */
  concurrency?: number;
  /** Other than the ten tries within a day that every job has. */
  retries?: Pick<QueueOptions, 'retryLimit' | 'retryDelay' | 'retryDelayMax'>;
}

/** A worker that has not been heard of for this long has died with its job: another takes it up. */
const HEARTBEAT_S = 30;
/** A step begins this long after its schedule at the latest, a job after it was enqueued. */
const STEP_POLL_S = 20;
const JOB_POLL_S = 2;
const STEP: Omit<Queue, 'name'> = {
  // One that waits, one that runs, over all nodes.
  policy: 'stately',
  heartbeatSeconds: HEARTBEAT_S,
  retryLimit: 5,
  retryDelay: 15,
  retryBackoff: true,
  retryDelayMax: 600,
  retentionSeconds: 86_400,
  deleteAfterSeconds: 3600,
};
const JOB: Omit<Queue, 'name'> = {
  policy: 'standard',
  heartbeatSeconds: HEARTBEAT_S,
  retryLimit: 10,
  retryDelay: 10,
  retryBackoff: true,
  retryDelayMax: 6 * 3600,
  deleteAfterSeconds: 86_400,
};
const RETRY_START_MS = 10 * SECOND;
/** What is still running then is left to another node; it is asked to end at the beginning. */
const STOP_LIMIT_MS = 2 * SECOND;

/**
 * Schedules and queues, kept by pg-boss in the database (ADR 8). Modules declare their steps and
 * queues in `onModuleInit`. Only a process that calls `start` works on them; commands do not.
 */
@Injectable()
export class BackgroundWork implements BeforeApplicationShutdown {
  private readonly steps = new Map<string, BackgroundStep>();
  private readonly queues = new Map<string, BackgroundQueue>();
  private readonly stopping = new AbortController();
  private readonly workers = new Map<string, string>();
  private boss: Promise<PgBoss> | undefined;
  private starting: Promise<void> | undefined;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly logger: AppLogger,
    private readonly records: StepRecords,
  ) {}

  /** Declares a step. @throws Error where the name is taken */
  step(step: BackgroundStep): void {
    this.assertFree(step.name);
    this.steps.set(step.name, step);
  }

  /** Declares a queue. @throws Error where the name is taken */
  queue<Data extends object>(queue: BackgroundQueue<Data>): void {
    this.assertFree(queue.name);
    this.queues.set(queue.name, queue as unknown as BackgroundQueue);
  }

  stepNames(): string[] {
    return [...this.steps.keys()];
  }

  /** Runs a step here and now. @returns what the step returns */
  async run(name: string, signal: AbortSignal = this.stopping.signal): Promise<number> {
    const step = this.steps.get(name);
    if (!step) throw new Error(`there is no step ${name}`);
    const rows = await step.run(signal);
    // Cut short is no success: it is taken up again.
    signal.throwIfAborted();
    await this.records.succeeded(name);
    return rows;
  }

  /**
   * Begins to work on what has been declared. Returns at once, and goes on trying while the database
   * is away.
   */
  start(): void {
    this.starting ??= this.keepStarting();
  }

  /** Everything that has been declared is being worked on. */
  async started(): Promise<void> {
    await this.starting;
  }

  /**
   * Adds a job that exists if and only if the transaction commits.
   * @param name of a queue that this program has declared
   */
  async enqueue(tx: EntityManager, name: string, data: object): Promise<void> {
    if (!this.queues.has(name)) throw new Error(`there is no queue ${name}`);
    const boss = await this.open(false);
    await boss.send(name, data, { db: await transactionOf(tx) });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort(new Error('the program stops'));
    await this.starting;
    const boss = await this.boss?.catch(() => undefined);
    await boss?.stop({ timeout: STOP_LIMIT_MS });
  }

  private assertFree(name: string): void {
    if (this.steps.has(name) || this.queues.has(name)) throw new Error(`${name} is declared twice`);
    if (this.starting) throw new Error(`${name} is declared too late`);
  }

  /** One for the life of the process; who only enqueues starts no timers that work. */
  private open(works: boolean): Promise<PgBoss> {
    this.boss ??= openBoss(this.dataSource, this.logger, works);
    return this.boss;
  }

  private async keepStarting(): Promise<void> {
    const { signal } = this.stopping;
    const boss = await this.open(true);
    while (!signal.aborted) {
      try {
        await boss.start();
        await this.declare(boss);
        return;
      } catch (error) {
        boss.emit('error', error as Error);
        await delay(RETRY_START_MS, undefined, { signal, ref: false }).catch(() => undefined);
      }
    }
  }

  private async declare(boss: PgBoss): Promise<void> {
    const steps = [...this.steps.values()];
    const queues = [...this.queues.values()];
    await this.createQueues(boss, [
      ...steps.map(({ name }) => ({ ...STEP, name })),
      ...queues.map(({ name, retries }) => ({ ...JOB, ...retries, name })),
    ]);
    await this.schedule(boss, steps);
    await this.records.scheduled(steps.map(({ name }) => name));
    for (const { name } of steps) {
      await this.work(boss, name, { pollingIntervalSeconds: STEP_POLL_S }, async (_, signal) => {
        const rows = await this.run(name, signal);
        if (rows > 0) this.logger.debug(`${name}: ${rows} rows`);
      });
    }
    for (const { name, handle, concurrency = 1 } of queues) {
      const options = { pollingIntervalSeconds: JOB_POLL_S, localConcurrency: concurrency };
      await this.work(boss, name, options, handle);
    }
  }

  /** Those that are new, or other than they were. Rows only: no queue has a table of its own. */
  private async createQueues(boss: PgBoss, wanted: Queue[]): Promise<void> {
    const present = new Map((await boss.getQueues()).map((queue) => [queue.name, queue]));
    for (const { name, ...options } of wanted) {
      const there = present.get(name);
      if (!there) await boss.createQueue(name, options);
      const { policy: _, ...changeable } = options;
      const same = Object.entries(changeable).every(
        ([key, value]) => there?.[key as keyof QueueOptions] === value,
      );
      if (there && !same) await boss.updateQueue(name, changeable);
    }
  }

  private async schedule(boss: PgBoss, steps: BackgroundStep[]): Promise<void> {
    const present = await boss.getSchedules();
    for (const { name, schedule } of steps) {
      if (present.some((there) => there.name === name && there.cron === schedule)) continue;
      await boss.schedule(name, schedule, null, { tz: 'UTC', missed: 'once' });
    }
    // A step that this version no longer has would pile up jobs that nobody takes.
    for (const { name } of present) {
      if (!this.steps.has(name)) await boss.unschedule(name);
    }
  }

  private async work(
    boss: PgBoss,
    name: string,
    options: { pollingIntervalSeconds: number; localConcurrency?: number },
    handle: (data: object, signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    if (this.workers.has(name)) return;
    const id = await boss.work<object>(name, options, async ([job]) => {
      if (!job) return;
      try {
        await handle(job.data, AbortSignal.any([job.signal, this.stopping.signal]));
      } catch (error) {
        if (!this.stopping.signal.aborted) {
          this.logger.warn(`${name} failed and is tried again: ${(error as Error).message}`);
        }
        throw error;
      }
    });
    this.workers.set(name, id);
  }
}

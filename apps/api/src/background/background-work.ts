import { type BeforeApplicationShutdown, Inject, Injectable, Optional } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { setTimeout as delay } from 'node:timers/promises';
import type { PgBoss, Queue, QueueOptions } from 'pg-boss';
import type { DataSource, EntityManager } from 'typeorm';
import { SECOND } from '../config/clock.js';
import { AfterCommit } from '../database/after-commit.js';
import { isDatabaseUnavailable } from '../database/unavailable.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { openBoss, transactionOf } from './boss.js';
import { DEFAULT_PACE, PACE, type Pace } from './pace.js';
import { StepRecords } from './step-records.js';

/** Recurring work, done on one node at a time by the module that declares it. */
export interface BackgroundStep {
  /** Unique, `<module>.<what>`: the metric's label, and the name of its queue. */
  name: string;
  /** Cron in UTC, at least hourly. A run that an outage prevented is made up for. */
  schedule: string;
  /**
   * Does what is due, in short statements, and returns between two of them once `signal` is
   * aborted. Must be safe to restart wherever it was interrupted. It is retried when it rejects.
   * @returns how many rows it has changed
   */
  run: (signal: AbortSignal) => Promise<number>;
}

/** One kind of job, which waits in the database until it is done. */
export interface BackgroundQueue<Data extends object = object> {
  /** Unique among queues and steps, `<module>.<what>`. */
  name: string;
  /** May see a job twice: a node can be killed before it records that the job is done. */
  handle: (data: Data, signal: AbortSignal) => Promise<void>;
  /** How many jobs a node runs at once; 1 by default. */
  concurrency?: number;
  /** In place of the ten attempts within a day that every other job has. */
  retries?: Pick<QueueOptions, 'retryLimit' | 'retryDelay' | 'retryDelayMax'>;
}

const STEP = {
  // One waiting and one running, across all nodes.
  policy: 'stately',
  retryLimit: 5,
  retryBackoff: true,
  retryDelayMax: 600,
  retentionSeconds: 86_400,
  deleteAfterSeconds: 3600,
} as const;
const JOB = {
  policy: 'standard',
  retryLimit: 10,
  retryBackoff: true,
  retryDelayMax: 6 * 3600,
  deleteAfterSeconds: 86_400,
} as const;
/** Work is asked to stop at once; what still runs after this time is left to another node. */
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
  private worker: PgBoss | undefined;
  private sender: Promise<PgBoss> | undefined;
  private starting: Promise<void> | undefined;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly logger: AppLogger,
    private readonly records: StepRecords,
    private readonly afterCommit: AfterCommit,
    @Optional() @Inject(PACE) private readonly pace: Pace = DEFAULT_PACE,
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
    // An interrupted run does not count as a success, so it is repeated.
    signal.throwIfAborted();
    await this.records.succeeded(name);
    return rows;
  }

  /**
   * Starts the declared work. Returns at once, and keeps trying while the database is unreachable.
   */
  start(): void {
    this.starting ??= this.keepStarting();
  }

  /** Everything that has been declared is being worked on. */
  async started(): Promise<void> {
    await this.starting;
  }

  /** The same as `enqueueAll`, for one job. */
  enqueue(tx: EntityManager, name: string, data: object): Promise<void> {
    return this.enqueueAll(tx, name, [data]);
  }

  /**
   * Adds jobs, in one statement, that exist if and only if the transaction commits. This node looks
   * for them at once, the others at their next round.
   * @param name of a queue that this program has declared
   */
  async enqueueAll(tx: EntityManager, name: string, jobs: readonly object[]): Promise<void> {
    if (!this.queues.has(name)) throw new Error(`there is no queue ${name}`);
    if (jobs.length === 0) return;
    const boss = this.worker ?? (await this.openSender());
    await boss.insert(
      name,
      jobs.map((data) => ({ data })),
      { db: await transactionOf(tx) },
    );
    const id = this.workers.get(name);
    if (id !== undefined) this.afterCommit.run(tx, () => boss.notifyWorker(id));
  }

  /** Asks running work to stop; what does not stop in time is left to another node. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort(new Error('the program stops'));
    await Promise.race([this.end(), delay(STOP_LIMIT_MS + SECOND, undefined, { ref: false })]);
  }

  private async end(): Promise<void> {
    await this.starting;
    const sender = await this.sender?.catch(() => undefined);
    for (const boss of [this.worker, sender]) await boss?.stop({ timeout: STOP_LIMIT_MS });
  }

  private assertFree(name: string): void {
    if (this.steps.has(name) || this.queues.has(name)) throw new Error(`${name} is declared twice`);
    if (this.starting) throw new Error(`${name} is declared too late`);
  }

  /** For a process that only enqueues jobs, such as a command. */
  private openSender(): Promise<PgBoss> {
    this.sender ??= this.startSender().catch((error: unknown) => {
      this.sender = undefined;
      throw error;
    });
    return this.sender;
  }

  private async startSender(): Promise<PgBoss> {
    const boss = await openBoss(this.dataSource, this.logger, this.pace, false);
    await boss.start();
    await this.createQueues(boss);
    return boss;
  }

  private async keepStarting(): Promise<void> {
    const { signal } = this.stopping;
    const boss = await openBoss(this.dataSource, this.logger, this.pace, true);
    while (!signal.aborted) {
      try {
        await boss.start();
        await this.declare(boss);
        this.worker = boss;
        return;
      } catch (error) {
        boss.emit('error', error as Error);
        await delay(this.pace.start * SECOND, undefined, { signal, ref: false }).catch(
          () => undefined,
        );
      }
    }
    await boss.stop({ timeout: STOP_LIMIT_MS });
  }

  private async declare(boss: PgBoss): Promise<void> {
    const steps = [...this.steps.values()];
    await this.createQueues(boss);
    await this.schedule(boss, steps);
    await this.records.scheduled(steps.map(({ name }) => name));
    for (const { name } of steps) {
      await this.work(
        boss,
        name,
        { pollingIntervalSeconds: this.pace.stepPoll },
        async (_, signal) => {
          const rows = await this.run(name, signal);
          if (rows > 0) this.logger.debug(`${name}: ${rows} rows`);
        },
      );
    }
    for (const { name, handle, concurrency = 1 } of this.queues.values()) {
      const options = { pollingIntervalSeconds: this.pace.jobPoll, localConcurrency: concurrency };
      await this.work(boss, name, options, handle);
    }
  }

  /** Those that are new or have changed. Only rows: no queue has a table of its own. */
  private async createQueues(boss: PgBoss): Promise<void> {
    const { heartbeat: heartbeatSeconds, stepRetry, jobRetry } = this.pace;
    const wanted: Queue[] = [
      ...[...this.steps.keys()].map((name) => ({
        ...{ ...STEP, heartbeatSeconds, retryDelay: stepRetry },
        name,
      })),
      ...[...this.queues.values()].map(({ name, retries }) => ({
        ...{ ...JOB, heartbeatSeconds, retryDelay: jobRetry, ...retries },
        name,
      })),
    ];
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
          const said = `${name} failed and will be retried: ${(error as Error).message}`;
          this.logger.warn(said, isDatabaseUnavailable(error) ? undefined : error);
        }
        throw error;
      }
    });
    this.workers.set(name, id);
  }
}

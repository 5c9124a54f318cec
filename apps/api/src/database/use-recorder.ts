import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { type Clock, DAY, SECOND } from '../config/clock.js';
import type { AppLogger } from '../telemetry/app-logger.js';

/** How late people see that something has come into use. */
const WRITE_INTERVAL_MS = SECOND;
/** What stays in use is written only when so many of these moments have passed. */
const MOMENTS_PER_FLUSH = 15;
/** How late people see that something has been used again. */
export const USE_SHOWN_AFTER_MS = MOMENTS_PER_FLUSH * WRITE_INTERVAL_MS;
/** Their rows may be joined without an index, so that twice as many take four times as long. */
const ROWS_PER_STATEMENT = 200;
/** How often, when the process ends, what others have locked is tried again. */
const LAST_ATTEMPTS = 10;
const LAST_PAUSE_MS = 100;

/** The uses of one thing on one day that are not yet written. */
export interface Uses {
  id: string;
  /** days since 1970, UTC */
  day: number;
  count: number;
  /** the latest of them (epoch, ms) */
  lastAt: number;
}

/** What is recorded, and how. */
interface Recorded {
  /** As the log calls them. */
  things: string;
  /** Whether the first use is written within a second, and not only with those after it. */
  showsFirst: boolean;
}

/**
 * Records that things are used. No request waits for that: uses are noted in memory and written in
 * batches, at the latest 15 seconds later. A killed process loses what it has not written by then.
 */
export abstract class UseRecorder implements OnApplicationBootstrap, OnApplicationShutdown {
  /** What is in use, by id; without a count: written, and not used since. */
  private readonly recent = new Map<string, Uses>();
  /** Those of them that have come since the last write. */
  private fresh: Uses[] = [];
  /** What could not be written, or belongs to a day that is over; by id and day. */
  private readonly leftOver = new Map<string, Uses>();
  /** Uses that were not counted, for want of room. */
  private lost = 0;
  private writes = 0;
  private written = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;

  protected constructor(
    private readonly clock: Clock,
    private readonly logger: AppLogger,
    private readonly recorded: Recorded,
  ) {}

  /** How many things are held at most, some 200 bytes each. */
  protected abstract get room(): number;

  /** @returns those that could not be written, and have to be written later */
  protected abstract store(batch: readonly Uses[]): Promise<readonly Uses[]>;

  onApplicationBootstrap(): void {
    let moments = 0;
    this.timer = setInterval(() => {
      moments += 1;
      if (moments % MOMENTS_PER_FLUSH === 0) void this.flush();
      // Behind a write that takes long, others need not queue up.
      else if (this.writes === 0) void this.writeFresh();
    }, WRITE_INTERVAL_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    for (let attempt = 0; attempt < LAST_ATTEMPTS; attempt += 1) {
      await this.flush();
      if (this.leftOver.size === 0) return;
      await pause(LAST_PAUSE_MS);
    }
  }

  /** Counts one use, which waits for nothing. */
  record(id: string): void {
    const at = this.clock.now().getTime();
    const day = Math.floor(at / DAY);
    const uses = this.recent.get(id) ?? this.begin(id, day);
    if (!uses) {
      this.lost += 1;
      return;
    }
    if (uses.day !== day) {
      this.keep(take(uses));
      uses.day = day;
    }
    uses.count += 1;
    uses.lastAt = at;
  }

  /** Writes the uses of what was not in use lately. Never rejects. */
  writeFresh(): Promise<void> {
    return this.write(this.fresh.splice(0));
  }

  /** Writes everything that was counted so far. Never rejects: what is left is written later. */
  flush(): Promise<void> {
    this.fresh = [];
    const all = [...this.recent.values()];
    for (const { id, count } of all) {
      if (count === 0) this.recent.delete(id);
    }
    return this.write(all);
  }

  private begin(id: string, day: number): Uses | undefined {
    if (this.recent.size >= this.room) {
      // What is under way takes room, too, until it is written.
      if (this.writes > 0) return undefined;
      void this.flush();
      this.recent.clear();
    }
    const uses = { id, day, count: 0, lastAt: 0 };
    this.recent.set(id, uses);
    if (!this.recorded.showsFirst) return uses;
    this.fresh.push(uses);
    if (this.fresh.length >= ROWS_PER_STATEMENT && this.writes === 0) void this.writeFresh();
    return uses;
  }

  private keep(uses: Uses): void {
    if (uses.count === 0) return;
    const key = `${uses.id} ${uses.day}`;
    const known = this.leftOver.get(key);
    if (known) {
      known.count += uses.count;
      known.lastAt = Math.max(known.lastAt, uses.lastAt);
    } else if (this.leftOver.size < this.room) this.leftOver.set(key, uses);
    else this.lost += uses.count;
  }

  /** One write after the other, each with what could not be written before. */
  private write(uses: readonly Uses[]): Promise<void> {
    const taken = uses.filter(({ count }) => count > 0).map(take);
    this.writes += 1;
    this.written = this.written.then(async () => {
      // What could not be written before comes last, in statements of its own: it fails nothing else.
      const before = [...this.leftOver.values()];
      this.leftOver.clear();
      const left = [...(await this.send(taken)), ...(await this.send(before))];
      for (const uses of left) this.keep(uses);
      this.reportLost();
      this.writes -= 1;
    });
    return this.written;
  }

  /** @returns what is left to be written later */
  private async send(uses: readonly Uses[]): Promise<Uses[]> {
    const left: Uses[] = [];
    for (let start = 0; start < uses.length; start += ROWS_PER_STATEMENT) {
      try {
        left.push(...(await this.store(uses.slice(start, start + ROWS_PER_STATEMENT))));
      } catch (error) {
        const { message } = error as Error;
        this.logger.warn(`the use of ${this.recorded.things} cannot be written: ${message}`);
        return [...left, ...uses.slice(start)];
      }
    }
    return left;
  }

  private reportLost(): void {
    if (this.lost === 0) return;
    const requests = this.lost === 1 ? '1 request was' : `${this.lost} requests were`;
    const { things } = this.recorded;
    this.logger.warn(`${requests} not counted as use: too many ${things} are in use at a time`);
    this.lost = 0;
  }
}

function take(uses: Uses): Uses {
  const taken = { ...uses };
  uses.count = 0;
  return taken;
}

import {
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { Clock, DAY, SECOND } from '../config/clock.js';
import { StatementPool } from '../database/statement-pool.js';
import { AppLogger } from '../telemetry/app-logger.js';

/** How late people see that a connection has come into use. */
const WRITE_INTERVAL_MS = SECOND;
/** One that stays in use is written only when so many of these moments have passed. */
const MOMENTS_PER_FLUSH = 15;
/** Their rows are joined without an index, so that twice as many take four times as long. */
const ROWS_PER_STATEMENT = 200;
/** How often, when the process ends, what others have locked is tried again. */
const LAST_ATTEMPTS = 10;
const LAST_PAUSE_MS = 100;

/** Requests through one connection on one day that are not yet written. */
interface Count {
  connectionId: string;
  /** days since 1970, UTC */
  day: number;
  requests: number;
  /** the latest of them (epoch, ms) */
  lastAt: number;
}

/**
 * Records that a connection's tokens are used. No request waits for that: uses are noted in memory
 * and written in batches, within a second where the connection was not in use lately, so that people
 * see it, and otherwise within 15. A killed process loses what it has not written by then.
 */
@Injectable()
export class ConnectionUsage implements OnApplicationBootstrap, OnApplicationShutdown {
  /** How many connections are held at most, some 200 bytes each. */
  maxConnections = 100_000;

  /** What is in use, by connection; without requests: written, and not used since. */
  private readonly recent = new Map<string, Count>();
  /** Those of them that have come since the last write. */
  private fresh: Count[] = [];
  /** What could not be written, or belongs to a day that is over; by connection and day. */
  private readonly leftOver = new Map<string, Count>();
  /** Requests that were not counted, for want of room. */
  private lost = 0;
  private writes = 0;
  private written = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly pool: StatementPool,
    private readonly clock: Clock,
    private readonly logger: AppLogger,
  ) {}

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

  /** Counts one request, which waits for nothing. */
  record(connectionId: string): void {
    const at = this.clock.now().getTime();
    const day = Math.floor(at / DAY);
    const count = this.recent.get(connectionId) ?? this.begin(connectionId, day);
    if (!count) {
      this.lost += 1;
      return;
    }
    if (count.day !== day) {
      this.keep(take(count));
      count.day = day;
    }
    count.requests += 1;
    count.lastAt = at;
  }

  /** Writes the use of connections that were not in use lately. Never rejects. */
  writeFresh(): Promise<void> {
    return this.write(this.fresh.splice(0));
  }

  /** Writes everything that was counted so far. Never rejects: what is left is written later. */
  flush(): Promise<void> {
    this.fresh = [];
    const all = [...this.recent.values()];
    for (const { connectionId, requests } of all) {
      if (requests === 0) this.recent.delete(connectionId);
    }
    return this.write(all);
  }

  private begin(connectionId: string, day: number): Count | undefined {
    if (this.recent.size >= this.maxConnections) {
      // What is under way takes room, too, until it is written.
      if (this.writes > 0) return undefined;
      void this.flush();
      this.recent.clear();
    }
    const count = { connectionId, day, requests: 0, lastAt: 0 };
    this.recent.set(connectionId, count);
    this.fresh.push(count);
    if (this.fresh.length >= ROWS_PER_STATEMENT && this.writes === 0) void this.writeFresh();
    return count;
  }

  private keep(count: Count): void {
    if (count.requests === 0) return;
    const key = `${count.connectionId} ${count.day}`;
    const known = this.leftOver.get(key);
    if (known) {
      known.requests += count.requests;
      known.lastAt = Math.max(known.lastAt, count.lastAt);
    } else if (this.leftOver.size < this.maxConnections) this.leftOver.set(key, count);
    else this.lost += count.requests;
  }

  /** One write after the other, each with what could not be written before. */
  private write(counts: readonly Count[]): Promise<void> {
    const taken = counts.filter(({ requests }) => requests > 0).map(take);
    this.writes += 1;
    this.written = this.written.then(async () => {
      // What could not be written before comes last, and fails nothing else.
      const all = [...taken, ...this.leftOver.values()];
      this.leftOver.clear();
      for (const left of await this.send(all)) this.keep(left);
      this.reportLost();
      this.writes -= 1;
    });
    return this.written;
  }

  /** @returns what is left to be written later */
  private async send(counts: readonly Count[]): Promise<Count[]> {
    const left: Count[] = [];
    for (let start = 0; start < counts.length; start += ROWS_PER_STATEMENT) {
      try {
        left.push(...(await this.sendBatch(counts.slice(start, start + ROWS_PER_STATEMENT))));
      } catch (error) {
        this.logger.warn(`the use of connections cannot be written: ${(error as Error).message}`);
        return [...left, ...counts.slice(start)];
      }
    }
    return left;
  }

  /** @returns those whose connections are locked just now */
  private async sendBatch(counts: readonly Count[]): Promise<readonly Count[]> {
    const isIn = (rows: { id: string }[]) => {
      const ids = new Set(rows.map(({ id }) => id));
      return ({ connectionId }: Count) => ids.has(connectionId);
    };
    const isWritten = isIn(await this.pool.query('connection_usage', WRITE, toColumns(counts)));
    const left = counts.filter((count) => !isWritten(count));
    if (left.length === 0) return left;
    const ids = left.map(({ connectionId }) => connectionId);
    return left.filter(isIn(await this.pool.query('used_connections', STILL_THERE, [ids])));
  }

  private reportLost(): void {
    if (this.lost === 0) return;
    const requests = this.lost === 1 ? '1 request was' : `${this.lost} requests were`;
    this.logger.warn(`${requests} not counted as use: too many connections are in use at a time`);
    this.lost = 0;
  }
}

/**
 * Waits for nobody, so that nobody who wants another of these rows waits for it meanwhile: returns
 * the connections that were not locked by others. The first row of a day adds the `used` event of
 * that day, whichever node writes it.
 */
const WRITE = `
  WITH free AS MATERIALIZED (
    SELECT c.id, u.day, u.requests, u.last_at
    FROM unnest($1::uuid[], $2::date[], $3::integer[], $4::timestamptz[])
      AS u (connection_id, day, requests, last_at)
    JOIN connections c ON c.id = u.connection_id
    FOR NO KEY UPDATE OF c SKIP LOCKED
  ), touched AS (
    UPDATE connections c SET last_used_at = GREATEST(c.last_used_at, latest.at)
    FROM (SELECT id, max(last_at) AS at FROM free GROUP BY id) latest WHERE c.id = latest.id
  ), used AS (
    INSERT INTO connection_usage AS u (connection_id, day, requests)
    SELECT id, day, sum(requests) FROM free GROUP BY id, day
    ON CONFLICT (connection_id, day) DO UPDATE SET requests = u.requests + EXCLUDED.requests
    -- xmax is 0 on a row that was inserted, not updated.
    RETURNING u.connection_id, u.day, u.xmax = 0 AS first
  ), told AS (
    INSERT INTO connection_events (connection_id, at, type)
    SELECT free.id, min(free.last_at), 'used'
    FROM used JOIN free ON free.id = used.connection_id AND free.day = used.day
    WHERE used.first GROUP BY free.id, free.day ORDER BY free.id, free.day
  )
  SELECT id FROM free`;

/** Of those that were not free: the others have been deleted. */
const STILL_THERE = 'SELECT id FROM connections WHERE id = ANY ($1)';

function take(count: Count): Count {
  const taken = { ...count };
  count.requests = 0;
  return taken;
}

function toColumns(counts: readonly Count[]): unknown[][] {
  return [
    counts.map(({ connectionId }) => connectionId),
    counts.map(({ day }) => new Date(day * DAY).toISOString().slice(0, 10)),
    counts.map(({ requests }) => requests),
    counts.map(({ lastAt }) => new Date(lastAt).toISOString()),
  ];
}

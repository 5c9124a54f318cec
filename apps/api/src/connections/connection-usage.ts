import {
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Clock, DAY, MINUTE, SECOND } from '../config/clock.js';
import { preparedStatement } from '../database/prepared-statement.js';
import { AppLogger } from '../telemetry/app-logger.js';

const FLUSH_INTERVAL_MS = 15 * SECOND;
const ROWS_PER_STATEMENT = 1000;

/** Requests through one connection on one day that are not yet written. */
interface Count {
  connectionId: string;
  /** days since 1970, UTC */
  day: number;
  requests: number;
  /** the latest of them (epoch, ms) */
  lastAt: number;
}

interface Entry {
  count: Count;
  /** when this process last wrote the connection's use (epoch, ms) */
  writtenAt: number;
}

/**
 * Records that a connection's tokens are used. The first use in a minute is written at once, so
 * that people see it; the others are counted in memory, because a busy client must not cost the
 * database a write per request. A killed process loses at most that count.
 */
@Injectable()
export class ConnectionUsage implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly entries = new Map<string, Entry>();
  /** Counts of days that are over. */
  private readonly leftOver: Count[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly logger: AppLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.flush(), FLUSH_INTERVAL_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  /**
   * Counts one request. Never fails: what cannot be written now is written later.
   * @returns a promise if the use is written at once
   */
  record(connectionId: string): void | Promise<void> {
    const at = this.clock.now().getTime();
    const entry = this.entryOf(connectionId, at);
    entry.count.requests += 1;
    entry.count.lastAt = at;
    if (at - entry.writtenAt < MINUTE) return undefined;
    entry.writtenAt = at;
    return this.writeOrKeep([this.take(entry)]);
  }

  /** Writes everything that was counted so far. */
  async flush(): Promise<void> {
    const now = this.clock.now().getTime();
    const counts = this.leftOver.splice(0);
    for (const [connectionId, entry] of this.entries) {
      if (entry.count.requests > 0) counts.push(this.take(entry));
      else if (now - entry.writtenAt >= MINUTE) this.entries.delete(connectionId);
    }
    for (let start = 0; start < counts.length; start += ROWS_PER_STATEMENT) {
      await this.writeOrKeep(counts.slice(start, start + ROWS_PER_STATEMENT));
    }
  }

  private entryOf(connectionId: string, at: number): Entry {
    const day = Math.floor(at / DAY);
    let entry = this.entries.get(connectionId);
    if (!entry) {
      entry = { count: { connectionId, day, requests: 0, lastAt: at }, writtenAt: -Infinity };
      this.entries.set(connectionId, entry);
    } else if (entry.count.day !== day) {
      if (entry.count.requests > 0) this.leftOver.push(entry.count);
      entry.count = { connectionId, day, requests: 0, lastAt: at };
    }
    return entry;
  }

  private take(entry: Entry): Count {
    const taken = entry.count;
    entry.count = { ...taken, requests: 0 };
    return taken;
  }

  private async writeOrKeep(counts: Count[]): Promise<void> {
    try {
      await this.write(counts);
    } catch (error) {
      this.leftOver.push(...counts);
      this.logger.warn(`the use of connections cannot be written: ${(error as Error).message}`);
    }
  }

  /**
   * Connections are locked in the order of their ids, as everywhere, so that no two transactions
   * wait for each other, and before the statement that changes them, so that it sees nothing older
   * than the locks.
   */
  private async write(counts: Count[]): Promise<void> {
    const ids = [...new Set(counts.map(({ connectionId }) => connectionId))];
    if (ids.length === 1) {
      await write(this.dataSource, toColumns(counts));
      return;
    }
    await this.dataSource.transaction(async (tx) => {
      await tx.query('SELECT FROM connections WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE', [
        ids,
      ]);
      await tx.query(WRITE, toColumns(counts));
    });
  }
}

/** The first row of a day adds the `used` event of that day, whichever node writes it. */
const WRITE = `
  WITH counted AS (
    SELECT * FROM unnest($1::uuid[], $2::date[], $3::integer[], $4::timestamptz[])
      AS u (connection_id, day, requests, last_at)
  ), latest AS (
    SELECT connection_id, max(last_at) AS last_at FROM counted GROUP BY connection_id
  ), touched AS (
    UPDATE connections c SET last_used_at = GREATEST(c.last_used_at, l.last_at)
    FROM latest l WHERE c.id = l.connection_id
    RETURNING c.id
  ), used AS (
    INSERT INTO connection_usage AS u (connection_id, day, requests)
    SELECT c.connection_id, c.day, sum(c.requests)
    FROM counted c JOIN touched ON touched.id = c.connection_id
    GROUP BY c.connection_id, c.day ORDER BY c.connection_id, c.day
    ON CONFLICT (connection_id, day) DO UPDATE SET requests = u.requests + EXCLUDED.requests
    -- xmax is 0 on a row that was inserted, not updated.
    RETURNING u.connection_id, u.day, u.xmax = 0 AS first
  )
  INSERT INTO connection_events (connection_id, at, type)
  SELECT c.connection_id, min(c.last_at), 'used'
  FROM used JOIN counted c USING (connection_id, day)
  WHERE used.first GROUP BY c.connection_id, c.day ORDER BY c.connection_id, c.day`;

const write = preparedStatement('connection_usage', WRITE);

function toColumns(counts: readonly Count[]): unknown[][] {
  return [
    counts.map(({ connectionId }) => connectionId),
    counts.map(({ day }) => new Date(day * DAY).toISOString().slice(0, 10)),
    counts.map(({ requests }) => requests),
    counts.map(({ lastAt }) => new Date(lastAt).toISOString()),
  ];
}

import { Injectable } from '@nestjs/common';
import { Clock, DAY, toDay } from '../config/clock.js';
import { StatementPool } from '../database/statement-pool.js';
import { UseRecorder, type Uses } from '../database/use-recorder.js';
import { AppLogger } from '../telemetry/app-logger.js';

/** Of so many days people see the use of a connection. */
export const USAGE_DAYS = 30;

/**
 * Skips rows that others have locked, so as not to hold up those who want one of the rest: returns
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

/**
 * Records that a connection's tokens are used, and how often on each day. People see within a second
 * that a connection has come into use.
 */
@Injectable()
export class ConnectionUsage extends UseRecorder {
  maxConnections = 100_000;

  constructor(
    private readonly pool: StatementPool,
    clock: Clock,
    logger: AppLogger,
  ) {
    super(clock, logger, { things: 'connections', showsFirst: true });
  }

  protected get room(): number {
    return this.maxConnections;
  }

  /** @returns those whose connections are locked just now */
  protected async store(batch: readonly Uses[]): Promise<readonly Uses[]> {
    const isIn = (rows: { id: string }[]) => {
      const ids = new Set(rows.map(({ id }) => id));
      return ({ id }: Uses) => ids.has(id);
    };
    const isWritten = isIn(await this.pool.query('connection_usage', WRITE, toColumns(batch)));
    const left = batch.filter((uses) => !isWritten(uses));
    if (left.length === 0) return left;
    const ids = left.map(({ id }) => id);
    return left.filter(isIn(await this.pool.query('used_connections', STILL_THERE, [ids])));
  }
}

function toColumns(batch: readonly Uses[]): unknown[][] {
  return [
    batch.map(({ id }) => id),
    batch.map(({ day }) => toDay(new Date(day * DAY))),
    batch.map(({ count }) => count),
    batch.map(({ lastAt }) => new Date(lastAt).toISOString()),
  ];
}

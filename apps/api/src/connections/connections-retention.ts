import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Clock, DAY } from '../config/clock.js';

/** A year's history, and a month to ask questions about it. */
const HISTORY_MS = 400 * DAY;
/** Short statements: pruning must not hold up anybody. */
const ROWS_PER_STATEMENT = 5000;

/** Deletes what nobody needs any more. Safe to run on several nodes at once. */
@Injectable()
export class ConnectionsRetention {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** @returns how many rows were deleted */
  async prune(): Promise<{ events: number; usage: number; revocations: number }> {
    const now = this.clock.now();
    const horizon = new Date(now.getTime() - HISTORY_MS);
    return {
      events: await this.delete('connection_events', 'at < $1', horizon),
      usage: await this.delete('connection_usage', 'day < $1', horizon.toISOString().slice(0, 10)),
      revocations: await this.delete('revocations', 'expires_at < $1', now),
    };
  }

  private async delete(table: string, condition: string, limit: Date | string): Promise<number> {
    let total = 0;
    let deleted: number;
    do {
      [, deleted] = await this.dataSource.query(
        `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
           SELECT ctid FROM ${table} WHERE ${condition} LIMIT ${ROWS_PER_STATEMENT}
           FOR UPDATE SKIP LOCKED))`,
        [limit],
      );
      total += deleted;
    } while (deleted === ROWS_PER_STATEMENT);
    return total;
  }
}

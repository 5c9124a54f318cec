import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { BackgroundWork } from '../background/background-work.js';
import { Clock, DAY } from '../config/clock.js';
import { inWords } from '../config/in-words.js';
import { AfterCommit } from '../database/after-commit.js';
import { preparedStatement } from '../database/prepared-statement.js';
import type { FieldError } from '../http/api-error.js';
import { NOT_COVERED } from './connection-endings.js';
import { ConnectionMetrics } from './connection-metrics.js';

/** Longer than any access token lives, so that no token issued earlier claims a later end. */
export const SHORTEST_LIMIT_MS = DAY;
/** A year, and some room for clocks. */
export const LONGEST_LIMIT_MS = 400 * DAY;

/** @returns what is wrong with a moment at which a connection is to end by itself; null: nothing */
export function limitProblem(expiresAt: Date, now: Date): FieldError | null {
  const ms = expiresAt.getTime() - now.getTime();
  if (ms >= SHORTEST_LIMIT_MS && ms <= LONGEST_LIMIT_MS) return null;
  const message = `Choose a moment that is ${inWords(SHORTEST_LIMIT_MS)} to ${inWords(LONGEST_LIMIT_MS)} away, or null for no limit.`;
  return { field: 'expiresAt', code: 'out_of_range', message };
}

/** Access tokens carry whole seconds, and must say the same as the row. */
export function wholeSeconds(at: Date): Date {
  return new Date(Math.floor(at.getTime() / 1000) * 1000);
}

const ROWS_PER_BATCH = 1000;

const DUE = `c.revoked_at IS NULL AND c.expires_at <= $1`;

const dueInAccount = preparedStatement(
  'connections_due_in_account',
  `SELECT FROM connections c WHERE ${DUE} AND c.account_id = $2 LIMIT 1`,
);

/**
 * Records that connections have ended because their time was up. Tokens do not depend on it:
 * whatever accepts one compares the moment itself. Lists, histories and open pages do.
 */
@Injectable()
export class TimeLimits implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly background: BackgroundWork,
    private readonly afterCommit: AfterCommit,
    private readonly metrics: ConnectionMetrics,
  ) {}

  onModuleInit(): void {
    this.background.step({
      name: 'connections.time-limits',
      schedule: '* * * * *',
      run: (signal) => this.endDue(null, signal),
    });
  }

  /** Ends what is due, before an account's connections are shown or changed. */
  async settle(accountId: string): Promise<void> {
    const due = await dueInAccount(this.dataSource, [this.clock.now(), accountId]);
    if (due.length > 0) await this.endDue(accountId);
  }

  private async endDue(accountId: string | null, signal?: AbortSignal): Promise<number> {
    let all = 0;
    for (;;) {
      const ended = await this.batch(accountId);
      all += ended;
      if (ended < ROWS_PER_BATCH || signal?.aborted) return all;
    }
  }

  private batch(accountId: string | null): Promise<number> {
    return this.dataSource.transaction(async (tx) => {
      // Locked in the order of ids, as everywhere, and by a statement of its own: see the endings.
      const due: { id: string }[] = await tx.query(
        `SELECT c.id FROM connections c
          WHERE ${DUE} AND ($2::uuid IS NULL OR c.account_id = $2) AND ${NOT_COVERED}
          ORDER BY c.id LIMIT ${ROWS_PER_BATCH} FOR NO KEY UPDATE`,
        [this.clock.now(), accountId],
      );
      if (due.length === 0) return 0;
      await tx.query(END_IN_TIME, [due.map(({ id }) => id)]);
      this.afterCommit.run(tx, () => due.forEach(() => this.metrics.ended('expired')));
      return due.length;
    });
  }
}

/** For locked rows: they end when their time was up, not when that is recorded. */
export const END_IN_TIME = `
  WITH ended AS (
    UPDATE connections SET revoked_at = expires_at, revocation_reason = 'expired'
     WHERE id = ANY ($1) RETURNING id, revoked_at
  )
  INSERT INTO connection_events (connection_id, at, type, detail)
  SELECT id, revoked_at, 'revoked', 'expired' FROM ended ORDER BY id`;

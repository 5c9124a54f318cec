import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Clock, DAY } from '../config/clock.js';
import { ApiError } from '../http/api-error.js';
import { AuditLog } from './audit-log.js';

/** How many days people may be given until they have to have a second factor. */
export const GRACE_DAYS = [0, 7, 14, 30] as const;
export type GraceDays = (typeof GRACE_DAYS)[number];

export interface FactorRequirement {
  /** From then on nobody works without one; null: it is not required. */
  requiredFrom: Date | null;
  /** How many of the company are not disabled. */
  people: number;
  /** How many of these have a second factor. */
  withFactor: number;
  /** Whether the one who asks is among them. */
  own: boolean;
}

/** Condition that a user has an authenticator app that is set up, or a passkey. */
export const hasSecondFactor = (userId: string): string =>
  `(EXISTS (SELECT FROM second_factors app
             WHERE app.user_id = ${userId} AND app.confirmed_at IS NOT NULL)
    OR EXISTS (SELECT FROM passkeys key WHERE key.user_id = ${userId}))`;

/** What a company asks of its people: a second factor, which a passkey is as well as an app. */
@Injectable()
export class RequiredFactors {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  async find(by: { accountId: string; userId: string }): Promise<FactorRequirement> {
    const [found]: FactorRequirement[] = await this.dataSource.query(
      `SELECT a.second_factor_from AS "requiredFrom", count(u.id)::integer AS people,
              (count(*) FILTER (WHERE ${hasSecondFactor('u.id')}))::integer AS "withFactor",
              coalesce(bool_or(u.id = $2 AND ${hasSecondFactor('u.id')}), false) AS own
         FROM accounts a LEFT JOIN users u ON u.account_id = a.id AND u.status = 'active'
        WHERE a.id = $1 GROUP BY a.id`,
      [by.accountId, by.userId],
    );
    if (!found) throw new Error('a caller without a company');
    return found;
  }

  /**
   * Requires a second factor of everybody in the caller's company, or no longer.
   * @param graceDays how long people have time from now on; null: none is required
   * @throws ApiError conflict for a caller who has none, and would be the first to be kept out
   */
  async change(
    by: { accountId: string; userId: string },
    graceDays: GraceDays | null,
  ): Promise<void> {
    if (graceDays !== null && !(await this.find(by)).own) {
      throw new ApiError(
        'conflict',
        'Set up a passkey or an authenticator app for yourself first, under “Account and security”.',
      );
    }
    const at = this.clock.now();
    const to = graceDays === null ? null : new Date(at.getTime() + graceDays * DAY);
    await this.dataSource.transaction(async (tx) => {
      const [before]: { from: Date | null }[] = await tx.query(
        'SELECT second_factor_from AS "from" FROM accounts WHERE id = $1 FOR NO KEY UPDATE',
        [by.accountId],
      );
      const from = before?.from ?? null;
      if (from?.getTime() === to?.getTime()) return;
      await tx.query('UPDATE accounts SET second_factor_from = $2 WHERE id = $1', [
        by.accountId,
        to,
      ]);
      await this.audit.record(tx, {
        actorId: by.userId,
        action: 'second_factor_requirement_changed',
        subjectId: by.accountId,
        detail: { from, to },
        at,
      });
    });
  }
}

import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { BackgroundWork } from '../background/background-work.js';
import { Clock, DAY } from '../config/clock.js';
import { AuditLog } from '../users/audit-log.js';
import { Notices } from '../users/notices.js';
import { ACTIVE_USERS } from '../users/user-relations.js';
import { MAX_FAILURES_PER_EMAIL } from './sign-in-limits.js';

/** So long nobody is told again, and so far back failures count. */
export const ATTEMPTS_WITHIN_MS = DAY;

interface Attempts {
  userId: string;
  attempts: number;
  last: Date;
}

/**
 * Tells users by mail that somebody tries passwords for their account. Found afterwards in the audit
 * trail, and not at the sign-in, whose time would tell whether anybody has the address.
 */
@Injectable()
export class AttemptNotices implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly notices: Notices,
    private readonly audit: AuditLog,
    private readonly background: BackgroundWork,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.background.step({
      name: 'auth.attempt-notices',
      schedule: '* * * * *',
      run: () => this.tellAll(),
    });
  }

  /** @returns how many were told */
  private tellAll(): Promise<number> {
    const at = this.clock.now();
    return this.dataSource.transaction(async (tx) => {
      const found: Attempts[] = await tx.query(
        `WITH recent AS MATERIALIZED (
           SELECT subject_id, action, at, detail ->> 'reason' AS reason FROM audit_records
            WHERE at > $1 AND action IN ('sign_in_failed', 'signed_in', 'sign_in_attempts_told')
              AND subject_id IN (
                SELECT subject_id FROM audit_records WHERE at > $1 AND action = 'sign_in_failed'
                 GROUP BY subject_id HAVING count(*) >= $2)
         ), since AS (
           SELECT subject_id, max(at) FILTER (WHERE action = 'signed_in') AS signed_in,
                  bool_or(action = 'sign_in_attempts_told') AS told
             FROM recent GROUP BY subject_id
         )
         SELECT u.id AS "userId", count(*)::integer AS attempts, max(r.at) AS last
           FROM recent r JOIN since USING (subject_id) JOIN ${ACTIVE_USERS} u ON u.id = subject_id
          WHERE r.reason = 'wrong_password' AND r.at > coalesce(since.signed_in, '-infinity')
            AND NOT since.told
          GROUP BY u.id HAVING count(*) >= $2 ORDER BY u.id`,
        [new Date(at.getTime() - ATTEMPTS_WITHIN_MS), MAX_FAILURES_PER_EMAIL],
      );
      await this.notices.tellEach(
        tx,
        'sign-in-attempts',
        found.map(({ userId, attempts, last }) => {
          return { userId, data: { attempts, last: last.toISOString() } };
        }),
      );
      await this.audit.recordAll(
        tx,
        found.map(({ userId, attempts }) => ({
          ...{ actorId: null, action: 'sign_in_attempts_told' as const, subjectId: userId },
          ...{ detail: { attempts }, at },
        })),
      );
      return found.length;
    });
  }
}

import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { DEVELOPERS } from '../oauth-clients/client-developers.js';
import { hasSecondFactor } from '../users/required-factors.js';
import { ACTIVE_USERS } from '../users/user-relations.js';

/**
 * When user `u` of `ACTIVE_USERS` has to have a second factor: by the company's date, or at once where
 * the installation requires it of those who administer clients.
 * @param staff the parameter that says whether it does
 */
const dueOf = (staff: string): string =>
  `least(u.second_factor_from,
         CASE WHEN ${staff}::boolean
               AND (u.role = 'operator' OR EXISTS (SELECT FROM ${DEVELOPERS} d WHERE d.user_id = u.id))
              THEN to_timestamp(0) END)`;

/** Condition that user `u` works without a second factor although it is time to have one. */
export const lacksFactor = (now: string, staff: string): string =>
  `coalesce(${dueOf(staff)} <= ${now} AND NOT ${hasSecondFactor('u.id')}, false)`;

/** Who has to set up a second factor, and by when. */
@Injectable()
export class FactorDuty {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
  ) {}

  /** @returns null for a user who has one, or need not have one */
  async dueAt(userId: string): Promise<Date | null> {
    const [user]: { due: Date | null }[] = await this.dataSource.query(
      `SELECT ${dueOf('$2')} AS due FROM ${ACTIVE_USERS} u
        WHERE u.id = $1 AND NOT ${hasSecondFactor('u.id')}`,
      [userId, this.config.staffNeedSecondFactor],
    );
    return user?.due ?? null;
  }
}

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

/** Whether the installation requires it, of which nobody knows since when. */
export const isOfInstallation = (due: Date): boolean => due.getTime() === 0;

/** Condition that user `u` works without a second factor although it is time to have one. */
export const lacksFactor = (now: string, staff: string): string =>
  `coalesce(${dueOf(staff)} <= ${now} AND NOT ${hasSecondFactor('u.id')}, false)`;

/** What a user has to do before anything else, now or later, and what they may do. */
export interface Duties {
  /** When they have to have a second factor; null if they have one, or need not have one. */
  factorDueAt: Date | null;
  /** Somebody else has set their password. */
  passwordGiven: boolean;
  /** They have joined with a passkey, and may set their first password. */
  passwordMissing: boolean;
}

/** Who has to set up a second factor, and by when, and who has to choose a password. */
@Injectable()
export class FactorDuty {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
  ) {}

  async of(userId: string): Promise<Duties> {
    const [user]: Duties[] = await this.dataSource.query(
      `SELECT CASE WHEN NOT ${hasSecondFactor('u.id')} THEN ${dueOf('$2')} END AS "factorDueAt",
              u.password_given AS "passwordGiven", NOT u.password_chosen AS "passwordMissing"
         FROM ${ACTIVE_USERS} u WHERE u.id = $1`,
      [userId, this.config.staffNeedSecondFactor],
    );
    return user ?? { factorDueAt: null, passwordGiven: false, passwordMissing: false };
  }
}

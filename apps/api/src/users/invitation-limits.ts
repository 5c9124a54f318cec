import { Inject, Injectable } from '@nestjs/common';
import { createHmac } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { Clock, HOUR } from '../config/clock.js';
import { deriveKey } from '../config/config.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { tooManyAttempts } from '../http/attempt-limits.js';

export const INVITATION_WINDOW_MS = HOUR;
export const MAX_MAILS_PER_ACCOUNT = 200;
export const MAX_MAILS_PER_ADDRESS = 5;

/** Limits how many mails a company sends to strangers, so that nobody is flooded in its name. */
@Injectable()
export class InvitationLimits {
  private readonly key: Buffer;

  constructor(
    private readonly clock: Clock,
    @Inject(CONFIG) config: RuntimeConfig,
  ) {
    this.key = deriveKey(config.appSecret, 'invitations by e-mail address');
  }

  /** One request of a company at a time, so that the limits hold. */
  async lock(tx: EntityManager, accountId: string): Promise<void> {
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `invitations of ${accountId}`,
    ]);
  }

  /**
   * Counts mails that are about to be sent. The caller holds the lock of the account's invitations.
   * @param emails in lower case, each once
   * @throws ApiError too_many_attempts
   */
  async count(tx: EntityManager, accountId: string, emails: readonly string[]): Promise<void> {
    const now = this.clock.now();
    const since = new Date(now.getTime() - INVITATION_WINDOW_MS);
    const hashes = emails.map((email) => createHmac('sha256', this.key).update(email).digest());
    const [{ filled }]: [{ filled: Date | null }] = await tx.query(
      `SELECT greatest(
         (SELECT at FROM invitation_mails WHERE account_id = $1 AND at > $2
           ORDER BY at DESC OFFSET $3 LIMIT 1),
         (SELECT max(first) FROM (
           SELECT min(at) AS first FROM invitation_mails
            WHERE account_id = $1 AND at > $2 AND email_hash = ANY ($4)
            GROUP BY email_hash HAVING count(*) >= ${MAX_MAILS_PER_ADDRESS}) AS full_addresses)) AS filled`,
      [accountId, since, MAX_MAILS_PER_ACCOUNT - emails.length, hashes],
    );
    if (filled)
      throw tooManyAttempts(filled.getTime() + INVITATION_WINDOW_MS - now.getTime(), tooOften);
    await tx.query(
      `INSERT INTO invitation_mails (account_id, email_hash, at)
       SELECT $1, hash, $3 FROM unnest($2::bytea[]) AS hash`,
      [accountId, hashes, now],
    );
  }
}

const tooOften = (seconds: number): string =>
  `Your company has sent ${MAX_MAILS_PER_ACCOUNT} invitations in an hour, or ${MAX_MAILS_PER_ADDRESS} to one of these addresses. Nothing was sent. Try again in ${seconds} seconds.`;

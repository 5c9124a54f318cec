import { RevocationSet } from '@flixcheck/change-feed';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { Clock, HOUR, MINUTE } from '../config/clock.js';
import { AfterCommit } from '../database/after-commit.js';
import { ChangeFeed } from '../database/change-feed.js';
import { preparedStatement } from '../database/prepared-statement.js';
import { ApiError } from '../http/api-error.js';
import { AppLogger } from '../telemetry/app-logger.js';

const refusedAmong = preparedStatement<{ subject: string }>(
  'refused_among',
  'SELECT subject FROM revocations WHERE subject = ANY ($1) AND issued_before > $2 LIMIT 1',
);

/** A client that revokes its old access token at every refresh needs one an hour. */
export const MAX_REVOCATIONS_PER_HOUR = 600;

/**
 * Returns a row, and does nothing, if there are too many already; a repeated revocation does not
 * count.
 */
const REVOKE_ACCESS_TOKEN = `
  WITH crowded AS (
    SELECT revoked_at AS since FROM revocations
     WHERE oauth_client_id = $4 AND user_id = $5 AND revoked_at > $6
       AND NOT EXISTS (SELECT FROM revocations WHERE subject = $1)
     ORDER BY revoked_at DESC OFFSET ${MAX_REVOCATIONS_PER_HOUR - 1} LIMIT 1
  ), revoked AS (
    INSERT INTO revocations (subject, revoked_at, expires_at, oauth_client_id, user_id)
    SELECT $1, $2, $3, $4, $5 WHERE NOT EXISTS (SELECT FROM crowded)
    ON CONFLICT (subject) DO NOTHING
  )
  SELECT since FROM crowded`;

/**
 * What decides a moment reads the clock before it commits, and the clocks of nodes differ: tokens
 * issued up to this much later may date from before it. The database's triggers add the same.
 */
export const ISSUED_BEFORE_MARGIN_MS = MINUTE;

/**
 * What every node must refuse although its signature is good: connections, families of refresh
 * tokens, single access tokens, and what was issued before a moment to a client, for a user or
 * within an account. The change feed keeps the set complete, so that a request costs no read; while
 * the feed is down, each request asks the database.
 */
@Injectable()
export class Revocations {
  private readonly revoked: RevocationSet;

  constructor(
    private readonly feed: ChangeFeed,
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly afterCommit: AfterCommit,
    private readonly logger: AppLogger,
  ) {
    this.revoked = new RevocationSet(() => clock.now());
    feed.subscribe(this.revoked.subscription);
  }

  /**
   * Whether an access token is refused.
   * @param subjects everything that it belongs to, as `revocationSubjects` names it
   * @param issuedAt when it was issued (epoch, ms); left out: long ago
   * @returns at once while the feed is live
   * @throws ApiError service_unavailable when nobody can tell: never an acceptance
   */
  isRevoked(subjects: readonly string[], issuedAt = 0): boolean | Promise<boolean> {
    if (this.revoked.refuses(subjects, issuedAt)) return true;
    return this.feed.isLive() ? false : this.isRevokedInDatabase(subjects, issuedAt);
  }

  /**
   * As `isRevoked`, but always asks the database: for answers that others will rely on.
   * @throws ApiError service_unavailable
   */
  async isRevokedInDatabase(subjects: readonly string[], issuedAt = 0): Promise<boolean> {
    try {
      const rows = await refusedAmong(this.dataSource, [subjects, new Date(issuedAt)]);
      return rows.length > 0;
    } catch (error) {
      this.logger.warn(`revocations cannot be read: ${(error as Error).message}`);
      throw new ApiError('service_unavailable', 'The database cannot be reached; try again soon.', {
        retryAfterSeconds: 1,
      });
    }
  }

  /**
   * Whether a token that is issued now might be taken for one from before a moment that has been
   * decided, so that its issuer must look for that moment in the database.
   */
  get mayRefuseNewTokens(): boolean {
    return this.revoked.hasPassable || !this.feed.isLive();
  }

  /**
   * Revokes a single access token (RFC 7009), on every node. Each one takes memory on all nodes
   * until it has expired, so there is a limit on how many of one user's a client may revoke in an
   * hour.
   * @param expiresAt when the token expires by itself
   * @param holder whose token it is; left out, it is not counted
   * @returns when there is room again, if the token was not revoked because the limit is reached
   */
  async revokeAccessToken(
    jti: string,
    expiresAt: Date,
    holder?: { oauthClientId: string; userId: string },
  ): Promise<Date | undefined> {
    const now = this.clock.now();
    const until = new Date(Math.max(expiresAt.getTime(), now.getTime()) + HOUR);
    const [crowded]: { since: Date }[] = await this.dataSource.query(REVOKE_ACCESS_TOKEN, [
      jti,
      now,
      until,
      holder?.oauthClientId ?? null,
      holder?.userId ?? null,
      new Date(now.getTime() - HOUR),
    ]);
    if (crowded) return new Date(crowded.since.getTime() + HOUR);
    this.revoked.remember(jti);
    this.feed.tellOthers();
    return undefined;
  }

  /**
   * Makes this process refuse what it has itself revoked without waiting for the feed, and others look
   * at once.
   * @param tx what revokes; nothing happens before its commit, nor if it rolls back
   * @param at only what was issued before this moment and the margin; left out: everything
   */
  rememberAfterCommit(tx: EntityManager, subjects: readonly string[], at?: Date): void {
    if (subjects.length === 0) return;
    const issuedBefore = at && at.getTime() + ISSUED_BEFORE_MARGIN_MS;
    this.afterCommit.run(tx, () => {
      for (const subject of subjects) this.revoked.remember(subject, issuedBefore);
      this.feed.tellOthers();
    });
  }

  /** How many subjects this process refuses at present. */
  get size(): number {
    return this.revoked.size;
  }
}

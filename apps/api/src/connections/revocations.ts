import { RevocationSet } from '@flixcheck/change-feed';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { Clock, HOUR } from '../config/clock.js';
import { ChangeFeed } from '../database/change-feed.js';
import { preparedStatement } from '../database/prepared-statement.js';
import { ApiError } from '../http/api-error.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { AfterCommit } from './after-commit.js';

const revokedAmong = preparedStatement<{ subject: string }>(
  'revoked_among',
  'SELECT subject FROM revocations WHERE subject = ANY ($1) LIMIT 1',
);

/** A client that revokes each access token of a lineage when it refreshes needs one an hour. */
export const MAX_REVOCATIONS_PER_HOUR = 600;

/** Returns a row, and does nothing, where there are too many already; revoked again, it is none. */
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
 * What every node must refuse although its signature is good: connections, families of refresh
 * tokens, single access tokens. The change feed keeps the set complete, so that a request costs no
 * read; while the feed is down, each request asks the database.
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
   * Whether one of the subjects of an access token has been revoked.
   * @param subjects connection id, family id and `jti`
   * @returns at once while the feed is live
   * @throws ApiError service_unavailable when nobody can tell: never an acceptance
   */
  isRevoked(subjects: readonly string[]): boolean | Promise<boolean> {
    if (this.revoked.hasAny(subjects)) return true;
    return this.feed.isLive() ? false : this.isRevokedInDatabase(subjects);
  }

  /**
   * As `isRevoked`, but always asks the database: for answers that others will rely on.
   * @throws ApiError service_unavailable
   */
  async isRevokedInDatabase(subjects: readonly string[]): Promise<boolean> {
    try {
      const rows = await revokedAmong(this.dataSource, [subjects]);
      return rows.length > 0;
    } catch (error) {
      this.logger.warn(`revocations cannot be read: ${(error as Error).message}`);
      throw new ApiError('service_unavailable', 'The database cannot be reached; try again soon.', {
        retryAfterSeconds: 1,
      });
    }
  }

  /**
   * Revokes a single access token (RFC 7009), on every node. Each one takes up memory on all of them
   * until it has expired, so a client may revoke so many of one user's within an hour.
   * @param expiresAt when the token expires by itself
   * @param holder whose it is; nobody's are not counted
   * @returns from when on there is room again, where nothing was revoked because there is none
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
    return undefined;
  }

  /**
   * Makes this process refuse what it has itself revoked without waiting for the feed.
   * @param tx what revokes; nothing happens before its commit, nor if it rolls back
   */
  rememberAfterCommit(tx: EntityManager, subjects: readonly string[]): void {
    if (subjects.length === 0) return;
    this.afterCommit.run(tx, () => subjects.forEach((subject) => this.revoked.remember(subject)));
  }

  /** How many subjects this process refuses at present. */
  get size(): number {
    return this.revoked.size;
  }
}

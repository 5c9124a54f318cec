import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { Clock, HOUR, MINUTE, SECOND } from '../config/clock.js';
import { ChangeFeed, type FeedQuery } from '../database/change-feed.js';
import { ApiError } from '../http/api-error.js';
import { AppLogger } from '../http/app-logger.js';
import { AfterCommit } from './after-commit.js';

/** Longer than any access token lives (60 minutes) and clocks differ: as the database's triggers. */
const RETENTION_MS = 2 * HOUR;
/** Longer than a revoking transaction takes from reading the clock to its commit. */
const CATCH_UP_WINDOW_MS = 30 * SECOND;

interface Row {
  subject: string;
  expires_at: Date;
}

/**
 * What every node must refuse although its signature is good: connections, families of refresh
 * tokens, single access tokens. The change feed keeps the set complete, so that a request costs no
 * read (DESIGN: how a request flows, 5); while the feed is down, each request asks the database.
 */
@Injectable()
export class Revocations {
  /** subject → when no token of it can be alive any more (epoch, ms) */
  private readonly expiries = new Map<string, number>();
  private sweptAt = 0;

  constructor(
    private readonly feed: ChangeFeed,
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly afterCommit: AfterCommit,
    private readonly logger: AppLogger,
  ) {
    feed.subscribe({
      channel: 'revocations',
      onChange: (subject) => this.remember(subject),
      catchUp: (query, reconnected) => this.catchUp(query, reconnected),
    });
  }

  /**
   * Whether one of the subjects of an access token has been revoked.
   * @param subjects connection id, family id and `jti`
   * @returns at once while the feed is live
   * @throws ApiError service_unavailable when nobody can tell: never an acceptance
   */
  isRevoked(subjects: readonly string[]): boolean | Promise<boolean> {
    for (const subject of subjects) if (this.expiries.has(subject)) return true;
    return this.feed.isLive() ? false : this.isRevokedInDatabase(subjects);
  }

  /**
   * As `isRevoked`, but always asks the database: for answers that others will rely on.
   * @throws ApiError service_unavailable
   */
  async isRevokedInDatabase(subjects: readonly string[]): Promise<boolean> {
    try {
      const [{ revoked }] = await this.dataSource.query(
        'SELECT EXISTS (SELECT FROM revocations WHERE subject = ANY ($1)) AS revoked',
        [subjects],
      );
      return revoked;
    } catch (error) {
      this.logger.warn(`revocations cannot be read: ${(error as Error).message}`);
      throw new ApiError('service_unavailable', 'The database cannot be reached; try again soon.', {
        retryAfterSeconds: 1,
      });
    }
  }

  /**
   * Revokes a single access token (RFC 7009), on every node.
   * @param expiresAt when the token expires by itself
   */
  async revokeAccessToken(jti: string, expiresAt: Date): Promise<void> {
    const now = this.clock.now();
    const until = new Date(Math.max(expiresAt.getTime(), now.getTime()) + HOUR);
    await this.dataSource.query(
      `INSERT INTO revocations (subject, revoked_at, expires_at) VALUES ($1, $2, $3)
       ON CONFLICT (subject) DO NOTHING`,
      [jti, now, until],
    );
    this.remember(jti);
  }

  /**
   * Makes this process refuse what it has itself revoked without waiting for the feed.
   * @param tx what revokes; nothing happens before its commit, nor if it rolls back
   */
  rememberAfterCommit(tx: EntityManager, subjects: readonly string[]): void {
    if (subjects.length === 0) return;
    this.afterCommit.run(tx, () => subjects.forEach((subject) => this.remember(subject)));
  }

  /** How many subjects this process refuses at present. */
  get size(): number {
    return this.expiries.size;
  }

  private remember(subject: string): void {
    this.expiries.set(subject, this.clock.now().getTime() + RETENTION_MS);
  }

  private async catchUp(query: FeedQuery, reconnected: boolean): Promise<void> {
    const now = this.clock.now();
    const rows = reconnected
      ? await query<Row>('SELECT subject, expires_at FROM revocations WHERE expires_at > $1', [now])
      : await query<Row>(
          'SELECT subject, expires_at FROM revocations WHERE revoked_at > $1 AND expires_at > $2',
          [new Date(now.getTime() - CATCH_UP_WINDOW_MS), now],
        );
    for (const { subject, expires_at } of rows) this.expiries.set(subject, expires_at.getTime());
    this.sweep(now.getTime());
  }

  private sweep(now: number): void {
    if (Math.abs(now - this.sweptAt) < MINUTE) return;
    this.sweptAt = now;
    for (const [subject, expiry] of this.expiries) {
      if (expiry <= now) this.expiries.delete(subject);
    }
  }
}

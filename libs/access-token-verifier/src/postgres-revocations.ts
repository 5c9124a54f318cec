import { ChangeFeed, RevocationSet } from '@flixcheck/change-feed';
import { Pool } from 'pg';
import { type AccessTokenClaims, revocationSubjects } from './access-token.js';
import type { RevocationSource } from './verifier.js';

const QUERY_TIMEOUT_MS = 5000;

/**
 * Revocation for services that reach Flixcheck Connect's database: its feed, as the API's own
 * nodes use it, for connections, families, single tokens and signing keys. No read per request while
 * the feed is live; a query for each while it is not. A role with SELECT on `revocations` is enough.
 */
export class PostgresRevocations implements RevocationSource {
  private readonly revoked: RevocationSet;
  private readonly feed: ChangeFeed;
  private readonly pool: Pool;

  /** @param connectionString postgres://… */
  constructor(connectionString: string, now?: () => Date) {
    this.revoked = new RevocationSet(now);
    this.feed = new ChangeFeed({ connectionString, applicationName: 'access token verifier' });
    this.feed.subscribe(this.revoked.subscription);
    this.pool = new Pool({
      connectionString,
      max: 4,
      connectionTimeoutMillis: QUERY_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
    });
    // Without a listener, a restart of the database would end the process.
    this.pool.on('error', () => undefined);
  }

  /**
   * Resolves when the feed is live; if the database is unreachable it rejects, and keeps trying.
   */
  start(): Promise<void> {
    return this.feed.start();
  }

  async isRevoked(claims: AccessTokenClaims): Promise<boolean> {
    const subjects = revocationSubjects(claims);
    if (this.revoked.refuses(subjects, claims.issuedAt)) return true;
    if (this.feed.isLive()) return false;
    const { rows } = await this.pool.query<{ revoked: boolean }>(
      `SELECT EXISTS (
         SELECT FROM revocations WHERE subject = ANY ($1) AND issued_before > $2
       ) AS revoked`,
      [subjects, new Date(claims.issuedAt)],
    );
    return rows[0]?.revoked ?? true;
  }

  async close(): Promise<void> {
    await Promise.all([this.feed.close(), this.pool.end()]);
  }
}

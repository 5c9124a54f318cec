import type { FeedQuery, Subscription } from './change-feed.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** Longer than any access token lives (60 minutes) and clocks differ: as the database's triggers. */
const RETENTION_MS = 120 * MINUTE;
/** Longer than a revoking transaction takes from reading the clock to its commit. */
const CATCH_UP_WINDOW_MS = 30 * SECOND;

interface Row {
  subject: string;
  expires_at: Date;
}

/**
 * What was revoked while a token of it may still be alive: connections, refresh token families and
 * single access tokens, each by its id. A change feed keeps it complete.
 */
export class RevocationSet {
  /** subject → when no token of it can be alive any more (epoch, ms) */
  private readonly expiries = new Map<string, number>();
  private sweptAt = 0;

  /** @param now the current time; another one in tests */
  constructor(private readonly now: () => Date = () => new Date()) {}

  /** How the set is fed. */
  readonly subscription: Subscription<'revocations'> = {
    channel: 'revocations',
    onChange: (subject) => this.remember(subject),
    catchUp: (query, reconnected) => this.catchUp(query, reconnected),
  };

  get size(): number {
    return this.expiries.size;
  }

  hasAny(subjects: readonly string[]): boolean {
    for (const subject of subjects) if (this.expiries.has(subject)) return true;
    return false;
  }

  remember(subject: string): void {
    this.expiries.set(subject, this.now().getTime() + RETENTION_MS);
  }

  private async catchUp(query: FeedQuery, reconnected: boolean): Promise<void> {
    const now = this.now();
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

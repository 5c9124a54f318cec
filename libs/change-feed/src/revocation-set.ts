import type { FeedQuery, Subscription } from './subscriber.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/**
 * Longer than any access token lives and clocks differ, as in the database's triggers. A test of
 * the API compares it with both.
 */
export const REVOCATION_RETENTION_MS = 120 * MINUTE;
/** Longer than a revoking transaction takes from reading the clock to its commit. */
const CATCH_UP_WINDOW_MS = 30 * SECOND;

interface Row {
  /** Whatever was not committed when this was read has a transaction from this one on. */
  horizon: string;
  /** null in the one row that there is without any revocation */
  subject: string | null;
  expires_at: Date;
  /** The driver reads `infinity` as a number. */
  issued_before: Date | number;
}

/** On one snapshot: the horizon, and those revocations for which the condition holds. */
const readWhere = (condition: string): string => `
  SELECT horizon, subject, expires_at, issued_before
    FROM (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) snapshot
    LEFT JOIN revocations r ON ${condition}`;
const READ_ALL = readWhere('expires_at > $1');
/**
 * Written by a transaction from the horizon of the last read on: what that one has read is not read
 * again. The transaction of a row has the last 32 bits of its number, which go round.
 */
const READ_NEW = readWhere(`revoked_at > $1 AND expires_at > $2 AND
  (r.xmin::text::bigint - $3::bigint % 4294967296 + 4294967296) % 4294967296 < 2147483648`);

interface Entry {
  /** Tokens issued before are refused (epoch, ms); Infinity: all. */
  issuedBefore: number;
  /** When none of those can be alive any more (epoch, ms). */
  expiresAt: number;
}

/**
 * What is refused while a token of it may still be alive: connections, refresh token families,
 * single access tokens, and all that was issued to a client, for a user or within an account before
 * a moment, so that one entry ends any number of tokens. A change feed keeps it complete.
 */
export class RevocationSet {
  private readonly entries = new Map<string, Entry>();
  private sweptAt = 0;
  private horizon: string | undefined;
  /** Until then (epoch, ms) there may be an entry that newer tokens of its subject pass. */
  private passableUntil = 0;

  /** @param now the current time; replaced in tests */
  constructor(private readonly now: () => Date = () => new Date()) {}

  /** How the set is fed. */
  readonly subscription: Subscription<'revocations'> = {
    channel: 'revocations',
    onChange: (announcement) => this.hear(announcement),
    catchUp: (query, reconnected) => this.catchUp(query, reconnected),
  };

  get size(): number {
    return this.entries.size;
  }

  /** Whether there are entries that refuse only what was issued before some moment. */
  get hasPassable(): boolean {
    return this.passableUntil > this.now().getTime();
  }

  /**
   * Whether a token is refused.
   * @param subjects all that the token belongs to
   * @param issuedAt when it was issued (epoch, ms); left out: long ago
   */
  refuses(subjects: readonly string[], issuedAt = 0): boolean {
    for (const subject of subjects) {
      const entry = this.entries.get(subject);
      if (entry && issuedAt < entry.issuedBefore) return true;
    }
    return false;
  }

  /** @param issuedBefore epoch, ms; left out: whenever the token was issued */
  remember(subject: string, issuedBefore = Infinity): void {
    const from = Number.isFinite(issuedBefore) ? issuedBefore : this.now().getTime();
    this.set(subject, { issuedBefore, expiresAt: from + REVOCATION_RETENTION_MS });
  }

  /** As the database's triggers write it: the subject, and the moment where there is one. */
  private hear(announcement: string): void {
    const [, subject, moment] = /^(.*?)(?: (\d+))?$/.exec(announcement) ?? [];
    this.remember(subject ?? announcement, moment === undefined ? Infinity : Number(moment));
  }

  private set(subject: string, entry: Entry): void {
    const known = this.entries.get(subject);
    const issuedBefore = Math.max(known?.issuedBefore ?? 0, entry.issuedBefore);
    const expiresAt = Math.max(known?.expiresAt ?? 0, entry.expiresAt);
    this.entries.set(subject, { issuedBefore, expiresAt });
    if (Number.isFinite(issuedBefore)) {
      this.passableUntil = Math.max(this.passableUntil, expiresAt);
    }
  }

  private async catchUp(query: FeedQuery, reconnected: boolean): Promise<void> {
    const now = this.now();
    const rows =
      reconnected || this.horizon === undefined
        ? await query<Row>(READ_ALL, [now])
        : await query<Row>(READ_NEW, [
            new Date(now.getTime() - CATCH_UP_WINDOW_MS),
            now,
            this.horizon,
          ]);
    for (const { subject, expires_at, issued_before } of rows) {
      if (subject === null) continue;
      this.set(subject, { issuedBefore: Number(issued_before), expiresAt: expires_at.getTime() });
    }
    this.horizon = rows[0]?.horizon;
    this.sweep(now.getTime());
  }

  private sweep(now: number): void {
    if (Math.abs(now - this.sweptAt) < MINUTE) return;
    this.sweptAt = now;
    for (const [subject, { expiresAt }] of this.entries) {
      if (expiresAt <= now) this.entries.delete(subject);
    }
  }
}

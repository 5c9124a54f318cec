import { unseenBy } from './snapshot.js';
import type { FeedQuery, Subscription } from './subscriber.js';

const MINUTE = 60_000;
/**
 * Longer than any access token lives and clocks differ, as in the database's triggers. A test of
 * the API compares it with both.
 */
export const REVOCATION_RETENTION_MS = 120 * MINUTE;

interface Row {
  /** What was visible when this was read: the first transaction that was not, and those before it. */
  snapshot: string;
  /** null in the one row that there is without any revocation */
  subject: string | null;
  expires_at: Date;
  /** The driver reads `infinity` as a number. */
  issued_before: Date | number;
}

/** On one snapshot: what it shows, and those revocations for which the condition holds. */
const readWhere = (condition: string): string => `
  SELECT snapshot, subject, expires_at, issued_before
    FROM (SELECT pg_current_snapshot()::text AS snapshot) seen
    LEFT JOIN revocations r ON ${condition}`;
const READ_ALL = readWhere('expires_at > $1');
/**
 * Written by a transaction that the last read could not see: one that had not begun then, or one
 * that was under way, however long it took to commit. An index finds exactly those; the sum
 * keeps the database from taking the one on the expiry instead, which finds everything.
 */
const READ_NEW = readWhere(`expires_at + interval '0' > $1
  AND (written_by >= $2::xid8 OR written_by = ANY ($3::xid8[]))`);

/** A small number takes no memory of its own, unlike a time in milliseconds. */
const minuteAfter = (time: number): number => Math.ceil(time / MINUTE);

interface Passable {
  /** Tokens issued before are refused (epoch, ms). */
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
  /** What is refused whenever it was issued, and until when (epoch, minutes). */
  private readonly ended = new Map<string, number>();
  /** What is refused if it was issued early enough; none of them has ended. */
  private readonly narrowed = new Map<string, Passable>();
  private sweptAt = 0;
  private snapshot: string | undefined;
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
    return this.ended.size + this.narrowed.size;
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
      if (this.ended.has(subject)) return true;
      const entry = this.narrowed.get(subject);
      if (entry && issuedAt < entry.issuedBefore) return true;
    }
    return false;
  }

  /** @param issuedBefore epoch, ms; left out: whenever the token was issued */
  remember(subject: string, issuedBefore = Infinity): void {
    const from = Number.isFinite(issuedBefore) ? issuedBefore : this.now().getTime();
    this.set(subject, issuedBefore, from + REVOCATION_RETENTION_MS);
  }

  /** As the database's triggers write it: the subject, and the moment where there is one. */
  private hear(announcement: string): void {
    const [, subject, moment] = /^(.*?)(?: (\d+))?$/.exec(announcement) ?? [];
    this.remember(subject ?? announcement, moment === undefined ? Infinity : Number(moment));
  }

  private set(subject: string, issuedBefore: number, expiresAt: number): void {
    const end = this.ended.get(subject);
    const known = this.narrowed.get(subject);
    const last = Math.max(known?.expiresAt ?? 0, expiresAt);
    if (end !== undefined || !Number.isFinite(issuedBefore)) {
      this.ended.set(subject, Math.max(end ?? 0, minuteAfter(last)));
      this.narrowed.delete(subject);
      return;
    }
    const latest = Math.max(known?.issuedBefore ?? 0, issuedBefore);
    this.narrowed.set(subject, { issuedBefore: latest, expiresAt: last });
    this.passableUntil = Math.max(this.passableUntil, last);
  }

  private async catchUp(query: FeedQuery, reconnected: boolean): Promise<void> {
    const now = this.now();
    const rows =
      reconnected || this.snapshot === undefined
        ? await query<Row>(READ_ALL, [now])
        : await query<Row>(READ_NEW, [now, ...unseenBy(this.snapshot)]);
    for (const { subject, expires_at, issued_before } of rows) {
      if (subject === null) continue;
      this.set(subject, Number(issued_before), expires_at.getTime());
    }
    this.snapshot = rows[0]?.snapshot;
    this.sweep(now.getTime());
  }

  private sweep(now: number): void {
    if (Math.abs(now - this.sweptAt) < MINUTE) return;
    this.sweptAt = now;
    for (const [subject, minute] of this.ended) {
      if (minute * MINUTE <= now) this.ended.delete(subject);
    }
    for (const [subject, { expiresAt }] of this.narrowed) {
      if (expiresAt <= now) this.narrowed.delete(subject);
    }
  }
}

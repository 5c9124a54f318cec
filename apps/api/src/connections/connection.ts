import { DAY } from '../config/clock.js';
import type { RevocationReason } from './revocation-reasons.js';

export interface Ending {
  /** The user who does it; null for a client, the command line or a schedule. */
  actorId: string | null;
  reason: RevocationReason;
  at: Date;
}

export const CONNECTION_EVENT_TYPES = [
  'granted',
  'renewed',
  'narrowed',
  'token_issued',
  'refreshed',
  'used',
  'revoked',
  'reuse_detected',
  'refresh_refused',
  'grant_revoked',
  'limit_changed',
] as const;
export type ConnectionEventType = (typeof CONNECTION_EVENT_TYPES)[number];

export const CONNECTION_HEALTHS = ['ok', 'unused', 'dormant', 'refresh_refused', 'ended'] as const;
export type ConnectionHealth = (typeof CONNECTION_HEALTHS)[number];

/** A connection, as the other modules see it. */
export interface ConnectionRecord {
  readonly id: string;
  readonly oauthClientId: string;
  readonly userId: string;
  readonly accountId: string;
  readonly scope: string;
  /** The moment of the latest consent. */
  readonly grantedAt: Date;
  readonly lastUsedAt: Date | null;
  readonly lastRefreshRefusedAt: Date | null;
  /** When it ends by itself; null: never. */
  readonly expiresAt: Date | null;
  /** When an admin had granted what the latest consent is; null: the user has consented. */
  readonly advanceAt: Date | null;
  /** The admin. */
  readonly advanceBy: string | null;
  readonly revokedAt: Date | null;
  /** The user who ended it; null if it was not a user. */
  readonly revokedBy: string | null;
  readonly revocationReason: RevocationReason | null;
}

export const DORMANT_AFTER_MS = 90 * DAY;

/** How a connection is doing, for people: the first of these that applies. */
export function healthOf(connection: ConnectionRecord, now: Date): ConnectionHealth {
  const { grantedAt, lastUsedAt, lastRefreshRefusedAt, revokedAt } = connection;
  if (revokedAt) return 'ended';
  const lastGood = Math.max(grantedAt.getTime(), lastUsedAt?.getTime() ?? 0);
  if (lastRefreshRefusedAt && lastRefreshRefusedAt.getTime() > lastGood) return 'refresh_refused';
  if (now.getTime() - lastGood > DORMANT_AFTER_MS) return 'dormant';
  return lastUsedAt ? 'ok' : 'unused';
}

const LAST_GOOD = 'greatest(c.granted_at, c.last_used_at)';

/**
 * The condition under which an active connection `c` has this health, as `healthOf` finds it.
 * @param now returns an SQL expression for the present; called only if it is needed
 */
export function healthCondition(
  health: Exclude<ConnectionHealth, 'ended'>,
  now: () => string,
): string {
  const refused = `coalesce(c.last_refresh_refused_at > ${LAST_GOOD}, false)`;
  const dormant = () =>
    `${now()} - ${LAST_GOOD} > interval '${(DORMANT_AFTER_MS / DAY) * 24} hours'`;
  const used = 'c.last_used_at IS NOT NULL';
  switch (health) {
    case 'refresh_refused':
      return refused;
    case 'dormant':
      return `NOT ${refused} AND ${dormant()}`;
    case 'ok':
      return `NOT ${refused} AND NOT (${dormant()}) AND ${used}`;
    case 'unused':
      return `NOT ${refused} AND NOT (${dormant()}) AND NOT ${used}`;
  }
}

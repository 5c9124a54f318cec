import { splitScope } from '@flixcheck/oauth-protocol';
import { randomUUIDv7 } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { ENDINGS_SEEN } from './connection-endings.js';
import { wholeSeconds } from './time-limits.js';

/** What an admin has granted an application, so that its users are not asked. */
export interface AdvanceConsent {
  at: Date;
  /** Null once the admin's user has been deleted. */
  by: string | null;
}

export interface Consent {
  oauthClientId: string;
  userId: string;
  accountId: string;
  /** What is consented to now. */
  scope: string;
  /** When the connection ends by itself; null: never. Left out, one that is there keeps its end. */
  expiresAt?: Date | null | undefined;
  /** Whose consent it is, where it is not the user's. */
  advance?: AdvanceConsent | null;
  at: Date;
}

export interface GrantedConnection {
  id: string;
  /** What the connection allows from now on; the grant's own tokens have the grant's scope. */
  scope: string;
  grantedAt: Date;
  /** When it ends by itself; null: never. */
  expiresAt: Date | null;
  /** What it allowed before; null: the connection is new */
  formerScope: string | null;
}

/** A row that is locked. */
export interface ActiveRow {
  id: string;
  scope: string;
  grantedAt: Date;
  expiresAt: Date | null;
}

/** @returns null where the client has an active connection to the user by now */
export async function insertConnection(
  tx: EntityManager,
  consent: Consent,
): Promise<string | null> {
  const inserted: { id: string }[] = await tx.query(
    `INSERT INTO connections
       (id, oauth_client_id, user_id, account_id, scope, granted_at, expires_at, advance_for,
        advance_at, advance_by, endings_seen)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, ${ENDINGS_SEEN})
     ON CONFLICT (oauth_client_id, user_id) WHERE revoked_at IS NULL DO NOTHING
     RETURNING id`,
    [
      randomUUIDv7(),
      consent.oauthClientId,
      consent.userId,
      consent.accountId,
      consent.scope,
      consent.at,
      endOf(consent),
      ...advanceValues(consent.advance ?? null, consent.at),
    ],
  );
  return inserted[0]?.id ?? null;
}

/**
 * `advance_for`, `advance_at` and `advance_by`. They count while `advance_for` is `granted_at`: a
 * consent of the person ends that, even on a node that does not know these columns.
 */
export function advanceValues(advance: AdvanceConsent | null, grantedAt: Date) {
  return advance ? [grantedAt, advance.at, advance.by] : [null, null, null];
}

/** What was left out stays as it is. */
export function endOf({ expiresAt }: Consent, before?: ActiveRow): Date | null {
  if (expiresAt === undefined) return before?.expiresAt ?? null;
  return expiresAt && wholeSeconds(expiresAt);
}

export function sameScope(one: string, other: string): boolean {
  return splitScope(one).sort().join(' ') === splitScope(other).sort().join(' ');
}

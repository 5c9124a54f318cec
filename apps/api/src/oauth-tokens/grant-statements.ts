import type { RefreshToken } from '@flixcheck/oauth-protocol';
import { hashSecret } from '@flixcheck/oauth-protocol';
import type { DataSource } from 'typeorm';
import { preparedStatement } from '../database/prepared-statement.js';

/**
 * The two statements that every token comes from. Each is one round trip and one transaction, with
 * the rules of the grant in its WHERE: no row means that a rule was broken, and the caller asks
 * why afterwards. They are the one place that touches the tables of three modules at once
 * (docs/adr/0006): split up, each rule would have to be checked and locked on its own.
 */

export interface GrantedRow {
  familyId: string;
  connectionId: string;
  userId: string;
  accountId: string;
  scope: string;
}

/** What a code gave, and how many older lineages had to make room for it. */
export interface RedeemedRow extends GrantedRow {
  superseded: number;
}

/**
 * So many lineages of one connection live at a time; one more ends the one that has not been used
 * for the longest. A client that connects its user anew three times a day stays below.
 */
export const MAX_LINEAGES = 100;

export interface RedeemInput {
  codeHash: Buffer;
  oauthClientId: string;
  redirectUri: string | undefined;
  /** The S256 challenge of the verifier that was sent. */
  codeChallenge: string | undefined;
  family: { id: string; token: RefreshToken; expiresAt: Date };
  now: Date;
}

const redeem = preparedStatement<RedeemedRow>(
  'redeem_code',
  `WITH redeemed AS (
     UPDATE authorization_codes code
        SET redeemed_at = $3, family_id = $6
       FROM connections c
      WHERE code.code_hash = $1
        AND c.id = code.connection_id
        AND c.oauth_client_id = $2
        AND c.revoked_at IS NULL
        AND code.redeemed_at IS NULL
        AND code.expires_at > $3
        AND ($4::text IS NULL OR code.redirect_uri = $4)
        AND code.code_challenge IS NOT DISTINCT FROM $5::text
     RETURNING code.connection_id, code.scope, c.user_id, c.account_id
   ), superseded AS (
     UPDATE refresh_token_families
        SET ended_at = $3, end_reason = 'superseded'
      WHERE ended_at IS NULL AND id IN (
        SELECT other.id FROM refresh_token_families other
          JOIN redeemed ON redeemed.connection_id = other.connection_id
         WHERE other.ended_at IS NULL AND other.expires_at > $3
         ORDER BY coalesce(other.rotated_at, other.created_at) DESC, other.id
        OFFSET ${MAX_LINEAGES - 1})
     RETURNING connection_id
   ), farewell AS (
     INSERT INTO connection_events (connection_id, at, type, detail)
     SELECT connection_id, $3, 'grant_revoked', 'superseded' FROM superseded
   ), family AS (
     INSERT INTO refresh_token_families
            (id, connection_id, handle_hash, scope, generation, current_hash, created_at, expires_at)
     SELECT $6, connection_id, $7, scope, 1, $8, $3, $9 FROM redeemed
   ), event AS (
     INSERT INTO connection_events (connection_id, at, type, scope)
     SELECT connection_id, $3, 'token_issued', scope FROM redeemed
   )
   SELECT $6::uuid AS "familyId", connection_id AS "connectionId", user_id AS "userId",
          account_id AS "accountId", scope,
          (SELECT count(*)::integer FROM superseded) AS superseded
     FROM redeemed`,
);

/** Uses the code up and opens its refresh token family, or does nothing and returns undefined. */
export async function redeemCode(
  dataSource: DataSource,
  input: RedeemInput,
): Promise<RedeemedRow | undefined> {
  const rows = await redeem(dataSource, [
    input.codeHash,
    input.oauthClientId,
    input.now,
    input.redirectUri ?? null,
    input.codeChallenge ?? null,
    input.family.id,
    hashHandle(input.family.token),
    hashRefreshToken(input.family.token),
    input.family.expiresAt,
  ]);
  return rows[0];
}

export interface RotateInput {
  presented: RefreshToken;
  successor: RefreshToken;
  oauthClientId: string;
  /** Whether the scope asked for needs `readwrite`; `read` is part of every grant. */
  needsReadwrite: boolean;
  expiresAt: Date;
  now: Date;
}

const rotate = preparedStatement<GrantedRow>(
  'rotate_refresh_token',
  `WITH rotated AS (
     UPDATE refresh_token_families family
        SET previous_hash = family.current_hash,
            current_hash = $3,
            rotated_at = $4,
            expires_at = $5,
            generation = family.generation + 1
       FROM connections c
      WHERE family.handle_hash = $1
        AND family.current_hash = $2
        AND family.ended_at IS NULL
        AND family.expires_at > $4
        AND (NOT $7 OR 'readwrite' = ANY (string_to_array(family.scope, ' ')))
        AND c.id = family.connection_id
        AND c.oauth_client_id = $6
        AND c.revoked_at IS NULL
     RETURNING family.id, family.connection_id, family.scope, c.user_id, c.account_id
   ), event AS (
     INSERT INTO connection_events (connection_id, at, type, scope)
     SELECT connection_id, $4, 'refreshed', scope FROM rotated
   )
   SELECT id AS "familyId", connection_id AS "connectionId", user_id AS "userId",
          account_id AS "accountId", scope
     FROM rotated`,
);

/** Puts the successor in the place of the current token, or does nothing and returns undefined. */
export async function rotateRefreshToken(
  dataSource: DataSource,
  input: RotateInput,
): Promise<GrantedRow | undefined> {
  const rows = await rotate(dataSource, [
    hashHandle(input.presented),
    hashRefreshToken(input.presented),
    hashRefreshToken(input.successor),
    input.now,
    input.expiresAt,
    input.oauthClientId,
    input.needsReadwrite,
  ]);
  return rows[0];
}

export function hashHandle(token: RefreshToken): Buffer {
  return hashSecret(token.handle.toString('base64url'));
}

export function hashRefreshToken(token: RefreshToken): Buffer {
  return hashSecret(token.value);
}

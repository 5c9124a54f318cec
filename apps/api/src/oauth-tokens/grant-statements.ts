import type { RefreshToken } from '@flixcheck/oauth-protocol';
import { hashSecret } from '@flixcheck/oauth-protocol';
import type { DataSource } from 'typeorm';
import { NOT_COVERED } from '../connections/connections.service.js';
import { preparedStatement } from '../database/prepared-statement.js';

/**
 * The two statements that every token comes from. Each is one round trip and one transaction, with
 * the rules of the grant in its WHERE: no row means that a rule was broken, and the caller asks
 * why afterwards. They are the only place that touches the tables of three modules at once
 * (docs/adr/0006): split up, each rule would need its own check and lock.
 */

export interface GrantedRow {
  familyId: string;
  connectionId: string;
  userId: string;
  accountId: string;
  /** What the user consented to when the tokens were granted. */
  scope: string;
  /** What the connection allows now. */
  connectionScope: string;
  /** What the client is registered for now; null where the caller's own view is as good. */
  clientScope: string | null;
  /**
   * Access tokens of the connection that seem older are refused; null where there is no such
   * moment.
   */
  notBefore: Date | null;
}

/** What a code resulted in, and how many older lineages were ended to make room. */
export interface RedeemedRow extends GrantedRow {
  superseded: number;
}

/**
 * How many lineages a connection may have; one more ends the one that has not been used for the
 * longest. A client that connects its user again three times a day stays below.
 */
export const MAX_LINEAGES = 100;

/** Whatever limits the tokens of a connection beside their own grant. */
export type Limits = Pick<GrantedRow, 'connectionScope' | 'clientScope' | 'notBefore'>;

/** What every grant says of itself. */
interface GrantInput {
  oauthClientId: string;
  /** The client's public name. */
  clientId: string;
  /** Whether a moment may have been decided that new tokens must not seem older than. */
  lookForNotBefore: boolean;
  now: Date;
}

/**
 * What limits tokens of the connection `c`. The latest moment before which its tokens are refused
 * is read on the same snapshot as the scopes: a token is either issued under what was decided then,
 * or seems older and is refused.
 */
const limits = (lookForNotBefore: string, clientId: string): string => `
  c.scope AS connection_scope,
  CASE WHEN ${lookForNotBefore} THEN (
    SELECT array_to_string(scopes, ' ') FROM oauth_clients WHERE id = c.oauth_client_id
  ) END AS client_scope,
  CASE WHEN ${lookForNotBefore} THEN (
    SELECT max(r.issued_before) FROM revocations r
     WHERE r.issued_before < 'infinity' AND r.subject = ANY (ARRAY[
       c.id::text, 'user:' || c.user_id, 'client:' || ${clientId}, 'account:' || c.account_id,
       'account:' || c.account_id || '+client:' || ${clientId}])
  ) END AS not_before`;

const LIMITS = `connection_scope AS "connectionScope", client_scope AS "clientScope",
          not_before AS "notBefore"`;

export interface RedeemInput extends GrantInput {
  codeHash: Buffer;
  redirectUri: string | undefined;
  /** The S256 challenge of the verifier that was sent. */
  codeChallenge: string | undefined;
  family: { id: string; token: RefreshToken; expiresAt: Date };
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
        AND ${NOT_COVERED}
        AND code.redeemed_at IS NULL
        AND code.expires_at > $3
        AND ($4::text IS NULL OR code.redirect_uri = $4)
        AND code.code_challenge IS NOT DISTINCT FROM $5::text
     RETURNING code.connection_id, code.scope, c.user_id, c.account_id,
               ${limits('$10::boolean', '$11::text')}
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
          account_id AS "accountId", scope, ${LIMITS},
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
    input.lookForNotBefore,
    input.clientId,
  ]);
  return rows[0];
}

export interface RotateInput extends GrantInput {
  presented: RefreshToken;
  successor: RefreshToken;
  /** For each scope asked for, the scopes that allow it; grant and connection need one of each. */
  needed: readonly (readonly string[])[];
  expiresAt: Date;
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
        AND ($7::text[] IS NULL OR NOT EXISTS (
          SELECT FROM unnest($7::text[]) AS need (any_of)
           WHERE NOT string_to_array(family.scope, ' ') && string_to_array(need.any_of, ' ')
              OR NOT string_to_array(c.scope, ' ') && string_to_array(need.any_of, ' ')))
        AND c.id = family.connection_id
        AND c.oauth_client_id = $6
        AND c.revoked_at IS NULL
        AND ${NOT_COVERED}
     RETURNING family.id, family.connection_id, family.scope, c.user_id, c.account_id,
               ${limits('$8::boolean', '$9::text')}
   ), event AS (
     INSERT INTO connection_events (connection_id, at, type, scope)
     SELECT connection_id, $4, 'refreshed', scope FROM rotated
   )
   SELECT id AS "familyId", connection_id AS "connectionId", user_id AS "userId",
          account_id AS "accountId", scope, ${LIMITS}
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
    input.needed.length === 0 ? null : input.needed.map((anyOf) => anyOf.join(' ')),
    input.lookForNotBefore,
    input.clientId,
  ]);
  return rows[0];
}

export function hashHandle(token: RefreshToken): Buffer {
  return hashSecret(token.handle.toString('base64url'));
}

export function hashRefreshToken(token: RefreshToken): Buffer {
  return hashSecret(token.value);
}

const limitsOfConnection = preparedStatement<Limits>(
  'limits_of_connection',
  `SELECT ${LIMITS} FROM (
     SELECT ${limits('true', '$2::text')} FROM connections c
      WHERE c.id = $1 AND c.revoked_at IS NULL AND ${NOT_COVERED}
   ) limits`,
);

/** What limits the tokens of a connection, on one snapshot; undefined where it has ended. */
export async function findLimits(
  dataSource: DataSource,
  connectionId: string,
  clientId: string,
): Promise<Limits | undefined> {
  const [row] = await limitsOfConnection(dataSource, [connectionId, clientId]);
  return row;
}

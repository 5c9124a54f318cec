import type { RefreshToken } from '@flixcheck/oauth-protocol';
import type { DataSource } from 'typeorm';
import { REFUSALS, type RefusalReason } from '../account-policy/account-policy.js';
import { activeAt } from '../connections/connection-endings.js';
import { preparedStatement } from '../database/prepared-statement.js';
import { type Explain, OAuthError } from '../http/api-error.js';
import type { FailureReason } from '../http/failure-reasons.js';
import { explanation } from '../oauth-clients/request-explanation.js';
import type { TokenRequest } from './oauth-tokens.dto.js';

/**
 * A way to get tokens (RFC 6749 §4): one statement with its rules in the WHERE, which touches the
 * tables of several modules so that nothing is locked twice (docs/adr/0006). No row means that a rule
 * was broken, and only then does the grant ask which.
 */
export interface Grant {
  /** @throws OAuthError */
  grant(request: TokenRequest): Promise<Granted>;
}

/** What a grant results in; `TokenGrants` turns it into the answer. */
export interface Granted {
  row: GrantedRow;
  refreshToken: RefreshToken;
  /** The `scope` of a refresh, which narrows the access token; the grant has found it allowed. */
  askedScope?: string | undefined;
}

/** What the statement of a grant returns. */
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
  /** When the connection ends by itself; null: never. */
  expiresAt: Date | null;
}

/** Whatever limits the tokens of a connection beside their own grant. */
export type Limits = Pick<
  GrantedRow,
  'connectionScope' | 'clientScope' | 'notBefore' | 'expiresAt'
>;

/**
 * What limits tokens of the connection `c` beside its scope and its end, where that is looked for.
 * The latest moment before which its tokens are refused
 * is read on the same snapshot as the scopes: a token is either issued under what was decided then,
 * or seems older and is refused.
 */
export const selectLimits = (lookForMore: boolean, clientId: string): string => `
  c.scope AS connection_scope, c.expires_at AS connection_expires_at,
  ${lookForMore ? `(${REGISTERED_SCOPE})` : 'NULL::text'} AS client_scope,
  ${lookForMore ? `(${notBefore(clientId)})` : 'NULL::timestamptz'} AS not_before`;

const REGISTERED_SCOPE = `
  SELECT array_to_string(scopes, ' ') FROM oauth_clients WHERE id = c.oauth_client_id`;

const notBefore = (clientId: string): string => `
  SELECT max(r.issued_before) FROM revocations r
   WHERE r.issued_before <> 'infinity' AND r.subject = ANY (ARRAY[
     c.id::text, 'user:' || c.user_id, 'client:' || ${clientId}, 'account:' || c.account_id,
     'account:' || c.account_id || '+client:' || ${clientId}])`;

/** The same as the fields of `Limits`. */
export const LIMIT_COLUMNS = `connection_scope AS "connectionScope", client_scope AS "clientScope",
          not_before AS "notBefore", connection_expires_at AS "expiresAt"`;

const limitsOfConnection = preparedStatement<Limits>(
  'limits_of_connection',
  `SELECT ${LIMIT_COLUMNS} FROM (
     SELECT ${selectLimits(true, '$2::text')} FROM connections c
      WHERE c.id = $1 AND ${activeAt('$3::timestamptz')}
   ) limits`,
);

/** What limits the tokens of a connection, on one snapshot; undefined where it has ended. */
export async function findLimits(
  dataSource: DataSource,
  connectionId: string,
  clientId: string,
  now: Date,
): Promise<Limits | undefined> {
  const [row] = await limitsOfConnection(dataSource, [connectionId, clientId, now]);
  return row;
}

/** @param endedAt null: it is ending just now */
export function connectionEnded(endedAt: Date | null): OAuthError {
  return invalidGrant(
    'connection_ended',
    'The connection has been ended. Send the user to the authorize page again.',
    () => endedAt && explanation('connection_ended', { endedAt: endedAt.toISOString() }),
  );
}

/** RFC 6749 §5.2 knows no `access_denied`; what helps is the authorize page, which says why. */
export function clientNotAllowed(refusal: RefusalReason): OAuthError {
  const { reason, detail } = REFUSALS[refusal];
  return invalidGrant(reason, `${detail} Send the user to the authorize page, which says so too.`);
}

export const invalidGrant = (
  reason: FailureReason,
  description: string,
  explain?: Explain,
): OAuthError =>
  new OAuthError('invalid_grant', reason, description, explain === undefined ? {} : { explain });

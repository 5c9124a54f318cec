import { limitScope, narrowScope, type RefreshToken } from '@flixcheck/oauth-protocol';
import { Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { REFUSAL_LOG, type RefusalReason } from '../account-policy/account-policy.js';
import { activeAt } from '../connections/connections.service.js';
import { Revocations } from '../connections/revocations.js';
import { preparedStatement } from '../database/prepared-statement.js';
import { type Explain, OAuthError } from '../http/api-error.js';
import type { FailureReason } from '../http/failure-reasons.js';
import type { AuthenticatedRequest } from '../oauth-clients/client-request.js';
import { explanation } from '../oauth-clients/request-explanation.js';
import { AccessTokens } from './access-tokens.js';
import { REFRESH_TOKEN_IDLE_MS } from './token-rules.js';

// What all grants have in common: what they are sent, what limits them, and what they answer.

/**
 * What the token, revocation and introspection endpoints may be sent: one list for all of them, so
 * that a parameter which comes twice is refused wherever it comes.
 */
export const TOKEN_PARAMETERS = {
  parameters: [
    'grant_type',
    'code',
    'redirect_uri',
    'code_verifier',
    'refresh_token',
    'scope',
    'resource',
    'token',
    'token_type_hint',
  ],
  anyOf: ['grant_type', 'token'],
  // RFC 8707 §2.
  repeatable: ['resource'],
  // An unknown token is no error, however long it is (RFC 7009 §2.2, RFC 7662 §2.2).
  ofAnyLength: ['token'],
} as const;

export type TokenRequest = AuthenticatedRequest<(typeof TOKEN_PARAMETERS.parameters)[number]>;

/** RFC 6749 §5.1. */
export interface TokenResponse {
  access_token: string;
  token_type: 'Bearer';
  expires_in: number;
  refresh_token: string;
  scope: string;
}

/**
 * A way to get tokens (RFC 6749 §4): one statement with its rules in the WHERE, which touches the
 * tables of several modules so that nothing is locked twice (docs/adr/0006). No row means that a rule
 * was broken, and only then the grant asks which.
 */
export interface Grant {
  /** @throws OAuthError */
  grant(request: TokenRequest): Promise<TokenResponse>;
}

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

/** What every grant says of itself. */
export interface GrantInput {
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
export const limits = (lookForNotBefore: string, clientId: string): string => `
  c.scope AS connection_scope, c.expires_at AS connection_expires_at,
  CASE WHEN ${lookForNotBefore} THEN (
    SELECT array_to_string(scopes, ' ') FROM oauth_clients WHERE id = c.oauth_client_id
  ) END AS client_scope,
  CASE WHEN ${lookForNotBefore} THEN (
    SELECT max(r.issued_before) FROM revocations r
     WHERE r.issued_before <> 'infinity' AND r.subject = ANY (ARRAY[
       c.id::text, 'user:' || c.user_id, 'client:' || ${clientId}, 'account:' || c.account_id,
       'account:' || c.account_id || '+client:' || ${clientId}])
  ) END AS not_before`;

export const LIMITS = `connection_scope AS "connectionScope", client_scope AS "clientScope",
          not_before AS "notBefore", connection_expires_at AS "expiresAt"`;

const limitsOfConnection = preparedStatement<Limits>(
  'limits_of_connection',
  `SELECT ${LIMITS} FROM (
     SELECT ${limits('true', '$2::text')} FROM connections c
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

/** How every grant begins and ends. */
@Injectable()
export class Grants {
  constructor(
    private readonly accessTokens: AccessTokens,
    private readonly revocations: Revocations,
  ) {}

  /** What the statement of a grant has to know of its request. */
  inputOf({ client, at }: TokenRequest): GrantInput {
    return {
      oauthClientId: client.id,
      clientId: client.clientId,
      lookForNotBefore: this.revocations.mayRefuseNewTokens,
      now: at,
    };
  }

  /**
   * The answer to a grant that has been made.
   * @param asked the `scope` of a refresh; the grant's statement has found it allowed
   * @throws OAuthError invalid_scope when nothing is allowed any more
   */
  respond(
    { client: { clientId, scopes }, at }: TokenRequest,
    granted: GrantedRow,
    refreshToken: RefreshToken,
    asked?: string,
  ): TokenResponse {
    const { connectionScope, clientScope } = granted;
    const registered = clientScope ?? scopes.join(' ');
    const allowed = limitScope(granted.scope, connectionScope, registered);
    const scope = narrowScope(asked, allowed);
    if (!scope.ok || scope.scope === '') throw nothingLeft();
    const subject = { ...granted, clientId, scope: scope.scope };
    const { accessToken, expiresIn } = this.accessTokens.issue(subject, at);
    return {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: expiresIn,
      refresh_token: refreshToken.value,
      scope: scope.scope,
    };
  }
}

function nothingLeft(): OAuthError {
  return new OAuthError(
    'invalid_scope',
    'scope_no_longer_allowed',
    'Nothing that the user granted is still allowed to this client. Ask the operator which scopes the client is registered for.',
  );
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
  const { reason, detail } = REFUSAL_LOG[refusal];
  return invalidGrant(reason, `${detail} Send the user to the authorize page, which says so too.`);
}

export const invalidGrant = (
  reason: FailureReason,
  description: string,
  explain?: Explain,
): OAuthError =>
  new OAuthError('invalid_grant', reason, description, explain === undefined ? {} : { explain });

export function idlesOutAt(at: Date): Date {
  return new Date(at.getTime() + REFRESH_TOKEN_IDLE_MS);
}

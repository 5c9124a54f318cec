import {
  limitScope,
  narrowScope,
  type RefreshToken,
  resolveRequestedScope,
  SCOPES,
  scopesAllowing,
  splitScope,
} from '@flixcheck/oauth-protocol';
import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { AccountPolicyStore } from '../account-policy/account-policy-store.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { inWords } from '../config/in-words.js';
import type { ConnectionRecord } from '../connections/connection.js';
import { activeAndOf } from '../connections/connection-endings.js';
import { ConnectionHistory } from '../connections/connection-history.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { Revocations } from '../connections/revocations.js';
import { SharedStatement } from '../database/shared-statement.js';
import { StatementPool } from '../database/statement-pool.js';
import { type Explain, type Explanation, OAuthError } from '../http/api-error.js';
import { requireParameter } from '../oauth-clients/client-request.js';
import type { OAuthClient } from '../oauth-clients/oauth-clients.service.js';
import { explanation } from '../oauth-clients/request-explanation.js';
import { RequestLog } from '../oauth-clients/request-log.js';
import {
  clientNotAllowed,
  connectionEnded,
  findLimits,
  type Grant,
  type Granted,
  type GrantedRow,
  invalidGrant,
  LIMIT_COLUMNS,
  type Limits,
  selectLimits,
} from './grant.js';
import type { TokenRequest } from './oauth-tokens.dto.js';
import {
  type LocatedRefreshToken,
  MAX_FAMILIES,
  RefreshTokenFamilies,
} from './refresh-token-families.js';
import { hashHandle, hashRefreshToken, idlesOutAt, RefreshTokens } from './refresh-tokens.js';
import { TokenMetrics } from './token-metrics.js';
import { REFRESH_RETRY_MS, REFRESH_TOKEN_IDLE_MS } from './token-rules.js';

/** 64 bytes as base64url. */
const REFRESH_TOKEN_LENGTH = 86;

/** For the request log only: a lost answer does not concern the people of a connection. */
const REFRESH_RETRIED = {
  reason: 'refresh_retried',
  detail:
    'The same refresh token came again before its successor was used, so it got the same successor again.',
};

interface RotateInput {
  request: TokenRequest;
  handleHash: Buffer;
  presented: RefreshToken;
  successor: RefreshToken;
  /** For each scope asked for, the scopes that allow it; grant and connection need one of each. */
  needed: readonly (readonly string[])[];
  /** Whether a moment may have been decided that new tokens must not seem older than. */
  lookForNotBefore: boolean;
}

type RotatedRow = GrantedRow & { position: number };

const NEEDED = `string_to_array(need.any_of, ' ')`;

/** Grant, connection and client have one of the scopes that allow each one asked for. */
const COVERS_NEEDED = `
  (asked.needed IS NULL OR NOT EXISTS (
    SELECT FROM unnest(string_to_array(asked.needed, E'\n')) AS need (any_of)
     WHERE NOT string_to_array(family.scope, ' ') && ${NEEDED}
        OR NOT string_to_array(c.scope, ' ') && ${NEEDED}
        -- Not as the caller knows the client: a refusal must not use the token up.
        OR NOT (SELECT scopes FROM oauth_clients WHERE id = asked.oauth_client_id)
          && ${NEEDED}))`;

/**
 * The rules of the grant, all in one statement: it puts the successor in the place of the current
 * token, or does nothing.
 */
const ROTATE = {
  name: 'rotate_refresh_token',
  columns: {
    handle_hash: ['bytea', ({ handleHash }: RotateInput) => handleHash],
    presented_hash: ['bytea', ({ presented }: RotateInput) => hashRefreshToken(presented)],
    successor_hash: ['bytea', ({ successor }: RotateInput) => hashRefreshToken(successor)],
    at: ['timestamptz', ({ request }: RotateInput) => request.at.toISOString()],
    expires_at: ['timestamptz', ({ request }: RotateInput) => idlesOutAt(request.at).toISOString()],
    oauth_client_id: ['uuid', ({ request }: RotateInput) => request.client.id],
    client_id: ['text', ({ request }: RotateInput) => request.client.clientId],
    needed: [
      'text',
      ({ needed }: RotateInput) =>
        needed.length === 0 ? null : needed.map((anyOf) => anyOf.join(' ')).join('\n'),
    ],
  },
  isPlain: ({ needed, lookForNotBefore }: RotateInput) => needed.length === 0 && !lookForNotBefore,
  // The history has a family's first refresh of each day.
  text: (askedRows: string, plain: boolean) => `
   WITH asked AS (
     ${askedRows}
   ), rotated AS (
     UPDATE refresh_token_families family
        SET previous_hash = family.current_hash,
            current_hash = asked.successor_hash,
            rotated_at = asked.at,
            expires_at = asked.expires_at,
            generation = family.generation + 1
       FROM asked, refresh_token_families before, connections c
      WHERE before.handle_hash = ANY (ARRAY[asked.handle_hash])
        AND family.id = ANY (ARRAY[before.id])
        -- Only the newest: what was replaced may have been stolen (RFC 9700 §4.14.2).
        AND family.current_hash = asked.presented_hash
        AND family.ended_at IS NULL
        AND family.expires_at > asked.at
        AND ${plain ? 'asked.needed IS NULL' : COVERS_NEEDED}
        AND c.id = ANY (ARRAY[family.connection_id])
        -- Issued to this client, whose connection still stands (RFC 6749 §6).
        AND ${activeAndOf('asked.oauth_client_id', 'asked.at')}
     RETURNING asked.position, asked.at, before.rotated_at AS rotated_before,
               family.id, family.connection_id, family.scope, c.user_id, c.account_id,
               ${selectLimits(!plain, 'asked.client_id')}
   ), event AS (
     INSERT INTO connection_events (connection_id, at, type, scope)
     SELECT connection_id, at, 'refreshed', scope FROM rotated
      WHERE (rotated_before AT TIME ZONE 'UTC')::date
        IS DISTINCT FROM (at AT TIME ZONE 'UTC')::date
   )
   SELECT position::integer, id AS "familyId", connection_id AS "connectionId",
          user_id AS "userId", account_id AS "accountId", scope, ${LIMIT_COLUMNS}
     FROM rotated`,
  keyOf: ({ handleHash }: RotateInput) => handleHash,
} as const;

/** `refresh_token`: the newest refresh token of a family becomes its successor. */
@Injectable()
export class RefreshTokenGrant implements Grant {
  /** Shared by the requests that come meanwhile; each is decided on its own. */
  private readonly rotate: SharedStatement<RotateInput, RotatedRow>;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(CONFIG) config: RuntimeConfig,
    pool: StatementPool,
    private readonly connections: ConnectionsService,
    private readonly revocations: Revocations,
    private readonly history: ConnectionHistory,
    private readonly families: RefreshTokenFamilies,
    private readonly refreshTokens: RefreshTokens,
    private readonly metrics: TokenMetrics,
    private readonly policies: AccountPolicyStore,
    private readonly log: RequestLog,
  ) {
    this.rotate = new SharedStatement(pool, { ...ROTATE, shared: config.sharedStatements });
  }

  /** RFC 6749 §6, with rotation (RFC 9700 §4.14.2) that is safe to retry. */
  async grant(request: TokenRequest): Promise<Granted> {
    const { scope: askedScope } = request.parameters;
    const value = requireParameter(request.parameters, 'refresh_token');
    checkAskedScope(askedScope, request.client);
    const presented = this.refreshTokens.parse(value);
    if (!presented) throw unknownRefreshToken(value);
    const successor = this.refreshTokens.successorOf(presented);
    const needed = splitScope(askedScope ?? '').map(scopesAllowing);
    const row = await this.rotate.run({
      request,
      handleHash: hashHandle(presented),
      presented,
      successor,
      needed,
      lookForNotBefore: this.revocations.mayRefuseNewTokens,
    });
    if (!row) return this.retryOrExplain(presented, needed, request);
    request.connectionId = row.connectionId;
    return { row, refreshToken: successor, askedScope };
  }

  /**
   * Gives a retry the answer that the first attempt got. Everything else is a failure, and a real
   * reuse ends the family (RFC 9700 §4.14.2).
   * @throws OAuthError
   */
  private async retryOrExplain(
    presented: RefreshToken,
    needed: RotateInput['needed'],
    request: TokenRequest,
  ): Promise<Granted> {
    const { client, at: now, parameters } = request;
    const located = await this.families.locate(presented);
    const connection = located && (await this.connections.findRecord(located.family.connectionId));
    if (!located || !connection || located.position === 'forged') {
      throw unknownRefreshToken();
    }
    if (connection.oauthClientId !== client.id) {
      throw invalidGrant(
        'refresh_token_of_other_client',
        'The refresh token was issued to another client.',
        () => explanation('code_of_other_client', {}),
      );
    }
    request.connectionId = connection.id;
    if (connection.revokedAt !== null) {
      const refusal = await this.policies.refusal(connection.accountId, client);
      throw refusal ? clientNotAllowed(refusal) : connectionEnded(connection.revokedAt);
    }
    const { family, position } = located;
    const explainEnd = () =>
      family.endedAt &&
      explanation('refresh_ended', { endedAt: family.endedAt.toISOString(), requestId: null });
    // Only the client needs to know, which has given the family up itself.
    if (family.endReason === 'revoked') throw refreshTokenRevoked(explainEnd);
    if (family.endReason === 'superseded') {
      throw await this.refused(connection, now, refreshTokenSuperseded(explainEnd));
    }
    if (family.endedAt !== null) {
      throw await this.refused(
        connection,
        now,
        invalidGrant(
          'refresh_token_family_ended',
          'A refresh token or code of this family was used twice, so the whole family has been ended. Send the user to the authorize page again.',
          explainEnd,
        ),
      );
    }
    if (family.expiresAt <= now) {
      throw await this.refused(
        connection,
        now,
        invalidGrant(
          'refresh_token_expired',
          `The refresh token has not been used for ${inWords(REFRESH_TOKEN_IDLE_MS)}. Send the user to the authorize page again.`,
          () => explanation('refresh_expired', { expiredAt: family.expiresAt.toISOString() }),
        ),
      );
    }
    const limits = await findLimits(this.dataSource, connection.id, client.clientId, now);
    if (!limits) throw connectionEnded(null);
    const { connectionScope, clientScope } = limits;
    const allowed = limitScope(family.scope, connectionScope, clientScope ?? '');
    if (needed.some((anyOf) => !anyOf.some((scope) => splitScope(allowed).includes(scope)))) {
      throw new OAuthError(
        'invalid_scope',
        'scope_wider_than_granted',
        `Only '${allowed}' is allowed by now, which does not cover the scope asked for. Ask for that or less, or send the user to the authorize page again.`,
      );
    }
    if (isRetry(located, now)) {
      // Only the stored successor may be given out: any other would later look stolen.
      if (!located.successor) throw successorUnknown();
      request.note = REFRESH_RETRIED;
      this.metrics.refreshRetried();
      return {
        row: toGranted(located, connection, limits),
        refreshToken: located.successor,
        askedScope: parameters.scope,
      };
    }
    if (position === 'current') {
      throw invalidGrant(
        'refresh_token_unusable',
        'The refresh token could not be used just now. Try again.',
      );
    }
    await this.families.end(family.id, 'refresh_token_reused', describeReuse(located), now);
    throw await this.refused(
      connection,
      now,
      invalidGrant(
        'refresh_token_reused',
        'This refresh token was replaced before, so it may have been stolen: all tokens of its family have been ended. Store the new refresh token at every refresh, and send the user to the authorize page again.',
        () => this.explainReplaced(located, connection),
      ),
    );
  }

  private async explainReplaced(
    { family, position }: LocatedRefreshToken,
    { id, oauthClientId }: ConnectionRecord,
  ): Promise<Explanation | undefined> {
    if (!family.rotatedAt) return undefined;
    const at = family.rotatedAt.toISOString();
    const requestId = await this.log.findGrant(oauthClientId, id, family.rotatedAt);
    return position === 'previous'
      ? explanation('refresh_replaced', { replacedAt: at, requestId })
      : explanation('refresh_replaced_before', { newestAt: at, requestId });
  }

  private async refused(
    connection: ConnectionRecord,
    at: Date,
    error: OAuthError,
  ): Promise<OAuthError> {
    await this.history.record(this.dataSource.manager, {
      connectionId: connection.id,
      type: 'refresh_refused',
      at,
      detail: error.reason,
    });
    return error;
  }
}

/** What can be checked without the refresh token; the statement of the grant checks the rest. */
function checkAskedScope(asked: string | undefined, { scopes }: OAuthClient): void {
  const known = narrowScope(asked, SCOPES.join(' '));
  if (!known.ok) throw new OAuthError('invalid_scope', 'scope_invalid', known.reason);
  if (asked === undefined || asked.trim() === '') return;
  const registered = resolveRequestedScope(asked, scopes);
  if (registered.ok) return;
  throw new OAuthError('invalid_scope', 'scope_not_registered', registered.reason);
}

/** The successor is still the current token, so it has not been used, and it is young enough. */
function isRetry({ family, position }: LocatedRefreshToken, now: Date): boolean {
  return (
    position === 'previous' &&
    family.rotatedAt !== null &&
    now.getTime() - family.rotatedAt.getTime() <= REFRESH_RETRY_MS
  );
}

function refreshTokenRevoked(explain: Explain): OAuthError {
  return invalidGrant(
    'refresh_token_revoked',
    'The refresh token has been revoked by its client. Use the tokens of the newest grant, or send the user to the authorize page again.',
    explain,
  );
}

function refreshTokenSuperseded(explain: Explain): OAuthError {
  return invalidGrant(
    'refresh_token_superseded',
    `The connection has had ${MAX_FAMILIES} newer grants, so this one has been ended. Keep the tokens of the newest grant, or send the user to the authorize page again.`,
    explain,
  );
}

function successorUnknown(): OAuthError {
  return new OAuthError(
    'temporarily_unavailable',
    'successor_of_other_secret',
    'The refresh was answered by a node with another APP_SECRET, so this node cannot repeat the answer. Try again. If it keeps failing, Flixcheck must give all nodes the same APP_SECRET and APP_SECRET_PREVIOUS.',
    { status: 503, headers: { 'retry-after': '1' } },
  );
}

function toGranted(
  { family }: LocatedRefreshToken,
  connection: ConnectionRecord,
  limits: Limits,
): GrantedRow {
  return {
    familyId: family.id,
    connectionId: connection.id,
    userId: connection.userId,
    accountId: connection.accountId,
    scope: family.scope,
    ...limits,
  };
}

function describeReuse({ position }: LocatedRefreshToken): string {
  return position === 'previous'
    ? 'A refresh token was used again after its successor had become too old for a retry.'
    : 'A refresh token was used again after its successor had been used.';
}

/** @param unreadable what was sent, where it does not even look like a refresh token */
function unknownRefreshToken(unreadable?: string): OAuthError {
  return invalidGrant(
    'refresh_token_unknown',
    'This is not a refresh token of this server. Store it whole, and replace it at every refresh.',
    () => {
      if (unreadable === undefined) return undefined;
      if (/^eyJ[\w-]+\.[\w-]+\./.test(unreadable))
        return explanation('refresh_is_access_token', {});
      const { length } = unreadable;
      if (length === REFRESH_TOKEN_LENGTH) return undefined;
      return explanation('refresh_length', { length, expected: REFRESH_TOKEN_LENGTH });
    },
  );
}

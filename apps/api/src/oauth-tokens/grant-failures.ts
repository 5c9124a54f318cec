import { limitScope, type RefreshToken, splitScope } from '@flixcheck/oauth-protocol';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { SECOND } from '../config/clock.js';
import { inWords } from '../config/in-words.js';
import { type ConnectionRecord, ConnectionsService } from '../connections/connections.service.js';
import { OAuthError } from '../http/api-error.js';
import type { ClientRequest } from '../oauth-clients/client-request.js';
import { CODE_LIFETIME_MS } from '../oauth-codes/code-rules.js';
import { OAuthCodesService } from '../oauth-codes/oauth-codes.service.js';
import {
  findLimits,
  type GrantedRow,
  type Limits,
  MAX_LINEAGES,
  type RedeemInput,
  type RotateInput,
} from './grant-statements.js';
import { REFRESH_TOKEN_IDLE_MS } from './refresh-token-rules.js';
import { type LocatedRefreshToken, RefreshTokenFamilies } from './refresh-token-families.js';
import { TokenMetrics } from './token-metrics.js';

/** What a refresh results in: the grant, and the refresh token that is now the current one. */
export interface Refreshed {
  granted: GrantedRow;
  successor: RefreshToken;
}

/** For the request log only: a lost answer does not concern the people of a connection. */
const REFRESH_RETRIED = {
  reason: 'refresh_retried',
  detail:
    'The same refresh token came again before its successor was used, so it got the same successor again.',
};

/** A repeat this soon after the first use is a duplicated request, not an attack. */
const DUPLICATE_REQUEST_MS = 2 * SECOND;

const invalidGrant = (reason: string, description: string): OAuthError =>
  new OAuthError('invalid_grant', reason, description);

/**
 * Finds out why a grant statement did nothing, explains it precisely, and acts on a second use.
 * Runs only after a failure, on a new snapshot, so that it sees the change that the statement lost
 * against.
 */
@Injectable()
export class GrantFailures {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly codes: OAuthCodesService,
    private readonly connections: ConnectionsService,
    private readonly families: RefreshTokenFamilies,
    private readonly metrics: TokenMetrics,
  ) {}

  /**
   * The order of the checks matters: what the rightful client would not get wrong comes first, so
   * that an attempt which fails for such a reason never ends what the rightful client holds.
   */
  async explainCode(
    code: string,
    { oauthClientId, redirectUri, codeChallenge, now }: Omit<RedeemInput, 'family'>,
    request: ClientRequest,
  ): Promise<OAuthError> {
    const record = await this.codes.find(code);
    const connection = record && (await this.connections.findRecord(record.connectionId));
    if (!record || !connection) {
      return invalidGrant(
        'code_unknown',
        `There is no such code. Send it within ${inWords(CODE_LIFETIME_MS)}, as it was in the query, URL-decoded once.`,
      );
    }
    if (connection.oauthClientId !== oauthClientId) {
      return invalidGrant('code_of_other_client', 'The code was issued to another client.');
    }
    request.connectionId = connection.id;
    if (redirectUri !== undefined && record.redirectUri !== redirectUri) {
      return record.redirectUri === null
        ? invalidGrant(
            'redirect_uri_unexpected',
            'The code is bound to no redirect URI. Leave redirect_uri out.',
          )
        : invalidGrant(
            'redirect_uri_mismatch',
            'redirect_uri is not the one of the authorization request. Send the same, character for character, or leave it out.',
          );
    }
    const pkce = explainPkce(record.codeChallenge, codeChallenge);
    if (pkce) return pkce;
    if (connection.revokedAt !== null) return connectionEnded();
    if (record.redeemedAt !== null) {
      const late = now.getTime() - record.redeemedAt.getTime() > DUPLICATE_REQUEST_MS;
      if (late && record.familyId !== null) {
        await this.families.end(
          record.familyId,
          'code_reused',
          'The authorization code was used a second time.',
          now,
        );
      }
      return invalidGrant(
        'code_already_used',
        late
          ? 'The code has been used before, so the tokens that it gave have been ended. Send the user to the authorize page again.'
          : 'The code has just been used. A code works once; use the tokens of the first answer.',
      );
    }
    if (record.expiresAt <= now) {
      return invalidGrant(
        'code_expired',
        `The code has expired; it lives ${inWords(CODE_LIFETIME_MS)}. Send the user to the authorize page again.`,
      );
    }
    // Nothing is wrong any more: the statement lost against something that is over by now.
    return invalidGrant('code_unusable', 'The code could not be used just now. Try again.');
  }

  unknownRefreshToken(): OAuthError {
    return invalidGrant(
      'refresh_token_unknown',
      'This is not a refresh token of this server. Store it whole, and replace it at every refresh.',
    );
  }

  /**
   * Gives a retry the answer that the first attempt got. Everything else is a failure, and a real
   * reuse ends the family (RFC 9700 §4.14.2).
   * @throws OAuthError
   */
  async retryOrExplain(
    rotation: Omit<RotateInput, 'successor' | 'expiresAt'>,
    retryMs: number,
    request: ClientRequest,
  ): Promise<Refreshed> {
    const { presented, oauthClientId, clientId, needed, now } = rotation;
    const located = await this.families.locate(presented);
    const connection = located && (await this.connections.findRecord(located.family.connectionId));
    if (!located || !connection || located.position === 'forged') {
      throw this.unknownRefreshToken();
    }
    if (connection.oauthClientId !== oauthClientId) {
      throw invalidGrant(
        'refresh_token_of_other_client',
        'The refresh token was issued to another client.',
      );
    }
    request.connectionId = connection.id;
    if (connection.revokedAt !== null) throw connectionEnded();
    const { family, position } = located;
    // Only the client needs to know, which has given the lineage up itself.
    if (family.endReason === 'revoked') throw refreshTokenRevoked();
    if (family.endReason === 'superseded') {
      throw await this.refused(connection, now, refreshTokenSuperseded());
    }
    if (family.endedAt !== null) {
      throw await this.refused(
        connection,
        now,
        invalidGrant(
          'refresh_token_family_ended',
          'A refresh token or code of this lineage was used twice, so the whole lineage has been ended. Send the user to the authorize page again.',
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
        ),
      );
    }
    const allowed = limitScope(family.scope, connection.scope);
    if (needed.some((anyOf) => !anyOf.some((scope) => splitScope(allowed).includes(scope)))) {
      throw new OAuthError(
        'invalid_scope',
        'scope_wider_than_granted',
        `The user allows '${allowed}' by now, which does not cover the scope asked for. Ask for that or less, or send the user to the authorize page again.`,
      );
    }
    if (isRetry(located, now, retryMs)) {
      // Only the stored successor may be given out: any other would later look stolen.
      if (!located.successor) throw successorUnknown();
      const limits = await findLimits(this.dataSource, connection.id, clientId);
      if (!limits) throw connectionEnded();
      request.note = REFRESH_RETRIED;
      this.metrics.refreshRetried();
      return {
        granted: toGranted(located, connection, limits),
        successor: located.successor,
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
        'This refresh token was replaced before, so it may have been stolen: all tokens of its lineage have been ended. Store the new refresh token at every refresh, and send the user to the authorize page again.',
      ),
    );
  }

  private async refused(
    connection: ConnectionRecord,
    at: Date,
    error: OAuthError,
  ): Promise<OAuthError> {
    await this.connections.recordEvent(this.dataSource.manager, {
      connectionId: connection.id,
      type: 'refresh_refused',
      at,
      detail: error.reason,
    });
    return error;
  }
}

/** The successor is unused, because it is still the current one, and young enough. */
function isRetry({ family, position }: LocatedRefreshToken, now: Date, retryMs: number): boolean {
  return (
    position === 'previous' &&
    family.rotatedAt !== null &&
    now.getTime() - family.rotatedAt.getTime() <= retryMs
  );
}

function refreshTokenRevoked(): OAuthError {
  return invalidGrant(
    'refresh_token_revoked',
    'The refresh token has been revoked by its client. Use the tokens of the newest grant, or send the user to the authorize page again.',
  );
}

function refreshTokenSuperseded(): OAuthError {
  return invalidGrant(
    'refresh_token_superseded',
    `The connection has had ${MAX_LINEAGES} newer grants, so this one has been ended. Keep the tokens of the newest grant, or send the user to the authorize page again.`,
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

/** RFC 7636 §4.6. Ignoring a challenge or a verifier without the other would defeat PKCE. */
function explainPkce(challenge: string | null, sent: string | undefined): OAuthError | undefined {
  if (challenge === null && sent !== undefined) {
    return invalidGrant(
      'code_verifier_unexpected',
      'The authorization request had no code_challenge, so there must be no code_verifier. Put a code_challenge in the link.',
    );
  }
  if (challenge !== null && sent === undefined) {
    return invalidGrant(
      'code_verifier_missing',
      'The authorization request had a code_challenge, so code_verifier is needed.',
    );
  }
  if (challenge !== null && challenge !== sent) {
    return invalidGrant(
      'code_verifier_mismatch',
      'The code_verifier does not match the code_challenge of the authorization request.',
    );
  }
  return undefined;
}

function connectionEnded(): OAuthError {
  return invalidGrant(
    'connection_ended',
    'The connection has been ended. Send the user to the authorize page again.',
  );
}

import { AccessTokenError } from '@flixcheck/access-token-verifier';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { ConnectionsService } from '../connections/connections.service.js';
import { MAX_REVOCATIONS_PER_HOUR, Revocations } from '../connections/revocations.js';
import { OAuthError } from '../http/api-error.js';
import { secondsOf } from '../http/attempt-limits.js';
import { requireParameter } from '../oauth-clients/client-request.js';
import { OAuthCodesService } from '../oauth-codes/oauth-codes.service.js';
import { AccessTokens } from './access-tokens.js';
import type { TokenRequest } from './oauth-tokens.dto.js';
import { type FamilyRecord, RefreshTokenFamilies } from './refresh-token-families.js';
import { RefreshTokens } from './refresh-tokens.js';
import { TokenMetrics } from './token-metrics.js';

/**
 * RFC 7009: the refresh token of the newest grant ends its connection, one of an earlier grant only
 * its own family, an access token only itself. So a client that tidies up what a new grant has
 * superseded does not lose that grant.
 */
@Injectable()
export class TokenRevocation {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly codes: OAuthCodesService,
    private readonly refreshTokens: RefreshTokens,
    private readonly families: RefreshTokenFamilies,
    private readonly accessTokens: AccessTokens,
    private readonly connections: ConnectionsService,
    private readonly revocations: Revocations,
    private readonly metrics: TokenMetrics,
  ) {}

  /**
   * Revokes one token. An unknown one is not an error (RFC 7009 §2.2); `token_type_hint` is not
   * needed, because the two kinds cannot be taken for each other.
   * @throws OAuthError when the parameter is missing, or the token is another client's
   */
  async revoke(request: TokenRequest): Promise<void> {
    const token = requireParameter(request.parameters, 'token');
    const refreshToken = this.refreshTokens.parse(token);
    if (refreshToken) {
      const located = await this.families.locate(refreshToken);
      if (located && located.position !== 'forged') {
        await this.revokeGrant(located.family, request);
      }
      return;
    }
    await this.revokeAccessToken(token, request);
  }

  private async revokeGrant(family: FamilyRecord, request: TokenRequest): Promise<void> {
    const { client, at } = request;
    const { connectionId } = family;
    const connection = await this.connections.findRecord(connectionId);
    if (!connection) return;
    if (connection.oauthClientId !== client.id) throw otherClients();
    request.connectionId = connectionId;
    const familyEnded = await this.dataSource.transaction(async (tx) => {
      // A new grant either waits for this decision or is seen by it.
      if (!(await this.connections.lockActive(tx, connectionId))) return false;
      const { newest, redeemable } = await this.codes.standing(tx, {
        connectionId,
        familyId: family.id,
        at,
      });
      // Without any other token or code, nothing could use the connection any more.
      if (newest || !(redeemable || (await this.families.hasOther(tx, family, at)))) {
        await this.connections.revoke([connectionId], { actorId: null, reason: 'client', at }, tx);
        return false;
      }
      return this.families.revoke(tx, family.id, at);
    });
    if (familyEnded) this.metrics.familiesEnded('revoked');
  }

  private async revokeAccessToken(token: string, request: TokenRequest): Promise<void> {
    const { client, at } = request;
    try {
      const verified = await this.accessTokens.verify(token);
      if (verified.clientId !== client.clientId) throw otherClients();
      request.connectionId = verified.connectionId;
      const roomFrom = await this.revocations.revokeAccessToken(
        verified.jti,
        new Date(verified.exp * 1000),
        { oauthClientId: client.id, userId: verified.userId },
      );
      if (roomFrom) throw tooManyRevocations(roomFrom, at);
    } catch (error) {
      // Not our token, or an expired one: there is nothing to revoke.
      if (!(error instanceof AccessTokenError)) throw error;
    }
  }
}

function tooManyRevocations(roomFrom: Date, at: Date): OAuthError {
  const seconds = secondsOf(roomFrom.getTime() - at.getTime());
  return new OAuthError(
    'temporarily_unavailable',
    'too_many_revocations',
    `The client has revoked ${MAX_REVOCATIONS_PER_HOUR} access tokens of this user within an hour. Revoke the refresh token instead, which ends them all, or try again after the seconds that Retry-After names.`,
    { status: 429, headers: { 'retry-after': String(seconds) } },
  );
}

/** RFC 7009 §2.1: the token was not issued to the client that asks. */
function otherClients(): OAuthError {
  return new OAuthError(
    'invalid_grant',
    'token_of_other_client',
    'The token was issued to another client, so this client cannot revoke it.',
  );
}

import {
  AccessTokenError,
  connectionTimeIsUp,
  revocationSubjects,
} from '@flixcheck/access-token-verifier';
import { limitScope } from '@flixcheck/oauth-protocol';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { Revocations } from '../connections/revocations.js';
import { ClientAuthenticationError } from '../oauth-clients/client-authentication.js';
import { requireParameter } from '../oauth-clients/client-request.js';
import { AccessTokens, type VerifiedAccessToken } from './access-tokens.js';
import type { TokenRequest } from './oauth-tokens.dto.js';
import { RefreshTokenFamilies } from './refresh-token-families.js';
import { RefreshTokens } from './refresh-tokens.js';

/** RFC 7662 §2.2; for all that the client may not see, `active` alone. */
export type IntrospectionResponse =
  | { active: false }
  | {
      active: true;
      scope: string;
      client_id: string;
      sub: string;
      iss: string;
      aud: string;
      iat: number;
      exp: number;
      token_type?: 'Bearer';
      jti?: string;
      account_id: string;
      connection_id: string;
    };

const INACTIVE: IntrospectionResponse = { active: false };

@Injectable()
export class TokenIntrospection {
  constructor(
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    private readonly refreshTokens: RefreshTokens,
    private readonly families: RefreshTokenFamilies,
    private readonly accessTokens: AccessTokens,
    private readonly connections: ConnectionsService,
    private readonly revocations: Revocations,
  ) {}

  /**
   * Says whether a token of the asking client is active at this moment. Always asks the database,
   * so that the answer is never older than the question.
   * @throws OAuthError for a public client, whose identity nobody can verify
   */
  async introspect(request: TokenRequest): Promise<IntrospectionResponse> {
    if (request.client.kind === 'public') {
      throw new ClientAuthenticationError(
        'invalid_client',
        'public_client_cannot_introspect',
        'Introspection is for confidential clients, which prove who they are.',
        { challenge: Boolean(request.authorization?.trim()) },
      );
    }
    const token = requireParameter(request.parameters, 'token');
    return (await this.refreshToken(token, request)) ?? (await this.accessToken(token, request));
  }

  private async refreshToken(
    token: string,
    request: TokenRequest,
  ): Promise<IntrospectionResponse | undefined> {
    const { client, at } = request;
    const parsed = this.refreshTokens.parse(token);
    if (!parsed) return undefined;
    const located = await this.families.locate(parsed);
    const connection = located && (await this.connections.findRecord(located.family.connectionId));
    if (!located || !connection || connection.oauthClientId !== client.id) return INACTIVE;
    request.connectionId = connection.id;
    const { family, position } = located;
    if (
      position !== 'current' ||
      family.endedAt !== null ||
      family.expiresAt <= at ||
      connection.revokedAt !== null
    ) {
      return INACTIVE;
    }
    return {
      active: true,
      scope: limitScope(family.scope, connection.scope, client.scopes.join(' ')),
      client_id: client.clientId,
      sub: connection.userId,
      iss: this.config.publicUrl,
      aud: this.config.publicUrl,
      iat: seconds(family.rotatedAt ?? family.createdAt),
      exp: seconds(earlier(family.expiresAt, connection.expiresAt)),
      account_id: connection.accountId,
      connection_id: connection.id,
    };
  }

  private async accessToken(token: string, request: TokenRequest): Promise<IntrospectionResponse> {
    const { client } = request;
    let verified: VerifiedAccessToken;
    try {
      verified = await this.accessTokens.verify(token);
    } catch (error) {
      if (error instanceof AccessTokenError) return INACTIVE;
      throw error;
    }
    if (verified.clientId !== client.clientId) return INACTIVE;
    request.connectionId = verified.connectionId;
    const subjects = revocationSubjects(verified);
    if (await this.revocations.isRevokedInDatabase(subjects, verified.issuedAt)) return INACTIVE;
    if (
      connectionTimeIsUp(verified, request.at) &&
      !(await this.connections.isActive(verified.connectionId))
    ) {
      return INACTIVE;
    }
    return {
      active: true,
      scope: verified.scope,
      client_id: verified.clientId,
      token_type: 'Bearer',
      sub: verified.userId,
      iss: this.config.publicUrl,
      aud: this.config.publicUrl,
      iat: verified.iat,
      exp: verified.exp,
      jti: verified.jti,
      account_id: verified.accountId,
      connection_id: verified.connectionId,
    };
  }
}

function earlier(one: Date, other: Date | null): Date {
  return other && other < one ? other : one;
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

import {
  AccessTokenError,
  connectionTimeIsUp,
  revocationSubjects,
} from '@flixcheck/access-token-verifier';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Clock } from '../../config/clock.js';
import { CONFIG, type RuntimeConfig } from '../../config/config.module.js';
import { ConnectionsService } from '../../connections/connections.service.js';
import { Revocations } from '../../connections/revocations.js';
import type { BearerCaller } from '../../http/access.js';
import { authorizationHeaders } from '../../http/authorization-headers.js';
import { AccessTokens, type VerifiedAccessToken } from '../../oauth-tokens/access-tokens.js';
import { bearerRefusal, describeMalformed, invalidToken, parseBearer } from '../bearer.js';

/** Authenticates a third-party application by the access token in the header (RFC 6750 §2.1). */
@Injectable()
export class AccessTokenStrategy {
  constructor(
    private readonly accessTokens: AccessTokens,
    private readonly revocations: Revocations,
    private readonly connections: ConnectionsService,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
  ) {}

  /**
   * @returns null when there is no token in the request
   * @throws ApiError with the challenge that RFC 6750 §3 asks for
   */
  async validate(request: FastifyRequest): Promise<BearerCaller | null> {
    const [authorization, ...more] = authorizationHeaders(request);
    if (authorization === undefined) return null;
    if (more.length > 0) throw this.severalHeaders();
    const token = parseBearer(authorization);
    if (token === null) {
      const malformed = describeMalformed(authorization);
      if (malformed === null) return null;
      throw invalidToken(this.config.publicUrl, malformed);
    }
    const verified = await this.verify(token);
    if (await this.revocations.isRevoked(revocationSubjects(verified), verified.issuedAt)) {
      throw invalidToken(
        this.config.publicUrl,
        'The access token has been revoked. Refresh it; where that is refused too, send the user to the authorize page again.',
      );
    }
    // Only the database knows whether it was given more time since the token was issued.
    if (
      connectionTimeIsUp(verified, this.clock.now()) &&
      !(await this.connections.isActive(verified.connectionId))
    ) {
      throw invalidToken(
        this.config.publicUrl,
        'The time that the user had chosen for the connection is up. Send the user to the authorize page again.',
      );
    }
    const { userId, accountId, connectionId, clientId, scope } = verified;
    return { via: 'bearer', userId, accountId, connectionId, clientId, scope };
  }

  private async verify(token: string): Promise<VerifiedAccessToken> {
    try {
      return await this.accessTokens.verify(token);
    } catch (error) {
      // Any other error, such as an unavailable database, says nothing about the token.
      if (!(error instanceof AccessTokenError)) throw error;
      throw invalidToken(this.config.publicUrl, error.message);
    }
  }

  private severalHeaders() {
    const description = 'Send one Authorization header.';
    return bearerRefusal(
      this.config.publicUrl,
      { code: 'malformed_request', detail: description },
      { error: 'invalid_request', description },
    );
  }
}

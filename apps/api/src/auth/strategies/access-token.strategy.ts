import {
  AccessTokenError,
  type AccessTokenFailure,
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
import type { Explanation } from '../../http/api-error.js';
import { authorizationHeaders } from '../../http/authorization-headers.js';
import type { FailureReason } from '../../http/failure-reasons.js';
import { explanation } from '../../oauth-clients/request-explanation.js';
import { AccessTokens, type VerifiedAccessToken } from '../../oauth-tokens/access-tokens.js';
import {
  bearerRefusal,
  describeMalformed,
  invalidToken,
  parseBearer,
  RefusedToken,
} from '../bearer.js';

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
   * @throws ApiError with the challenge that RFC 6750 §3 asks for; RefusedToken where it is certain
   *   whose token it is
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
      throw this.revoked(
        verified,
        'The access token has been revoked. Refresh it; where that is refused too, send the user to the authorize page again.',
      );
    }
    // Only the database knows whether it was given more time since the token was issued.
    if (
      connectionTimeIsUp(verified, this.clock.now()) &&
      !(await this.connections.isActive(verified.connectionId))
    ) {
      throw this.revoked(
        verified,
        'The time that the user had chosen for the connection is up. Send the user to the authorize page again.',
      );
    }
    const { userId, accountId, connectionId, clientId, scope } = verified;
    return { via: 'bearer', userId, accountId, connectionId, clientId, scope };
  }

  private revoked(token: VerifiedAccessToken, detail: string): RefusedToken {
    return new RefusedToken(
      invalidToken(this.config.publicUrl, detail),
      token,
      'access_token_revoked',
    );
  }

  private async verify(token: string): Promise<VerifiedAccessToken> {
    try {
      return await this.accessTokens.verify(token);
    } catch (error) {
      // Any other error, such as an unavailable database, says nothing about the token.
      if (!(error instanceof AccessTokenError)) throw error;
      const { claims, message } = error;
      const answer = invalidToken(this.config.publicUrl, message);
      const said = SAID[error.reason];
      // Without claims, nobody knows who has sent it.
      if (!claims || !said) throw answer;
      throw new RefusedToken(answer, claims, said.reason, said.explain?.(claims, this.clock.now()));
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

interface Said {
  reason: FailureReason;
  explain?: (claims: VerifiedAccessToken, now: Date) => Explanation;
}

/** What the request log says of tokens whose signature is good. */
const SAID: Partial<Record<AccessTokenFailure, Said>> = {
  expired: {
    reason: 'access_token_expired',
    explain: ({ exp }, now) =>
      explanation('access_token_expired', {
        secondsAgo: Math.floor(now.getTime() / 1000 - exp),
        expiredAt: new Date(exp * 1000).toISOString(),
      }),
  },
  not_yet_valid: { reason: 'access_token_not_yet_valid' },
  wrong_issuer_or_audience: { reason: 'access_token_of_other_server' },
};

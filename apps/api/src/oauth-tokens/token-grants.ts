import {
  hashSecret,
  isCodeVerifier,
  isOwnResource,
  narrowScope,
  type RefreshToken,
  s256Challenge,
  splitScope,
} from '@flixcheck/oauth-protocol';
import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { DAY, SECOND } from '../config/clock.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { OAuthError } from '../http/api-error.js';
import { Counters } from '../operations/counters.js';
import { AccessTokens } from './access-tokens.js';
import type { Findings } from './client-endpoint.js';
import { type ClientRequest, requireParameter } from './client-request.js';
import { GrantFailures, type Refreshed } from './grant-failures.js';
import {
  type GrantedRow,
  redeemCode,
  type RotateInput,
  rotateRefreshToken,
} from './grant-statements.js';
import { RefreshTokens } from './refresh-tokens.js';

/** A refresh token that nobody used for this long has idled out. */
export const REFRESH_TOKEN_IDLE_MS = 30 * DAY;
/** For this long the predecessor of an unused successor may be sent again (a lost response). */
export const REFRESH_RETRY_MS = 30 * SECOND;

/** RFC 6749 §5.1. */
export interface TokenResponse {
  access_token: string;
  token_type: 'Bearer';
  expires_in: number;
  refresh_token: string;
  scope: string;
}

@Injectable()
export class TokenGrants {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    private readonly accessTokens: AccessTokens,
    private readonly refreshTokens: RefreshTokens,
    private readonly failures: GrantFailures,
    private readonly counters: Counters,
  ) {}

  /** @throws OAuthError */
  async grant(request: ClientRequest, findings: Findings): Promise<TokenResponse> {
    const grantType = requireParameter(request.parameters, 'grant_type');
    const { resource } = request.parameters;
    if (resource !== undefined && !isOwnResource(resource, this.config.publicUrl)) {
      throw new OAuthError(
        'invalid_target',
        'resource_unknown',
        `The resource must be ${this.config.publicUrl} or a path below it.`,
      );
    }
    await this.accessTokens.ready();
    switch (grantType) {
      case 'authorization_code':
        return this.redeem(request, findings);
      case 'refresh_token':
        return this.refresh(request, findings);
      default:
        throw new OAuthError(
          'unsupported_grant_type',
          'grant_type_unsupported',
          'grant_type must be authorization_code or refresh_token.',
        );
    }
  }

  /** RFC 6749 §4.1.3, RFC 7636 §4.5. */
  private async redeem(request: ClientRequest, findings: Findings): Promise<TokenResponse> {
    const { parameters, client, at } = request;
    const code = requireParameter(parameters, 'code');
    const verifier = parameters.code_verifier;
    if (verifier !== undefined && !isCodeVerifier(verifier)) {
      throw new OAuthError(
        'invalid_grant',
        'code_verifier_malformed',
        'The code_verifier must have 43 to 128 characters, of A-Z a-z 0-9 - . _ ~ only.',
      );
    }
    const redemption = {
      codeHash: hashSecret(code),
      oauthClientId: client.id,
      redirectUri: parameters.redirect_uri,
      codeChallenge: verifier === undefined ? undefined : s256Challenge(verifier),
      now: at,
    };
    const refreshToken = this.refreshTokens.create();
    const granted = await redeemCode(this.dataSource, {
      ...redemption,
      family: { id: randomUUID(), token: refreshToken, expiresAt: idlesOutAt(at) },
    });
    if (!granted) throw await this.failures.explainCode(code, redemption, findings);
    this.counters.lineagesEnded('superseded', granted.superseded);
    findings.connectionId = granted.connectionId;
    return this.respond(granted, client.clientId, refreshToken, granted.scope, at);
  }

  /** RFC 6749 §6, with rotation (RFC 9700 §4.14.2) that is safe to retry. */
  private async refresh(request: ClientRequest, findings: Findings): Promise<TokenResponse> {
    const { parameters, client, at } = request;
    const value = requireParameter(parameters, 'refresh_token');
    const asked = narrowScope(parameters.scope, 'readwrite');
    if (!asked.ok) throw new OAuthError('invalid_scope', 'scope_invalid', asked.reason);
    const presented = this.refreshTokens.parse(value);
    if (!presented) throw this.failures.unknownRefreshToken();
    const rotation = {
      presented,
      oauthClientId: client.id,
      needsReadwrite: splitScope(parameters.scope ?? '').includes('readwrite'),
      now: at,
    };
    const { granted, successor } =
      (await this.rotate(rotation)) ??
      (await this.failures.retryOrExplain(rotation, REFRESH_RETRY_MS, findings));
    findings.connectionId = granted.connectionId;
    const scope = narrowScope(parameters.scope, granted.scope);
    if (!scope.ok) throw new OAuthError('invalid_scope', 'scope_wider_than_granted', scope.reason);
    return this.respond(granted, client.clientId, successor, scope.scope, at);
  }

  private async rotate(
    rotation: Omit<RotateInput, 'successor' | 'expiresAt'>,
  ): Promise<Refreshed | undefined> {
    const successor = this.refreshTokens.successorOf(rotation.presented);
    const granted = await rotateRefreshToken(this.dataSource, {
      ...rotation,
      successor,
      expiresAt: idlesOutAt(rotation.now),
    });
    return granted && { granted, successor };
  }

  private respond(
    granted: GrantedRow,
    clientId: string,
    refreshToken: RefreshToken,
    scope: string,
    at: Date,
  ): TokenResponse {
    const { accessToken, expiresIn } = this.accessTokens.issue({ ...granted, clientId, scope }, at);
    return {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: expiresIn,
      refresh_token: refreshToken.value,
      scope,
    };
  }
}

function idlesOutAt(at: Date): Date {
  return new Date(at.getTime() + REFRESH_TOKEN_IDLE_MS);
}

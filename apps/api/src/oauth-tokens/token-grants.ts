import {
  hashSecret,
  isCodeVerifier,
  isOwnResource,
  limitScope,
  narrowScope,
  type RefreshToken,
  resolveRequestedScope,
  s256Challenge,
  SCOPES,
  scopesAllowing,
  splitScope,
} from '@flixcheck/oauth-protocol';
import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { Revocations } from '../connections/revocations.js';
import { OAuthError } from '../http/api-error.js';
import { type AuthenticatedRequest, requireParameter } from '../oauth-clients/client-request.js';
import type { OAuthClient } from '../oauth-clients/oauth-clients.service.js';
import { AccessTokens } from './access-tokens.js';
import { GrantFailures, type Refreshed } from './grant-failures.js';
import {
  type GrantedRow,
  redeemCode,
  type RotateInput,
  rotateRefreshToken,
} from './grant-statements.js';
import { REFRESH_RETRY_MS, REFRESH_TOKEN_IDLE_MS } from './refresh-token-rules.js';
import { RefreshTokens } from './refresh-tokens.js';
import { TokenMetrics } from './token-metrics.js';

/** RFC 6749 §4: the grants that there are. */
export const GRANT_TYPES = ['authorization_code', 'refresh_token'] as const;

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

@Injectable()
export class TokenGrants {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    private readonly accessTokens: AccessTokens,
    private readonly refreshTokens: RefreshTokens,
    private readonly failures: GrantFailures,
    private readonly metrics: TokenMetrics,
    private readonly revocations: Revocations,
  ) {}

  /** @throws OAuthError */
  async grant(request: TokenRequest): Promise<TokenResponse> {
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
        return this.redeem(request);
      case 'refresh_token':
        return this.refresh(request);
      default:
        throw new OAuthError(
          'unsupported_grant_type',
          'grant_type_unsupported',
          'grant_type must be authorization_code or refresh_token.',
        );
    }
  }

  /** RFC 6749 §4.1.3, RFC 7636 §4.5. */
  private async redeem(request: TokenRequest): Promise<TokenResponse> {
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
      ...this.ofClient(client),
      redirectUri: parameters.redirect_uri,
      codeChallenge: verifier === undefined ? undefined : s256Challenge(verifier),
      now: at,
    };
    const refreshToken = this.refreshTokens.create();
    const granted = await redeemCode(this.dataSource, {
      ...redemption,
      family: { id: randomUUID(), token: refreshToken, expiresAt: idlesOutAt(at) },
    });
    if (!granted) throw await this.failures.explainCode(code, redemption, request);
    this.metrics.lineagesEnded('superseded', granted.superseded);
    request.connectionId = granted.connectionId;
    return this.respond(granted, client, refreshToken, undefined, at);
  }

  /** RFC 6749 §6, with rotation (RFC 9700 §4.14.2) that is safe to retry. */
  private async refresh(request: TokenRequest): Promise<TokenResponse> {
    const { parameters, client, at } = request;
    const value = requireParameter(parameters, 'refresh_token');
    checkAskedScope(parameters.scope, client);
    const presented = this.refreshTokens.parse(value);
    if (!presented) throw this.failures.unknownRefreshToken();
    const rotation = {
      presented,
      ...this.ofClient(client),
      needed: splitScope(parameters.scope ?? '').map(scopesAllowing),
      now: at,
    };
    const { granted, successor } =
      (await this.rotate(rotation)) ??
      (await this.failures.retryOrExplain(rotation, REFRESH_RETRY_MS, request));
    request.connectionId = granted.connectionId;
    return this.respond(granted, client, successor, parameters.scope, at);
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

  private ofClient({ id, clientId }: OAuthClient) {
    const lookForNotBefore = this.revocations.mayRefuseNewTokens;
    return { oauthClientId: id, clientId, lookForNotBefore };
  }

  /** @param asked the `scope` of a refresh; the grant's statement has found it allowed */
  private respond(
    granted: GrantedRow,
    { clientId, scopes }: OAuthClient,
    refreshToken: RefreshToken,
    asked: string | undefined,
    at: Date,
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

/** What can be checked without the refresh token; the statement of the grant checks the rest. */
function checkAskedScope(asked: string | undefined, { scopes }: OAuthClient): void {
  const known = narrowScope(asked, SCOPES.join(' '));
  if (!known.ok) throw new OAuthError('invalid_scope', 'scope_invalid', known.reason);
  if (asked === undefined || asked.trim() === '') return;
  const registered = resolveRequestedScope(asked, scopes);
  if (registered.ok) return;
  throw new OAuthError('invalid_scope', 'scope_not_registered', registered.reason);
}

function nothingLeft(): OAuthError {
  return new OAuthError(
    'invalid_scope',
    'scope_no_longer_allowed',
    'Nothing that the user granted is still allowed to this client. Ask the operator which scopes the client is registered for.',
  );
}

function idlesOutAt(at: Date): Date {
  return new Date(at.getTime() + REFRESH_TOKEN_IDLE_MS);
}

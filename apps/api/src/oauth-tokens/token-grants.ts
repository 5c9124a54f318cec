import { isOwnResource, limitScope, narrowScope } from '@flixcheck/oauth-protocol';
import { Inject, Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { OAuthError } from '../http/api-error.js';
import { requireParameter } from '../oauth-clients/client-request.js';
import { explanation, quoted } from '../oauth-clients/request-explanation.js';
import { AccessTokens } from './access-tokens.js';
import { AuthorizationCodeGrant } from './authorization-code-grant.js';
import type { Grant, Granted } from './grant.js';
import type { TokenRequest, TokenResponseDto } from './oauth-tokens.dto.js';
import { RefreshTokenGrant } from './refresh-token-grant.js';

/** Every grant type and who grants it: a further one is a line here. */
export const GRANTS: Readonly<Record<string, Type<Grant>>> = {
  authorization_code: AuthorizationCodeGrant,
  refresh_token: RefreshTokenGrant,
};
export const GRANT_TYPES = Object.keys(GRANTS);

/** As much of it as the log has in its own column. */
const MAX_GRANT_TYPE = 100;

/** The token endpoint: what holds for every grant, which of them is asked for, and its answer. */
@Injectable()
export class TokenGrants implements OnModuleInit {
  private readonly grants = new Map<string, Grant>();

  constructor(
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    private readonly accessTokens: AccessTokens,
    private readonly modules: ModuleRef,
  ) {}

  onModuleInit(): void {
    for (const [type, grant] of Object.entries(GRANTS)) {
      this.grants.set(type, this.modules.get(grant));
    }
  }

  /** @throws OAuthError */
  async grant(request: TokenRequest): Promise<TokenResponseDto> {
    const grantType = requireParameter(request.parameters, 'grant_type');
    this.checkResource(request.parameters.resource);
    await this.accessTokens.ready();
    const grant = this.grants.get(grantType);
    if (!grant) throw unsupported(grantType);
    return this.respond(request, await grant.grant(request));
  }

  /** RFC 8707 §2. */
  private checkResource(resource: string | undefined): void {
    const { publicUrl } = this.config;
    if (resource === undefined || isOwnResource(resource, publicUrl)) return;
    throw new OAuthError(
      'invalid_target',
      'resource_unknown',
      `The resource must be ${publicUrl} or a path below it.`,
      {
        explain: () =>
          explanation('value_unknown', { parameter: 'resource', sent: quoted(resource) }),
      },
    );
  }

  /**
   * The answer to a grant that has been made.
   * @throws OAuthError invalid_scope when nothing is allowed any more
   */
  private respond(
    { client: { clientId, scopes }, at }: TokenRequest,
    { row, refreshToken, askedScope }: Granted,
  ): TokenResponseDto {
    const registered = row.clientScope ?? scopes.join(' ');
    const allowed = limitScope(row.scope, row.connectionScope, registered);
    const narrowed = narrowScope(askedScope, allowed);
    if (!narrowed.ok || narrowed.scope === '') throw nothingLeft();
    const { scope } = narrowed;
    const { accessToken, expiresIn } = this.accessTokens.issue({ ...row, clientId, scope }, at);
    return {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: expiresIn,
      refresh_token: refreshToken.value,
      scope,
    };
  }
}

function unsupported(grantType: string): OAuthError {
  return new OAuthError(
    'unsupported_grant_type',
    'grant_type_unsupported',
    `grant_type must be ${GRANT_TYPES.join(' or ')}.`,
    {
      explain: () =>
        explanation('value_unknown', {
          parameter: 'grant_type',
          sent: quoted(grantType.slice(0, MAX_GRANT_TYPE)),
        }),
    },
  );
}

function nothingLeft(): OAuthError {
  return new OAuthError(
    'invalid_scope',
    'scope_no_longer_allowed',
    'Nothing that the user granted is still allowed to this client. Ask the operator which scopes the client is registered for.',
  );
}

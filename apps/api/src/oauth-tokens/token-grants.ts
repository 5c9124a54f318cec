import { isOwnResource } from '@flixcheck/oauth-protocol';
import { Inject, Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { OAuthError } from '../http/api-error.js';
import { requireParameter } from '../oauth-clients/client-request.js';
import { explanation, quoted } from '../oauth-clients/request-explanation.js';
import { AccessTokens } from './access-tokens.js';
import { AuthorizationCodeGrant } from './authorization-code-grant.js';
import type { Grant, TokenRequest, TokenResponse } from './grant.js';
import { RefreshTokenGrant } from './refresh-token-grant.js';

/** Every grant type and who grants it: a further one is a line here. */
export const GRANTS: Readonly<Record<string, Type<Grant>>> = {
  authorization_code: AuthorizationCodeGrant,
  refresh_token: RefreshTokenGrant,
};
export const GRANT_TYPES = Object.keys(GRANTS);

/** As much of it as the log has in its own column. */
const MAX_GRANT_TYPE = 100;

/** The token endpoint: what holds of every grant, and which of them is asked for. */
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
  async grant(request: TokenRequest): Promise<TokenResponse> {
    const grantType = requireParameter(request.parameters, 'grant_type');
    const { resource } = request.parameters;
    if (resource !== undefined && !isOwnResource(resource, this.config.publicUrl)) {
      throw new OAuthError(
        'invalid_target',
        'resource_unknown',
        `The resource must be ${this.config.publicUrl} or a path below it.`,
        {
          explain: () =>
            explanation('value_unknown', { parameter: 'resource', sent: quoted(resource) }),
        },
      );
    }
    await this.accessTokens.ready();
    const grant = this.grants.get(grantType);
    if (grant) return grant.grant(request);
    throw new OAuthError(
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
}

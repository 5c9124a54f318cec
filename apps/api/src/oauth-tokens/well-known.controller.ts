import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { SCOPES } from '@flixcheck/oauth-protocol';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { AllowAnyone } from '../http/access.js';
import { CLIENT_AUTHENTICATION_METHODS } from '../oauth-clients/client-authentication.js';
import { JWKS_MAX_AGE_SECONDS, SigningKeys } from './signing-keys.js';
import { GRANT_TYPES } from './token-grants.js';

const CACHE = `public, max-age=${JWKS_MAX_AGE_SECONDS}`;

/** Where a client that knows only the issuer finds everything else. */
@ApiTags('Metadata')
@Controller('.well-known')
export class WellKnownController {
  constructor(
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    private readonly keys: SigningKeys,
  ) {}

  /** The same document at both addresses, because many clients try the OpenID one first. */
  @Get(['oauth-authorization-server', 'openid-configuration'])
  @AllowAnyone({ cors: true })
  @Header('Cache-Control', CACHE)
  @ApiOperation({ summary: 'Authorization server metadata (RFC 8414)' })
  authorizationServer() {
    const { publicUrl } = this.config;
    return {
      issuer: publicUrl,
      authorization_endpoint: `${publicUrl}/portal/oauth/authorize`,
      token_endpoint: `${publicUrl}/guest/v7/oauth-tokens`,
      revocation_endpoint: `${publicUrl}/guest/v7/oauth-tokens/revoke`,
      introspection_endpoint: `${publicUrl}/guest/v7/oauth-tokens/introspect`,
      userinfo_endpoint: `${publicUrl}/user/v7/oauth-userinfo`,
      jwks_uri: `${publicUrl}/.well-known/jwks.json`,
      service_documentation: `${publicUrl}/docs`,
      scopes_supported: [...SCOPES],
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      grant_types_supported: GRANT_TYPES,
      token_endpoint_auth_methods_supported: [...CLIENT_AUTHENTICATION_METHODS, 'none'],
      revocation_endpoint_auth_methods_supported: [...CLIENT_AUTHENTICATION_METHODS, 'none'],
      introspection_endpoint_auth_methods_supported: CLIENT_AUTHENTICATION_METHODS,
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      ui_locales_supported: ['de', 'en'],
      protected_resources: [publicUrl],
    };
  }

  @Get('jwks.json')
  @AllowAnyone({ cors: true })
  @Header('Cache-Control', CACHE)
  @Header('Content-Type', 'application/jwk-set+json')
  @ApiOperation({ summary: 'The keys that sign access tokens (RFC 7517)' })
  async jwks() {
    return JSON.stringify(await this.keys.jwks());
  }

  @Get('oauth-protected-resource')
  @AllowAnyone({ cors: true })
  @Header('Cache-Control', CACHE)
  @ApiOperation({ summary: 'Protected resource metadata (RFC 9728)' })
  protectedResource() {
    const { publicUrl } = this.config;
    return {
      resource: publicUrl,
      authorization_servers: [publicUrl],
      jwks_uri: `${publicUrl}/.well-known/jwks.json`,
      scopes_supported: [...SCOPES],
      bearer_methods_supported: ['header'],
      resource_name: 'Flixcheck',
      resource_documentation: `${publicUrl}/docs`,
    };
  }
}

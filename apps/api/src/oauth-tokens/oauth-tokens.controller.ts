import {
  applyDecorators,
  Controller,
  Header,
  HttpCode,
  Post,
  Req,
  type Type,
} from '@nestjs/common';
import {
  ApiBasicAuth,
  ApiBody,
  ApiConsumes,
  ApiExtraModels,
  ApiOperation,
  ApiResponse,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { OAuthErrorCode } from '@flixcheck/oauth-protocol';
import type { FastifyRequest } from 'fastify';
import { SECOND } from '../config/clock.js';
import { inWords } from '../config/in-words.js';
import { AllowClient } from '../http/access.js';
import { ApiLimits } from '../http/envelope.js';
import { BODY_LIMIT } from '../http/server.js';
import { ClientEndpoints } from '../oauth-clients/client-endpoints.js';
import { type ClientEndpoint, clientEndpoint } from '../oauth-clients/client-request.js';
import { CODE_LIFETIME_MS } from '../oauth-codes/code-rules.js';
import { DUPLICATE_REQUEST_MS } from './authorization-code-grant.js';
import {
  IntrospectionResponseDto,
  OAuthErrorDto,
  TOKEN_PARAMETERS,
  TokenParameterDto,
  TokenRequestDto,
  TokenResponseDto,
} from './oauth-tokens.dto.js';
import { ACCESS_TOKEN_LIFETIME_MS, REFRESH_RETRY_MS } from './token-rules.js';
import { GRANT_TYPES, TokenGrants } from './token-grants.js';
import { TokenIntrospection } from './token-introspection.js';
import { TokenRevocation } from './token-revocation.js';

const TOKEN = clientEndpoint({ name: 'token', grantTypes: GRANT_TYPES, ...TOKEN_PARAMETERS });
const REVOKE = clientEndpoint({ name: 'revoke', ...TOKEN_PARAMETERS });
const INTROSPECT = clientEndpoint({ name: 'introspect', ...TOKEN_PARAMETERS });

interface ClientRouteWords {
  summary: string;
  description: string;
  body: Type;
  /** Requests that work, apart from their codes and tokens. */
  examples: Record<string, { summary: string; value: object }>;
  /** The codes of a 400. */
  errors: OAuthErrorCode[];
  cors: boolean;
}

const CREDENTIALS = { client_id: 'maklerwelt-crm', client_secret: 'maklerwelt-crm-demo-secret' };
const TOKEN_EXAMPLES = {
  token: { summary: 'A token', value: { token: '…', ...CREDENTIALS } },
};

/** What all endpoints for clients have in common: form or JSON in, flat bodies out, no caching. */
function ClientRoute(
  endpoint: ClientEndpoint,
  { summary, description, body, examples, errors, cors }: ClientRouteWords,
) {
  const failures: [status: number, codes: OAuthErrorCode[], why: string][] = [
    [400, errors, 'the request, or the code or token in it, is not valid'],
    [401, ['invalid_client'], 'unknown client, or no or a wrong secret'],
    [413, ['invalid_request'], `the body is larger than ${BODY_LIMIT / 1024} kB`],
    [415, ['invalid_request'], 'the body is neither a form nor JSON'],
    [429, ['temporarily_unavailable'], 'too many failures of this client from this address'],
    [503, ['temporarily_unavailable'], 'try again after the seconds that Retry-After names'],
  ];
  return applyDecorators(
    HttpCode(200),
    AllowClient({ cors }, { clientEndpoint: endpoint }),
    Header('Cache-Control', 'no-store'),
    Header('Pragma', 'no-cache'),
    ApiOperation({ summary, description }),
    ApiBasicAuth('client'),
    ApiConsumes('application/x-www-form-urlencoded', 'application/json'),
    ApiExtraModels(body, OAuthErrorDto),
    ApiBody({ schema: { $ref: getSchemaPath(body) }, examples }),
    ...failures.map(([status, codes, why]) =>
      ApiResponse({
        status,
        description: `${codes.map((code) => `\`${code}\``).join(', ')} (RFC 6749 §5.2): ${why}`,
        type: OAuthErrorDto,
      }),
    ),
  );
}

@ApiTags('OAuth tokens')
@Controller('guest/v7/oauth-tokens')
export class OAuthTokensController {
  constructor(
    private readonly endpoints: ClientEndpoints,
    private readonly grants: TokenGrants,
    private readonly revocation: TokenRevocation,
    private readonly introspection: TokenIntrospection,
  ) {}

  @Post()
  @ApiLimits({
    accessTokenSeconds: ACCESS_TOKEN_LIFETIME_MS / SECOND,
    duplicateSeconds: DUPLICATE_REQUEST_MS / SECOND,
  })
  @ClientRoute(TOKEN, {
    summary: 'Exchanges a code for tokens, or refreshes them',
    description: `Takes a form or JSON, flat, with the client’s credentials in the body or as HTTP Basic. A code works once, for ${inWords(CODE_LIFETIME_MS)}. Each refresh token works once too: store the new one. A refresh may be sent again as long as its successor is unused and at most ${inWords(REFRESH_RETRY_MS)} old. \`error_description\` says what to do, and ends with the request id that the request log knows.`,
    body: TokenRequestDto,
    examples: {
      exchange: {
        summary: 'Exchange a code',
        value: { grant_type: 'authorization_code', code: '…', ...CREDENTIALS },
      },
      refresh: {
        summary: 'Refresh',
        value: { grant_type: 'refresh_token', refresh_token: '…', ...CREDENTIALS },
      },
    },
    errors: [
      'invalid_request',
      'invalid_grant',
      'invalid_scope',
      'invalid_target',
      'unsupported_grant_type',
    ],
    cors: true,
  })
  @ApiResponse({ status: 200, description: 'Tokens', type: TokenResponseDto })
  token(@Req() request: FastifyRequest) {
    return this.endpoints.handle(TOKEN, request, (input) => this.grants.grant(input));
  }

  @Post('revoke')
  @ClientRoute(REVOKE, {
    summary: 'Revokes a token (RFC 7009)',
    description:
      'A refresh token of the newest grant ends its whole connection; one of an earlier grant ends only its own family: the refresh and access tokens that its code has led to. An access token ends only itself. An unknown token is a success too.',
    body: TokenParameterDto,
    examples: TOKEN_EXAMPLES,
    errors: ['invalid_request', 'invalid_grant'],
    cors: true,
  })
  @ApiResponse({
    status: 200,
    description: 'The token is no longer valid',
    schema: { type: 'object', example: {} },
  })
  async revoke(@Req() request: FastifyRequest) {
    await this.endpoints.handle(REVOKE, request, (input) => this.revocation.revoke(input));
    return {};
  }

  @Post('introspect')
  @ClientRoute(INTROSPECT, {
    summary: 'Says whether a token of the client is active (RFC 7662)',
    description:
      'For confidential clients, about their own tokens; for all others the answer is `{"active": false}`.',
    body: TokenParameterDto,
    examples: TOKEN_EXAMPLES,
    errors: ['invalid_request'],
    cors: false,
  })
  @ApiResponse({
    status: 200,
    description: 'What the token allows',
    type: IntrospectionResponseDto,
  })
  introspect(@Req() request: FastifyRequest) {
    return this.endpoints.handle(INTROSPECT, request, (input) =>
      this.introspection.introspect(input),
    );
  }
}

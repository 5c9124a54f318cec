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
import type { FastifyRequest } from 'fastify';
import { AllowClient } from '../http/access.js';
import { ClientEndpoint } from './client-endpoint.js';
import {
  IntrospectionResponseDto,
  OAuthErrorDto,
  TokenParameterDto,
  TokenRequestDto,
  TokenResponseDto,
} from './oauth-tokens.dto.js';
import { TokenGrants } from './token-grants.js';
import { TokenIntrospection } from './token-introspection.js';
import { TokenRevocation } from './token-revocation.js';

/** What every endpoint of a client says of itself: form or JSON in, flat bodies out, no cache. */
function ClientRoute(summary: string, body: Type, cors: boolean) {
  return applyDecorators(
    HttpCode(200),
    AllowClient({ cors }),
    Header('Cache-Control', 'no-store'),
    Header('Pragma', 'no-cache'),
    ApiOperation({ summary }),
    ApiBasicAuth('client'),
    ApiConsumes('application/x-www-form-urlencoded', 'application/json'),
    ApiExtraModels(body, OAuthErrorDto),
    ApiBody({ schema: { $ref: getSchemaPath(body) } }),
    ...[400, 401, 429, 503].map((status) =>
      ApiResponse({ status, description: 'Error (RFC 6749 §5.2)', type: OAuthErrorDto }),
    ),
  );
}

@ApiTags('OAuth tokens')
@Controller('guest/v7/oauth-tokens')
export class OAuthTokensController {
  constructor(
    private readonly endpoint: ClientEndpoint,
    private readonly grants: TokenGrants,
    private readonly revocation: TokenRevocation,
    private readonly introspection: TokenIntrospection,
  ) {}

  @Post()
  @ClientRoute('Exchanges a code for tokens, or refreshes them', TokenRequestDto, true)
  @ApiResponse({ status: 200, type: TokenResponseDto })
  token(@Req() request: FastifyRequest) {
    return this.endpoint.handle('token', request, (...input) => this.grants.grant(...input));
  }

  @Post('revoke')
  @ClientRoute('Revokes a token (RFC 7009)', TokenParameterDto, true)
  @ApiResponse({ status: 200, schema: { type: 'object', example: {} } })
  async revoke(@Req() request: FastifyRequest) {
    await this.endpoint.handle('revoke', request, (...input) => this.revocation.revoke(...input));
    return {};
  }

  @Post('introspect')
  @ClientRoute('Says whether a token of the client is good (RFC 7662)', TokenParameterDto, false)
  @ApiResponse({ status: 200, type: IntrospectionResponseDto })
  introspect(@Req() request: FastifyRequest) {
    return this.endpoint.handle('introspect', request, (...input) =>
      this.introspection.introspect(...input),
    );
  }
}

import { Body, Controller, Get, Header, Post, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { SCOPES } from '@flixcheck/oauth-protocol';
import type { FastifyRequest } from 'fastify';
import { ApprovalRequestDto } from '../account-policy/approval-requests.dto.js';
import { ApprovalRequestsOverview } from '../account-policy/approval-requests-overview.js';
import { SECOND } from '../config/clock.js';
import { CurrentCaller, RequireSession, type SessionCaller } from '../http/access.js';
import { ApiLimits, ApiProblems, ApiResource } from '../http/envelope.js';
import { AuthorizationRequestLog } from './authorization-request/authorization-request-log.js';
import { AuthorizationRequests } from './authorization-requests.js';
import { CODE_LIFETIME_MS } from './code-rules.js';
import {
  ApprovalRequestCreateRequest,
  AuthorizationRequestDto,
  OAuthCodeCreateRequest,
  OAuthCodeDto,
} from './oauth-codes.dto.js';
import { OAuthCodesService } from './oauth-codes.service.js';

/** What is wrong with the authorization request itself. */
const REFUSED = [
  'unknown_client',
  'invalid_redirect_uri',
  'invalid_request',
  'invalid_scope',
  'invalid_target',
] as const;

/** Why a request that is right is not granted. */
const NOT_GRANTED = [
  'client_not_allowed',
  'user_changed',
  'client_changed',
  'connection_changed',
] as const;

@ApiTags('Authorization')
@Controller('user/v7')
export class OAuthCodesController {
  constructor(
    private readonly requests: AuthorizationRequests,
    private readonly codes: OAuthCodesService,
    private readonly log: AuthorizationRequestLog,
    private readonly approvalRequests: ApprovalRequestsOverview,
  ) {}

  @Get('oauth-authorization-request')
  @RequireSession()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'Validates the query of the authorize page and says what the page shows',
    description:
      'Takes the query byte for byte, in either spelling. A problem has `redirectTo` exactly when the error may be sent to the client.',
  })
  @ApiQuery({
    name: 'clientId',
    required: false,
    description: 'required, in this spelling or as `client_id`',
    example: 'maklerwelt-crm',
  })
  @ApiQuery({ name: 'client_id', required: false, description: 'the standard spelling' })
  @ApiQuery({
    name: 'redirectUri',
    required: false,
    description: 'may be left out if only one is registered',
    schema: { type: 'string', format: 'uri', example: 'http://localhost:4000/callback' },
  })
  @ApiQuery({
    name: 'redirect_uri',
    required: false,
    description: 'the standard spelling',
    schema: { type: 'string', format: 'uri' },
  })
  @ApiQuery({ name: 'response_type', schema: { type: 'string', enum: ['code'] } })
  @ApiQuery({
    name: 'scope',
    required: false,
    description: `of ${SCOPES.join(', ')}, separated by spaces`,
    example: 'readwrite',
  })
  @ApiQuery({
    name: 'state',
    required: false,
    description: 'returned unchanged',
    example: 'open',
  })
  @ApiQuery({
    name: 'code_challenge',
    required: false,
    description: 'RFC 7636; also `codeChallenge`',
    schema: { type: 'string', minLength: 43, maxLength: 43 },
  })
  @ApiQuery({
    name: 'code_challenge_method',
    required: false,
    description: 'also `codeChallengeMethod`',
    schema: { type: 'string', enum: ['S256'] },
  })
  @ApiQuery({
    name: 'resource',
    required: false,
    description: 'RFC 8707: this server, or a path below it',
    schema: { type: 'string', format: 'uri' },
  })
  @ApiResource(AuthorizationRequestDto)
  @ApiProblems(400, 401, 403, ...REFUSED, 'unsupported_response_type')
  async describe(
    @Query() query: Record<string, unknown>,
    @CurrentCaller() caller: SessionCaller,
    @Req() http: FastifyRequest,
  ) {
    return this.log.watch(http, async (attempt) => ({
      resource: await this.requests.describe(query, caller, attempt),
    }));
  }

  @Post('approval-requests')
  @RequireSession()
  @ApiOperation({
    summary: 'Asks the admins of the account to allow an application',
    description:
      'Where they have not; one open request for each person and application. The authorization request is kept for an hour, to go on with after the approval.',
  })
  @ApiResource(ApprovalRequestDto, { status: 201 })
  @ApiProblems(400, 401, 403, ...REFUSED, 'unsupported_response_type', 409, 415, 429)
  async askForApproval(
    @Body() body: ApprovalRequestCreateRequest,
    @CurrentCaller() caller: SessionCaller,
  ) {
    const id = await this.requests.askForApproval(body.resource, caller);
    return { resource: await this.approvalRequests.find(caller, id) };
  }

  @Post('oauth-codes')
  @ApiLimits({ codeSeconds: CODE_LIFETIME_MS / SECOND })
  @RequireSession()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'Grants access: opens the connection and creates an authorization code',
    description:
      'What the primary button of the authorize page does; a caller with a session may do it itself. With `inAdvance`, what the page does instead of asking.',
  })
  @ApiResource(OAuthCodeDto, { status: 201 })
  @ApiProblems(400, 401, 403, ...REFUSED, ...NOT_GRANTED, 409, 415, 429)
  async create(
    @Body() body: OAuthCodeCreateRequest,
    @CurrentCaller() caller: SessionCaller,
    @Req() http: FastifyRequest,
  ) {
    return this.log.watch(http, async (attempt) => ({
      resource: await this.codes.create(body.resource, caller, attempt),
    }));
  }
}

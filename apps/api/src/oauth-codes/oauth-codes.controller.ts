import { Body, Controller, Get, Header, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, RequireSession, type SessionCaller } from '../http/access.js';
import { ApiProblems, ApiResource } from '../http/envelope.js';
import {
  AuthorizationRequestDto,
  OAuthCodeCreateRequest,
  OAuthCodeDto,
} from './oauth-codes.dto.js';
import { OAuthCodesService } from './oauth-codes.service.js';

@ApiTags('Authorization')
@Controller('user/v7')
export class OAuthCodesController {
  constructor(private readonly codes: OAuthCodesService) {}

  @Get('oauth-authorization-request')
  @RequireSession()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'Validates the query of the authorize page and says what the page shows',
    description:
      'Takes the query byte for byte, in either spelling. `redirectTo` of a problem is there exactly where the error may be sent to the client.',
  })
  @ApiQuery({ name: 'clientId', example: 'maklerwelt-crm' })
  @ApiQuery({ name: 'redirectUri', required: false, example: 'http://localhost:4000/callback' })
  @ApiQuery({ name: 'response_type', example: 'code' })
  @ApiQuery({ name: 'scope', required: false, example: 'readwrite' })
  @ApiQuery({ name: 'state', required: false, example: 'open' })
  @ApiQuery({ name: 'code_challenge', required: false })
  @ApiQuery({ name: 'code_challenge_method', required: false, example: 'S256' })
  @ApiQuery({ name: 'resource', required: false })
  @ApiResource(AuthorizationRequestDto)
  @ApiProblems(400, 401)
  async describe(@Query() query: Record<string, unknown>, @CurrentCaller() caller: SessionCaller) {
    return { resource: await this.codes.describeRequest(query, caller) };
  }

  @Post('oauth-codes')
  @RequireSession()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'Grants access: opens the connection and creates an authorization code',
    description:
      'What the primary button of the authorize page does; a caller with a session may do it itself.',
  })
  @ApiResource(OAuthCodeDto, { status: 201 })
  @ApiProblems(400, 401, 403, 415)
  async create(@Body() body: OAuthCodeCreateRequest, @CurrentCaller() caller: SessionCaller) {
    return { resource: await this.codes.create(body.resource, caller) };
  }
}

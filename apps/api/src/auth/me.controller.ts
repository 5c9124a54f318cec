import { Body, Controller, Get, HttpCode, Ip, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  type Caller,
  CurrentCaller,
  RequireSession,
  RequireSessionOrBearer,
  type SessionCaller,
} from '../http/access.js';
import { ApiProblems, ApiResource, type ResourceEnvelope } from '../http/envelope.js';
import { ChangePasswordRequest, MeDto } from './me.dto.js';
import { MeService } from './me.service.js';
import { PasswordsService } from './passwords.service.js';

@ApiTags('Users')
@Controller('user/v7/users/me')
export class MeController {
  constructor(
    private readonly me: MeService,
    private readonly passwords: PasswordsService,
  ) {}

  @Get()
  @RequireSessionOrBearer('read')
  @ApiOperation({ summary: 'The user that the caller acts as' })
  @ApiResource(MeDto)
  @ApiProblems(401, 403)
  async get(@CurrentCaller() caller: Caller): Promise<ResourceEnvelope<MeDto>> {
    return { resource: await this.me.describe(caller) };
  }

  @Post('password')
  @RequireSession()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Change my password',
    description:
      'Ends all my other sessions. A wrong current password counts as a failure to sign in.',
  })
  @ApiNoContentResponse({ description: 'Changed' })
  @ApiProblems(400, 401, 403, 415, 429)
  changePassword(
    @CurrentCaller() caller: SessionCaller,
    @Ip() ip: string,
    @Body() body: ChangePasswordRequest,
  ): Promise<void> {
    return this.passwords.change(caller, ip, body.resource);
  }
}

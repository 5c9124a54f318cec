import { Body, Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { KnownDevices } from '../auth/known-devices.js';
import { SessionCookie } from '../auth/session-cookie.js';
import {
  type Caller,
  AllowWithDuty,
  CurrentCaller,
  RequireSession,
  RequireSessionOrBearer,
  type SessionCaller,
} from '../http/access.js';
import { ApiProblems, ApiResource, type ResourceEnvelope } from '../http/envelope.js';
import { proofSourceOf } from './identity-proof.js';
import {
  ChangePasswordRequest,
  JudgePasswordRequest,
  MeDto,
  PasswordJudgementDto,
} from './me.dto.js';
import { MAX_JUDGEMENTS } from './judgement-limit.js';
import { MeService } from './me.service.js';
import { PasswordsService } from './passwords.service.js';

@ApiTags('Users')
@Controller('user/v7/users/me')
export class MeController {
  constructor(
    private readonly me: MeService,
    private readonly passwords: PasswordsService,
    private readonly cookie: SessionCookie,
    private readonly devices: KnownDevices,
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
  @AllowWithDuty('password')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Change my password',
    description:
      'Ends all my sessions, this one too; the answer sets the cookie of a new one. A wrong current password counts as a failed sign-in. Who has joined with a passkey and has no password yet needs a fresh proof of identity instead.',
  })
  @ApiNoContentResponse({ description: 'Changed' })
  @ApiProblems(400, 401, 403, 'identity_proof_required', 415, 429, 'service_unavailable')
  async changePassword(
    @CurrentCaller() caller: SessionCaller,
    @Body() body: ChangePasswordRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const source = proofSourceOf(request, 'password_change', this.devices);
    const secret = await this.passwords.change(caller, body.resource, source);
    this.cookie.set(reply, secret);
  }

  @Post('password-strength')
  @RequireSession()
  @AllowWithDuty('password')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Rate a password',
    description: `Applies the same rules as a change of the password, and stores nothing: for advice while somebody types. At most ${MAX_JUDGEMENTS} times a minute.`,
  })
  @ApiResource(PasswordJudgementDto)
  @ApiProblems(400, 401, 403, 415, 429, 'service_unavailable')
  async judgePassword(
    @CurrentCaller() caller: SessionCaller,
    @Body() body: JudgePasswordRequest,
    @Req() { signal }: FastifyRequest,
  ): Promise<ResourceEnvelope<PasswordJudgementDto>> {
    return { resource: await this.passwords.judge(caller, body.resource.password, signal) };
  }
}

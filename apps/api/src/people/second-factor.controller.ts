import { Body, Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { KnownDevices } from '../auth/known-devices.js';
import { SessionCookie } from '../auth/session-cookie.js';
import {
  AllowWithDuty,
  CurrentCaller,
  RequireSession,
  type SessionCaller,
} from '../http/access.js';
import { ApiProblems, ApiResource, type ResourceEnvelope } from '../http/envelope.js';
import { type ProofSource, proofSourceOf } from './identity-proof.js';
import { OwnSecondFactor } from './own-second-factor.js';
import {
  ConfirmSecondFactorRequest,
  FullProofRequest,
  RecoveryCodesDto,
  SecondFactorDto,
  SecondFactorSecretDto,
  SetUpSecondFactorRequest,
  toSecondFactor,
} from './second-factor.dto.js';

@ApiTags('Users')
@Controller('user/v7/users')
export class SecondFactorController {
  constructor(
    private readonly factor: OwnSecondFactor,
    private readonly devices: KnownDevices,
    private readonly cookie: SessionCookie,
  ) {}

  @Get('me/second-factor')
  @RequireSession()
  @AllowWithDuty('factor')
  @ApiOperation({ summary: 'Whether my sign-in has two steps' })
  @ApiResource(SecondFactorDto)
  @ApiProblems(401, 403)
  async get(@CurrentCaller() caller: SessionCaller): Promise<ResourceEnvelope<SecondFactorDto>> {
    return { resource: toSecondFactor(await this.factor.stateOf(caller)) };
  }

  @Post('me/second-factor')
  @RequireSession()
  @AllowWithDuty('factor')
  @ApiOperation({
    summary: 'Set up an authenticator app',
    description:
      'Gives the secret for the app (TOTP, RFC 6238). The sign-in stays as it is until the first code of the app has been confirmed.',
  })
  @ApiResource(SecondFactorSecretDto, { status: 201, description: 'To be confirmed' })
  @ApiProblems(400, 401, 403, 409, 415, 429, 'service_unavailable')
  async begin(
    @CurrentCaller() caller: SessionCaller,
    @Body() { resource }: SetUpSecondFactorRequest,
    @Req() request: FastifyRequest,
  ): Promise<ResourceEnvelope<SecondFactorSecretDto>> {
    const { currentPassword } = resource;
    return { resource: await this.factor.begin(caller, currentPassword, this.sourceOf(request)) };
  }

  @Post('me/second-factor/confirmations')
  @RequireSession()
  @AllowWithDuty('factor')
  @ApiOperation({
    summary: 'Switch two steps on',
    description:
      'With a code of the app that has just been set up. Ends all my sessions, this one too; the answer sets the cookie of a new one.',
  })
  @ApiResource(RecoveryCodesDto, { status: 201, description: 'Switched on' })
  @ApiProblems(400, 401, 403, 415)
  async confirm(
    @CurrentCaller() caller: SessionCaller,
    @Body() { resource }: ConfirmSecondFactorRequest,
    @Req() { ip, headers }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResourceEnvelope<RecoveryCodesDto>> {
    const device = { ip, userAgent: headers['user-agent'] };
    const { recoveryCodes, cookie } = await this.factor.confirm(caller, resource.code, device);
    this.cookie.set(reply, cookie);
    return { resource: { recoveryCodes } };
  }

  @Post('me/second-factor/recovery-codes')
  @RequireSession()
  @ApiOperation({
    summary: 'Make new recovery codes',
    description: 'The earlier ones are void. A wrong password or code counts as a failed sign-in.',
  })
  @ApiResource(RecoveryCodesDto, { status: 201, description: 'Made' })
  @ApiProblems(400, 401, 403, 415, 429, 'service_unavailable')
  async renewRecoveryCodes(
    @CurrentCaller() caller: SessionCaller,
    @Body() { resource }: FullProofRequest,
    @Req() request: FastifyRequest,
  ): Promise<ResourceEnvelope<RecoveryCodesDto>> {
    const source = this.sourceOf(request);
    return {
      resource: { recoveryCodes: await this.factor.renewRecoveryCodes(caller, resource, source) },
    };
  }

  @Post('me/second-factor/removals')
  @RequireSession()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Switch two steps off',
    description:
      'The answer sets another cookie for this session; the others stay. A wrong password or code counts as a failed sign-in.',
  })
  @ApiNoContentResponse({ description: 'Switched off' })
  @ApiProblems(400, 401, 403, 415, 429, 'service_unavailable')
  async remove(
    @CurrentCaller() caller: SessionCaller,
    @Body() { resource }: FullProofRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const cookie = await this.factor.remove(caller, resource, this.sourceOf(request));
    if (cookie !== null) this.cookie.set(reply, cookie);
  }

  private sourceOf(request: FastifyRequest): ProofSource {
    return proofSourceOf(request, 'second_factor_change', this.devices);
  }
}

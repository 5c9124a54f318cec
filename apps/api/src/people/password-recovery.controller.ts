import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { SECOND } from '../config/clock.js';
import { inWords } from '../config/in-words.js';
import { AllowSignIn } from '../http/access.js';
import { ApiLimits, ApiProblems, ApiResource, type ResourceEnvelope } from '../http/envelope.js';
import { RECOVERY_LIFETIME_MS } from '../mail/mail-kinds.js';
import { LinkTokenRequest, OpenLinkDto } from './link-token.dto.js';
import { RecoveredPasswordRequest, RecoveryRequest } from './password-recovery.dto.js';
import { PasswordRecovery } from './password-recovery.js';
import { MAX_PER_ADDRESS, MAX_PER_NETWORK } from './password-recovery-limits.js';

@ApiTags('Sessions')
@Controller('guest/v7/password-recoveries')
export class PasswordRecoveryController {
  constructor(private readonly recovery: PasswordRecovery) {}

  @Post()
  @AllowSignIn()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Ask for a link to set a new password',
    description: `The link goes to the address by mail, if a user has it, and works once within ${inWords(RECOVERY_LIFETIME_MS)}. The answer is the same either way. At most ${MAX_PER_ADDRESS} times an hour for an address, and ${MAX_PER_NETWORK} times from a network.`,
  })
  @ApiLimits({ linkSeconds: RECOVERY_LIFETIME_MS / SECOND })
  @ApiNoContentResponse({ description: 'Asked for' })
  @ApiProblems(400, 403, 415, 429)
  request(@Body() body: RecoveryRequest, @Req() { ip }: FastifyRequest): Promise<void> {
    return this.recovery.request(body.resource.email, ip);
  }

  @Post('lookups')
  @AllowSignIn()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Whether such a link can still be used',
    description:
      'The token is in the body, so that no log of addresses has it. Nothing is used up.',
  })
  @ApiResource(OpenLinkDto)
  @ApiProblems(400, 403, 415)
  async find(@Body() { resource }: LinkTokenRequest): Promise<ResourceEnvelope<OpenLinkDto>> {
    const { expiresAt } = await this.recovery.find(resource.token);
    return { resource: { expiresAt: expiresAt.toISOString() } };
  }

  @Post('completions')
  @AllowSignIn()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Set a new password through such a link',
    description: 'Ends all sessions of the user, who then signs in with it. Connections stay.',
  })
  @ApiNoContentResponse({ description: 'The password is another one' })
  @ApiProblems(400, 403, 415, 'service_unavailable')
  complete(@Body() body: RecoveredPasswordRequest, @Req() { ip }: FastifyRequest): Promise<void> {
    const { token, newPassword } = body.resource;
    return this.recovery.complete(token, newPassword, ip);
  }
}

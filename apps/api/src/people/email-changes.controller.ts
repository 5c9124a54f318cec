import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { KnownDevices } from '../auth/known-devices.js';
import { SECOND } from '../config/clock.js';
import { inWords } from '../config/in-words.js';
import { CurrentCaller, RequireSession, type SessionCaller } from '../http/access.js';
import { ApiLimits, ApiProblems, ApiResource, type ResourceEnvelope } from '../http/envelope.js';
import { EMAIL_CHANGE_LIFETIME_MS } from '../mail/email-change-mails.js';
import {
  EmailChangeLinkRequest,
  EmailChangeRequest,
  OpenEmailChangeDto,
} from './email-changes.dto.js';
import { EmailChanges, MAX_EMAIL_CHANGES } from './email-changes.js';
import { proofSourceOf } from './identity-proof.js';

@ApiTags('Users')
@Controller('user/v7/users/me/email-changes')
export class EmailChangesController {
  constructor(
    private readonly changes: EmailChanges,
    private readonly devices: KnownDevices,
  ) {}

  @Post()
  @RequireSession()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Ask for another e-mail address',
    description: `A link goes to the new address, and works once within ${inWords(EMAIL_CHANGE_LIFETIME_MS)} for who asked. The answer is the same where somebody else has it. The present address is told. At most ${MAX_EMAIL_CHANGES} times in that time. A wrong password or code counts as a failed sign-in.`,
  })
  @ApiLimits({ linkSeconds: EMAIL_CHANGE_LIFETIME_MS / SECOND })
  @ApiNoContentResponse({ description: 'Asked for' })
  @ApiProblems(400, 401, 403, 415, 429, 'service_unavailable')
  request(
    @CurrentCaller() caller: SessionCaller,
    @Body() { resource }: EmailChangeRequest,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    const source = proofSourceOf(request, 'email_change', this.devices);
    return this.changes.request(caller, resource, source);
  }

  @Post('lookups')
  @RequireSession()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Which address such a link is about',
    description:
      'Of those that I have asked for myself. The token is in the body, so that no log of addresses has it. Nothing is used up.',
  })
  @ApiResource(OpenEmailChangeDto)
  @ApiProblems(400, 401, 403, 415)
  async find(
    @CurrentCaller() caller: SessionCaller,
    @Body() { resource }: EmailChangeLinkRequest,
  ): Promise<ResourceEnvelope<OpenEmailChangeDto>> {
    const { newEmail, expiresAt } = await this.changes.find(caller, resource.token);
    return { resource: { newEmail, expiresAt: expiresAt.toISOString() } };
  }

  @Post('completions')
  @RequireSession()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Take the new address through such a link',
    description: 'Ends all my other sessions. The address before is told.',
  })
  @ApiNoContentResponse({ description: 'The address is another one' })
  @ApiProblems(400, 401, 403, 415)
  complete(
    @CurrentCaller() caller: SessionCaller,
    @Body() { resource }: EmailChangeLinkRequest,
    @Req() { ip }: FastifyRequest,
  ): Promise<void> {
    return this.changes.complete(caller, resource.token, ip);
  }
}

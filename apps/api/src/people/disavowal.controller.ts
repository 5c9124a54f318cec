import { Body, Controller, Post, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { SECOND } from '../config/clock.js';
import { inWords } from '../config/in-words.js';
import { AllowSignIn } from '../http/access.js';
import { ApiLimits, ApiProblems, ApiResource, type ResourceEnvelope } from '../http/envelope.js';
import { DISAVOWAL_LIFETIME_MS, RECOVERY_LIFETIME_MS } from '../mail/mail-kinds.js';
import { Disavowal } from './disavowal.js';
import { DisavowalRequest, DisavowedDto } from './disavowal.dto.js';

@ApiTags('Sessions')
@Controller('guest/v7/sessions/disavowals')
export class DisavowalController {
  constructor(private readonly disavowal: Disavowal) {}

  @Post()
  @AllowSignIn()
  @ApiOperation({
    summary: 'Say that a sign-in was not oneself',
    description: `With the token of the link in the mail about a sign-in on a new device, once within ${inWords(DISAVOWAL_LIFETIME_MS)}. Ends all sessions and passkeys of the user and the password, and what was done since that sign-in: a second factor, and connections. Stops a reset of the second factor that is pending. The answer’s token sets a new password, within ${inWords(RECOVERY_LIFETIME_MS)}.`,
  })
  @ApiLimits({ linkSeconds: DISAVOWAL_LIFETIME_MS / SECOND })
  @ApiResource(DisavowedDto, { status: 201, description: 'All that has ended' })
  @ApiProblems(400, 403, 415)
  async create(
    @Body() { resource }: DisavowalRequest,
    @Req() { ip }: FastifyRequest,
  ): Promise<ResourceEnvelope<DisavowedDto>> {
    return { resource: { token: await this.disavowal.disavow(resource.token, ip) } };
  }
}

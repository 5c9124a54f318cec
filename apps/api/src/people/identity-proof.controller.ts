import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { KnownDevices } from '../auth/known-devices.js';
import { SessionsService } from '../auth/sessions.service.js';
import { Clock, SECOND } from '../config/clock.js';
import { inWords } from '../config/in-words.js';
import {
  AllowWithoutFactor,
  CurrentCaller,
  RequireSession,
  type SessionCaller,
} from '../http/access.js';
import { ApiLimits, ApiProblems } from '../http/envelope.js';
import { PROOF_LASTS_MS } from '../http/identity-proof.js';
import { IdentityProof, proofSourceOf } from './identity-proof.js';
import { IdentityProofRequest } from './identity-proof.dto.js';

/** Lives here rather than in auth/ because everything that asks for a proof shares its rules. */
@ApiTags('Sessions')
@Controller('user/v7/sessions/current/proofs')
export class IdentityProofController {
  constructor(
    private readonly proof: IdentityProof,
    private readonly sessions: SessionsService,
    private readonly devices: KnownDevices,
    private readonly clock: Clock,
  ) {}

  @Post()
  @RequireSession()
  @AllowWithoutFactor()
  @HttpCode(204)
  @ApiLimits({ proofSeconds: PROOF_LASTS_MS / SECOND })
  @ApiOperation({
    summary: 'Prove again that it is me',
    description: `With the password, and a code from users who have a second factor. For ${inWords(PROOF_LASTS_MS)}, as after a sign-in, nothing that this session does is refused with \`identity_proof_required\`. A wrong password or code counts as a failed sign-in.`,
  })
  @ApiNoContentResponse({ description: 'Proven' })
  @ApiProblems(400, 401, 403, 415, 429, 'service_unavailable')
  async prove(
    @CurrentCaller() caller: SessionCaller,
    @Body() { resource }: IdentityProofRequest,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    const source = proofSourceOf(request, 'identity_proof', this.devices);
    await this.proof.verify(caller, resource, source);
    await this.sessions.noteProof(caller.sessionId, this.clock.now());
  }
}

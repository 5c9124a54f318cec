import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { KnownDevices } from '../auth/known-devices.js';
import { PasskeyOptionsDto } from '../auth/passkeys.dto.js';
import { SessionCookie } from '../auth/session-cookie.js';
import { SessionsService } from '../auth/sessions.service.js';
import { SECOND } from '../config/clock.js';
import { inWords } from '../config/in-words.js';
import {
  AllowWithDuty,
  CurrentCaller,
  RequireSession,
  type SessionCaller,
} from '../http/access.js';
import { ApiLimits, ApiProblems, ApiResource, type ResourceEnvelope } from '../http/envelope.js';
import { PROOF_LASTS_MS } from '../http/identity-proof.js';
import { IdentityProof, proofSourceOf } from './identity-proof.js';
import { PASSKEY_CHALLENGE_MS } from '../users/passkey-challenges.js';
import { IdentityProofRequest } from './identity-proof.dto.js';

/** Lives here rather than in auth/ because everything that asks for a proof shares its rules. */
@ApiTags('Sessions')
@Controller('user/v7/sessions/current/proofs')
export class IdentityProofController {
  constructor(
    private readonly proof: IdentityProof,
    private readonly sessions: SessionsService,
    private readonly devices: KnownDevices,
    private readonly cookie: SessionCookie,
    private readonly dataSource: DataSource,
  ) {}

  @Post('challenges')
  @RequireSession()
  @AllowWithDuty('factor')
  @ApiOperation({
    summary: 'Begin to prove with a passkey that it is me',
    description: `Gives what the browser’s \`navigator.credentials.get\` takes. Its answer is good for ${inWords(PASSKEY_CHALLENGE_MS)}, once, in this session.`,
  })
  @ApiResource(PasskeyOptionsDto, { status: 201, description: 'To be answered by a passkey' })
  @ApiProblems(401, 403, 409)
  async begin(
    @CurrentCaller() caller: SessionCaller,
  ): Promise<ResourceEnvelope<PasskeyOptionsDto>> {
    return { resource: { publicKey: await this.proof.passkeyOptions(caller) } };
  }

  @Post()
  @RequireSession()
  @AllowWithDuty('factor')
  @HttpCode(204)
  @ApiLimits({ proofSeconds: PROOF_LASTS_MS / SECOND })
  @ApiOperation({
    summary: 'Prove again that it is me',
    description: `With a passkey; or with the password, and a code from users who have a second factor. For ${inWords(PROOF_LASTS_MS)}, as after a sign-in, nothing that this session does is refused with \`identity_proof_required\`. The answer sets another cookie for it. A wrong password or code counts as a failed sign-in.`,
  })
  @ApiNoContentResponse({ description: 'Proven' })
  @ApiProblems(400, 401, 403, 415, 429, 'service_unavailable')
  async prove(
    @CurrentCaller() caller: SessionCaller,
    @Body() { resource }: IdentityProofRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const source = proofSourceOf(request, 'identity_proof', this.devices);
    await this.proof.verify(caller, resource, source);
    const { manager } = this.dataSource;
    const secret = await this.sessions.renew(manager, caller.sessionId, { proven: true });
    this.cookie.set(reply, secret);
  }
}

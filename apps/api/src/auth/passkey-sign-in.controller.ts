import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AllowSignIn } from '../http/access.js';
import { ApiProblems, ApiResource, type ResourceEnvelope } from '../http/envelope.js';
import { ClientDevelopers } from '../oauth-clients/client-developers.js';
import { PASSKEY_CHALLENGE_MS } from '../users/passkey-challenges.js';
import { Passkeys } from '../users/passkeys.service.js';
import { inWords } from '../config/in-words.js';
import { KnownDevices } from './known-devices.js';
import { PasskeyOptionsDto, PasskeySignInRequest } from './passkeys.dto.js';
import { PasskeySignIn } from './passkey-sign-in.js';
import { SessionCookie } from './session-cookie.js';
import { CurrentSessionDto, toCurrentSession } from './sessions.dto.js';
import { SignInMetrics } from './sign-in-metrics.js';

@ApiTags('Sessions')
@Controller('guest/v7/sessions')
export class PasskeySignInController {
  constructor(
    private readonly passkeys: Passkeys,
    private readonly signIn: PasskeySignIn,
    private readonly developers: ClientDevelopers,
    private readonly cookie: SessionCookie,
    private readonly devices: KnownDevices,
    private readonly metrics: SignInMetrics,
  ) {}

  @Post('passkey-challenges')
  @AllowSignIn()
  @ApiOperation({
    summary: 'Begin to sign in with a passkey',
    description: `Gives what the browser’s \`navigator.credentials.get\` takes. Its answer is good for ${inWords(PASSKEY_CHALLENGE_MS)}, once.`,
  })
  @ApiResource(PasskeyOptionsDto, { status: 201, description: 'To be answered by a passkey' })
  @ApiProblems(403)
  async begin(): Promise<ResourceEnvelope<PasskeyOptionsDto>> {
    return { resource: { publicKey: await this.passkeys.signInOptions() } };
  }

  @Post('passkeys')
  @AllowSignIn()
  @ApiOperation({
    summary: 'Sign in with a passkey',
    description:
      'Sets the session cookie. No password and no code is asked for besides: the device has been unlocked for it. Never limited by what others try.',
  })
  @ApiResource(CurrentSessionDto, { status: 201, description: 'Signed in' })
  @ApiProblems(400, 401, 'invalid_passkey', 403, 415)
  async create(
    @Body() { resource }: PasskeySignInRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResourceEnvelope<CurrentSessionDto>> {
    const { ip, headers } = request;
    const oldSecret = this.cookie.read(request);
    const device = { ip, userAgent: headers['user-agent'], oldSecret };
    const { session, secret, user } = await this.signIn
      .start(resource.credential, device)
      .catch((error: unknown) => {
        this.metrics.refusal(error);
        throw error;
      });
    this.metrics.success();
    this.cookie.set(reply, secret);
    this.devices.remember(request, reply, user.email);
    const developer = await this.developers.developsAny(user.id);
    return { resource: toCurrentSession(session, user, developer) };
  }
}

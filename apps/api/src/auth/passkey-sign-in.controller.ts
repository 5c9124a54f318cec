import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { inWords } from '../config/in-words.js';
import { AllowSignIn } from '../http/access.js';
import { ApiProblems, ApiResource, type ResourceEnvelope } from '../http/envelope.js';
import { PASSKEY_CHALLENGE_MS } from '../users/passkey-challenges.js';
import { Passkeys } from '../users/passkeys.service.js';
import { PasskeyOptionsDto, PasskeySignInRequest } from './passkeys.dto.js';
import { PasskeySignIn } from './passkey-sign-in.js';
import { CurrentSessionDto } from './sessions.dto.js';
import { SignInAnswer } from './sign-in-answer.js';
import { SignInMetrics } from './sign-in-metrics.js';

@ApiTags('Sessions')
@Controller('guest/v7/sessions')
export class PasskeySignInController {
  constructor(
    private readonly passkeys: Passkeys,
    private readonly signIn: PasskeySignIn,
    private readonly answer: SignInAnswer,
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
  begin(): ResourceEnvelope<PasskeyOptionsDto> {
    return { resource: { publicKey: this.passkeys.signInOptions() } };
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
    const signedIn = await this.signIn
      .start(resource.credential, this.answer.deviceOf(request))
      .catch((error: unknown) => {
        this.metrics.refusal(error);
        throw error;
      });
    this.metrics.success();
    return { resource: await this.answer.give(request, reply, signedIn) };
  }
}

import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AllowSignIn } from '../http/access.js';
import { ApiError } from '../http/api-error.js';
import { ApiProblems, ApiResource, type ResourceEnvelope } from '../http/envelope.js';
import { Counters } from '../operations/counters.js';
import { invalidCredentials } from './credentials.js';
import { SessionCookie } from './session-cookie.js';
import { CurrentSessionDto, SignInRequest, toCurrentSession } from './sessions.dto.js';
import { type SignedIn, SignInService } from './sign-in.service.js';
import { LocalStrategy } from './strategies/local.strategy.js';
import { authenticate } from './strategies/request.strategy.js';

@ApiTags('Sessions')
@Controller('guest/v7/sessions')
export class SignInController {
  constructor(
    private readonly strategy: LocalStrategy,
    private readonly signIn: SignInService,
    private readonly cookie: SessionCookie,
    private readonly counters: Counters,
  ) {}

  @Post()
  @AllowSignIn()
  @ApiOperation({
    summary: 'Sign in',
    description:
      'Sets the session cookie. After 10 failures for one e-mail address, or 100 from one network, within 15 minutes: 429 with `Retry-After` until the window has moved on.',
  })
  @ApiResource(CurrentSessionDto, { status: 201, description: 'Signed in' })
  @ApiProblems(400, 401, 403, 415, 429)
  async create(
    // Declared so that it is validated; passport-local reads the same body from the request.
    @Body() _body: SignInRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResourceEnvelope<CurrentSessionDto>> {
    const { session, secret, user } = await this.counted(() => this.start(request, reply));
    this.cookie.set(reply, secret);
    return { resource: toCurrentSession(session, user) };
  }

  private async start(request: FastifyRequest, reply: FastifyReply): Promise<SignedIn> {
    const credentials = await authenticate(this.strategy, request, reply);
    if (!credentials) throw invalidCredentials();
    return this.signIn.start(credentials, {
      ip: request.ip,
      userAgent: request.headers['user-agent'],
      oldSecret: this.cookie.read(request),
    });
  }

  private async counted(start: () => Promise<SignedIn>): Promise<SignedIn> {
    try {
      const signedIn = await start();
      this.counters.signIn('success');
      return signedIn;
    } catch (error) {
      const code = error instanceof ApiError ? error.code : undefined;
      if (code === 'invalid_credentials') this.counters.signIn('failure');
      if (code === 'too_many_attempts') this.counters.signIn('limited');
      throw error;
    }
  }
}

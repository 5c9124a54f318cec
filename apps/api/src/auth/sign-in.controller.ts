import { Body, Controller, Post, Req, Res, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { inWords } from '../config/in-words.js';
import { AllowSignIn } from '../http/access.js';
import { ApiProblems, ApiResource, type ResourceEnvelope } from '../http/envelope.js';
import { invalidCredentials } from './credentials.js';
import { KnownDevices } from './known-devices.js';
import { SecondStep } from './second-step.js';
import { CurrentSessionDto, SignInRequest } from './sessions.dto.js';
import { SignInAnswer } from './sign-in-answer.js';
import { SignInGuard } from './sign-in.guard.js';
import { SignInMetrics } from './sign-in-metrics.js';
import { MAX_FAILURES_PER_EMAIL, MAX_FAILURES_PER_NETWORK, WINDOW_MS } from './sign-in-limits.js';
import { type SignedIn, SignInService } from './sign-in.service.js';

@ApiTags('Sessions')
@Controller('guest/v7/sessions')
export class SignInController {
  constructor(
    private readonly secondStep: SecondStep,
    private readonly signIn: SignInService,
    private readonly answer: SignInAnswer,
    private readonly devices: KnownDevices,
    private readonly metrics: SignInMetrics,
  ) {}

  @Post()
  @AllowSignIn()
  @UseGuards(SignInGuard)
  @ApiOperation({
    summary: 'Sign in',
    description: `Sets the session cookie. After ${MAX_FAILURES_PER_EMAIL} failures for one e-mail address, or ${MAX_FAILURES_PER_NETWORK} from one network, within ${inWords(WINDOW_MS)}: 429 with \`Retry-After\` until the window has moved on; a browser in which the user has signed in before has ${MAX_FAILURES_PER_EMAIL} of its own, whatever others do. 503 with \`Retry-After\` while too many others are signing in. 401 \`second_factor_required\` once the password is right but the user has a second factor: the same request again, with \`secondFactor\`; a wrong code is 401 \`invalid_second_factor\`, and counts as a failure.`,
  })
  @ApiResource(CurrentSessionDto, { status: 201, description: 'Signed in' })
  @ApiProblems(
    400,
    401,
    'second_factor_required',
    'invalid_second_factor',
    403,
    415,
    429,
    'service_unavailable',
  )
  async create(
    /** The guard has read address and password already. */
    @Body() { resource }: SignInRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResourceEnvelope<CurrentSessionDto>> {
    const signedIn = await this.start(request, resource.secondFactor);
    this.metrics.success();
    return { resource: await this.answer.give(request, reply, signedIn) };
  }

  private async start(request: FastifyRequest, code: string | undefined): Promise<SignedIn> {
    const { credentials, ip } = request;
    if (!credentials) throw invalidCredentials();
    try {
      const deviceCookie = this.devices.read(request);
      const hasProved = await this.secondStep.prove(credentials.user, code, { ip, deviceCookie });
      const device = this.answer.deviceOf(request);
      return await this.signIn.start({ ...credentials, hasProved }, device);
    } catch (error) {
      this.metrics.refusal(error);
      throw error;
    }
  }
}

import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PasskeyOptionsDto } from '../auth/passkeys.dto.js';
import { CurrentSessionDto } from '../auth/sessions.dto.js';
import { SignInAnswer } from '../auth/sign-in-answer.js';
import { inWords } from '../config/in-words.js';
import { AllowSignIn } from '../http/access.js';
import { ApiProblems, ApiResource, type ResourceEnvelope } from '../http/envelope.js';
import { PASSKEY_CHALLENGE_MS } from '../users/passkey-challenges.js';
import { InvitationAcceptance } from './invitation-acceptance.js';
import {
  AcceptanceRequest,
  InvitationTokenRequest,
  type JoiningInput,
  JoiningRequest,
  OpenInvitationDto,
  toOpenInvitation,
} from './invitations.dto.js';

@ApiTags('Users')
@Controller('guest/v7/invitations')
export class InvitationAcceptanceController {
  constructor(
    private readonly invitations: InvitationAcceptance,
    private readonly answer: SignInAnswer,
  ) {}

  @Post('lookups')
  @AllowSignIn()
  @HttpCode(200)
  @ApiOperation({
    summary: 'What an invitation is about',
    description: 'The token is in the body, so that no log of addresses has it.',
  })
  @ApiResource(OpenInvitationDto)
  @ApiProblems(400, 403, 415)
  async find(@Body() body: InvitationTokenRequest): Promise<ResourceEnvelope<OpenInvitationDto>> {
    const invitation = await this.invitations.find(body.resource.token);
    return { resource: toOpenInvitation(invitation) };
  }

  @Post('passkey-challenges')
  @AllowSignIn()
  @ApiOperation({
    summary: 'Begin to accept an invitation with a passkey',
    description: `Gives what the browser’s \`navigator.credentials.create\` takes. Its answer is good for ${inWords(PASSKEY_CHALLENGE_MS)}, once, for this invitation.`,
  })
  @ApiResource(PasskeyOptionsDto, { status: 201, description: 'For the browser' })
  @ApiProblems(400, 403, 415)
  async begin(@Body() { resource }: JoiningRequest): Promise<ResourceEnvelope<PasskeyOptionsDto>> {
    const publicKey = await this.invitations.passkeyOptions(resource.token, nameIn(resource));
    return { resource: { publicKey } };
  }

  @Post('acceptances')
  @AllowSignIn()
  @ApiOperation({
    summary: 'Accept an invitation',
    description:
      'With a password or a passkey. Makes the user, and signs them in as at `POST /guest/v7/sessions`.',
  })
  @ApiResource(CurrentSessionDto, { status: 201, description: 'Accepted, and signed in' })
  @ApiProblems(400, 403, 409, 415, 'service_unavailable')
  async accept(
    @Body() { resource }: AcceptanceRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResourceEnvelope<CurrentSessionDto>> {
    const { token, password, credential } = resource;
    const signedIn = await this.invitations.accept(
      token,
      { ...nameIn(resource), password, credential },
      this.answer.deviceOf(request),
    );
    return { resource: await this.answer.give(request, reply, signedIn) };
  }
}

const nameIn = ({ firstName, lastName }: JoiningInput) => ({
  firstName: firstName.trim(),
  lastName: lastName.trim(),
});

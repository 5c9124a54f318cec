import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  ParseUUIDPipe,
  Post,
  Query,
} from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Clock, SECOND } from '../config/clock.js';
import { inWords } from '../config/in-words.js';
import { usualPeriod } from '../config/retention-periods.js';
import { CurrentCaller, RequireSession, type SessionCaller } from '../http/access.js';
import { notFound } from '../http/api-error.js';
import {
  ApiLimits,
  ApiProblems,
  ApiResource,
  ApiResources,
  PageQuery,
  type ResourceEnvelope,
  type ResourcesEnvelope,
} from '../http/envelope.js';
import { requireIdentityProof } from '../http/identity-proof.js';
import { INVITATION_LIFETIME_MS } from '../mail/mail-kinds.js';
import { MAX_MAILS_PER_ACCOUNT, MAX_MAILS_PER_ADDRESS } from '../users/invitation-limits.js';
import {
  InvitationDto,
  InvitationLinkRequest,
  InvitationsRequest,
  SentInvitationsDto,
  toInvitation,
} from './invitations.dto.js';
import { Invitations } from './invitations.js';

const invitationId = new ParseUUIDPipe({ exceptionFactory: () => notFound('The invitation') });

@ApiTags('Users')
@Controller('user/v7/invitations')
export class InvitationsController {
  constructor(
    private readonly invitations: Invitations,
    private readonly clock: Clock,
  ) {}

  @Post()
  @RequireSession('admin')
  @ApiOperation({
    summary: 'Invite people into the account',
    description: `Each gets a link by mail, which works once within ${inWords(INVITATION_LIFETIME_MS)}. Where one of them cannot be invited, nobody is: the errors name each of those, as \`invitations.3.email\`. At most ${MAX_MAILS_PER_ACCOUNT} mails an hour, and ${MAX_MAILS_PER_ADDRESS} to an address. Inviting an admin takes a fresh proof of identity.`,
  })
  @ApiLimits({ linkSeconds: INVITATION_LIFETIME_MS / SECOND })
  @ApiResource(SentInvitationsDto, { status: 201, description: 'Invited' })
  @ApiProblems(400, 401, 403, 'identity_proof_required', 415, 429)
  async create(
    @CurrentCaller() caller: SessionCaller,
    @Body() { resource }: InvitationsRequest,
  ): Promise<ResourceEnvelope<SentInvitationsDto>> {
    if (resource.invitations.some(({ role }) => role === 'admin')) requireIdentityProof(caller);
    const invited = resource.invitations.map(({ firstName = '', lastName = '', ...rest }) => ({
      ...rest,
      firstName: firstName.trim(),
      lastName: lastName.trim(),
    }));
    const sent = await this.invitations.invite(caller, invited);
    return { resource: { invitations: sent.map((one) => toInvitation(one, this.clock.now())) } };
  }

  @Get()
  @RequireSession('admin')
  @ApiOperation({
    summary: 'Invitations that nobody has accepted yet, latest first',
    description: `Expired ones are kept for ${usualPeriod('expiredInvitations')}.`,
  })
  @ApiResources(InvitationDto)
  @ApiProblems(400, 401, 403)
  async list(
    @CurrentCaller() { accountId }: SessionCaller,
    @Query() page: PageQuery,
  ): Promise<ResourcesEnvelope<InvitationDto>> {
    const { resources, meta } = await this.invitations.list(accountId, page);
    return { resources: resources.map((one) => toInvitation(one, this.clock.now())), meta };
  }

  @Post('links')
  @RequireSession('admin')
  @ApiOperation({
    summary: 'Send an invitation again',
    description: 'With a new link; the one before no longer works.',
  })
  @ApiResource(InvitationDto, { status: 201, description: 'Sent' })
  @ApiProblems(400, 401, 403, 404, 415, 429)
  async resend(
    @CurrentCaller() caller: SessionCaller,
    @Body() { resource }: InvitationLinkRequest,
  ): Promise<ResourceEnvelope<InvitationDto>> {
    const invitation = await this.invitations.resend(caller, resource.invitationId);
    return { resource: toInvitation(invitation, this.clock.now()) };
  }

  @Delete(':id')
  @RequireSession('admin')
  @HttpCode(204)
  @ApiOperation({ summary: 'Take an invitation back' })
  @ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } })
  @ApiNoContentResponse({ description: 'Its link no longer works' })
  @ApiProblems(401, 403, 404)
  revoke(
    @CurrentCaller() caller: SessionCaller,
    @Param('id', invitationId) id: string,
  ): Promise<void> {
    return this.invitations.revoke(caller, id);
  }
}

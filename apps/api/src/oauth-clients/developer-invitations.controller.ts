import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock } from '../config/clock.js';
import { inWords } from '../config/in-words.js';
import { usualPeriod } from '../config/retention-periods.js';
import { CurrentCaller, RequireSession, type SessionCaller } from '../http/access.js';
import {
  ApiProblems,
  ApiResource,
  ApiResources,
  PageQuery,
  type ResourceEnvelope,
  type ResourcesEnvelope,
} from '../http/envelope.js';
import { RequireIdentityProof } from '../http/identity-proof.js';
import { INVITATION_LIFETIME_MS } from '../mail/mail-kinds.js';
import {
  DeveloperInvitationDto,
  DeveloperInvitationRequest,
  toDeveloperInvitation,
} from './developer-invitations.dto.js';
import { DeveloperInvitations } from './developer-invitations.js';
import { ClientRegistry } from './registry.service.js';

@ApiTags('Registry')
@Controller('admin/v7/oauth-clients/:id/developer-invitations')
@RequireSession('operator')
export class DeveloperInvitationsController {
  constructor(
    private readonly registry: ClientRegistry,
    private readonly invitations: DeveloperInvitations,
    private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Who has been invited to develop the client, and has not accepted yet',
    description: `Expired ones are kept for ${usualPeriod('expiredInvitations')}.`,
  })
  @ApiResources(DeveloperInvitationDto)
  @ApiProblems(400, 401, 403, 404)
  async list(
    @Param('id') id: string,
    @Query() page: PageQuery,
  ): Promise<ResourcesEnvelope<DeveloperInvitationDto>> {
    const client = await this.registry.get(id);
    const { resources, meta } = await this.invitations.list(client.id, page);
    const now = this.clock.now();
    return { resources: resources.map((one) => toDeveloperInvitation(one, now)), meta };
  }

  @Post()
  @RequireIdentityProof()
  @ApiOperation({
    summary: 'Invite somebody who has no account to develop the client',
    description: `They get a link by mail, which works once within ${inWords(INVITATION_LIFETIME_MS)}, and need no company at Flixcheck. Somebody with an account is added at …/developers.`,
  })
  @ApiResource(DeveloperInvitationDto, { status: 201, description: 'Invited' })
  @ApiProblems(400, 401, 403, 404, 409, 429)
  async invite(
    @Param('id') id: string,
    @Body() { resource }: DeveloperInvitationRequest,
    @CurrentCaller() by: SessionCaller,
  ): Promise<ResourceEnvelope<DeveloperInvitationDto>> {
    const invitation = await this.invitations.invite(id, resource, by.userId);
    return { resource: toDeveloperInvitation(invitation, this.clock.now()) };
  }

  @Post(':invitationId/links')
  @ApiOperation({
    summary: 'Send an invitation again',
    description: 'With a new link; the one before no longer works.',
  })
  @ApiResource(DeveloperInvitationDto, { status: 201, description: 'Sent' })
  @ApiProblems(401, 403, 404, 409, 429)
  async resend(
    @Param('id') id: string,
    @Param('invitationId') invitationId: string,
    @CurrentCaller() by: SessionCaller,
  ): Promise<ResourceEnvelope<DeveloperInvitationDto>> {
    const invitation = await this.invitations.resend(id, invitationId, by.userId);
    return { resource: toDeveloperInvitation(invitation, this.clock.now()) };
  }

  @Delete(':invitationId')
  @HttpCode(204)
  @ApiOperation({ summary: 'Take an invitation back' })
  @ApiNoContentResponse({ description: 'Its link no longer works' })
  @ApiProblems(401, 403, 404)
  revoke(
    @Param('id') id: string,
    @Param('invitationId') invitationId: string,
    @CurrentCaller() by: SessionCaller,
  ): Promise<void> {
    return this.invitations.revoke(id, invitationId, by.userId);
  }
}

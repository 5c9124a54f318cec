import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  ParseUUIDPipe,
  Patch,
  Post,
  Query,
} from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Clock } from '../config/clock.js';
import { usualPeriod } from '../config/retention-periods.js';
import { CurrentCaller, RequireSession, type SessionCaller } from '../http/access.js';
import { notFound } from '../http/api-error.js';
import {
  ApiProblems,
  ApiResource,
  ApiResources,
  type CountedEnvelope,
  PageQuery,
  type ResourceEnvelope,
  type ResourcesEnvelope,
} from '../http/envelope.js';
import { RequireIdentityProof, requireIdentityProof } from '../http/identity-proof.js';
import { Companies } from './companies.js';
import {
  CompaniesQuery,
  CompanyAdminRequest,
  CompanyChangesRequest,
  CompanyDto,
  CompanyRequest,
  toCompany,
} from './companies.dto.js';
import { InvitationDto, InvitationLinkRequest, toInvitation } from './invitations.dto.js';
import { Invitations } from './invitations.js';

const companyId = new ParseUUIDPipe({ exceptionFactory: () => notFound('The company') });
const invitationId = new ParseUUIDPipe({ exceptionFactory: () => notFound('The invitation') });
const ID = { name: 'id', schema: { type: 'string', format: 'uuid' } } as const;

@ApiTags('Companies')
@Controller('admin/v7/accounts')
@RequireSession('operator')
export class CompaniesController {
  constructor(
    private readonly companies: Companies,
    private readonly invitations: Invitations,
    private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'The companies that use Flixcheck',
    description: 'By name, in the order of German dictionaries. `q` finds names.',
  })
  @ApiResources(CompanyDto, { counted: true })
  @ApiProblems(400, 401, 403)
  async list(@Query() query: CompaniesQuery): Promise<CountedEnvelope<CompanyDto>> {
    const { resources, meta } = await this.companies.list(query);
    return { resources: resources.map(toCompany), meta };
  }

  @Post()
  @ApiOperation({
    summary: 'Make a company',
    description: 'And invite its first admin by mail: both, or neither.',
  })
  @ApiResource(CompanyDto, { status: 201, description: 'Made, and its admin invited' })
  @ApiProblems(400, 401, 403, 415)
  async create(
    @CurrentCaller() caller: SessionCaller,
    @Body() { resource }: CompanyRequest,
  ): Promise<ResourceEnvelope<CompanyDto>> {
    const { name, admin } = resource;
    return {
      resource: toCompany(await this.companies.create({ name: name.trim(), admin }, caller)),
    };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One company' })
  @ApiParam(ID)
  @ApiResource(CompanyDto)
  @ApiProblems(401, 403, 404)
  async get(@Param('id', companyId) id: string): Promise<ResourceEnvelope<CompanyDto>> {
    return { resource: toCompany(await this.companies.get(id)) };
  }

  @Patch(':id')
  @ApiOperation({
    summary: 'Close a company, or open it again',
    description: `Closing ends all its sessions, connections and tokens at once, and nobody of it signs in any more. For ${usualPeriod('closedCompanies')}, it can be opened again, which brings none of them back. Closing takes a fresh proof of identity.`,
  })
  @ApiParam(ID)
  @ApiResource(CompanyDto)
  @ApiProblems(400, 401, 403, 'identity_proof_required', 404, 409, 415)
  async update(
    @CurrentCaller() caller: SessionCaller,
    @Param('id', companyId) id: string,
    @Body() { resource }: CompanyChangesRequest,
  ): Promise<ResourceEnvelope<CompanyDto>> {
    if (resource.status === 'closed') requireIdentityProof(caller);
    return { resource: toCompany(await this.companies.setStatus(id, resource.status, caller)) };
  }

  @Get(':id/invitations')
  @ApiOperation({ summary: 'Admins of a company who have not accepted their invitation yet' })
  @ApiParam(ID)
  @ApiResources(InvitationDto)
  @ApiProblems(400, 401, 403, 404)
  async listInvitations(
    @Param('id', companyId) id: string,
    @Query() page: PageQuery,
  ): Promise<ResourcesEnvelope<InvitationDto>> {
    const { resources, meta } = await this.companies.listInvitations(id, page);
    return { resources: resources.map((one) => toInvitation(one, this.clock.now())), meta };
  }

  @Post(':id/invitations')
  @RequireIdentityProof()
  @ApiOperation({ summary: 'Invite an admin of a company' })
  @ApiParam(ID)
  @ApiResource(InvitationDto, { status: 201, description: 'Invited' })
  @ApiProblems(400, 401, 403, 404, 409, 415, 429)
  async invite(
    @CurrentCaller() caller: SessionCaller,
    @Param('id', companyId) id: string,
    @Body() { resource }: CompanyAdminRequest,
  ): Promise<ResourceEnvelope<InvitationDto>> {
    const invitation = await this.companies.invite(id, resource, caller);
    return { resource: toInvitation(invitation, this.clock.now()) };
  }

  @Post(':id/invitations/links')
  @ApiOperation({
    summary: 'Send the invitation of an admin again',
    description: 'With a new link; the one before no longer works.',
  })
  @ApiParam(ID)
  @ApiResource(InvitationDto, { status: 201, description: 'Sent' })
  @ApiProblems(400, 401, 403, 404, 409, 415, 429)
  async resend(
    @CurrentCaller() { userId }: SessionCaller,
    @Param('id', companyId) id: string,
    @Body() { resource }: InvitationLinkRequest,
  ): Promise<ResourceEnvelope<InvitationDto>> {
    const by = { userId, accountId: id };
    const invitation = await this.invitations.resend(by, resource.invitationId);
    return { resource: toInvitation(invitation, this.clock.now()) };
  }

  @Delete(':id/invitations/:invitationId')
  @HttpCode(204)
  @ApiOperation({ summary: 'Take the invitation of an admin back' })
  @ApiParam(ID)
  @ApiParam({ name: 'invitationId', schema: { type: 'string', format: 'uuid' } })
  @ApiNoContentResponse({ description: 'Its link no longer works' })
  @ApiProblems(401, 403, 404)
  revoke(
    @CurrentCaller() { userId }: SessionCaller,
    @Param('id', companyId) id: string,
    @Param('invitationId', invitationId) invitation: string,
  ): Promise<void> {
    return this.invitations.revoke({ userId, accountId: id }, invitation);
  }
}

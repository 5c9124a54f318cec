import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Param,
  Patch,
  Post,
  Put,
  Query,
  Res,
} from '@nestjs/common';
import { ApiBody, ApiHeader, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { usualPeriod } from '../config/retention-periods.js';
import {
  CurrentCaller,
  RequireDeveloper,
  RequireSession,
  type SessionCaller,
} from '../http/access.js';
import { ApiProblems, ApiResource, ApiResources, type ResourceEnvelope } from '../http/envelope.js';
import { RequireIdentityProof } from '../http/identity-proof.js';
import { imageOf, TakesImage } from '../http/image-body.js';
import {
  DeveloperClientDetailDto,
  DeveloperClientDto,
  DeveloperClientUpdateRequest,
} from './client-developers.dto.js';
import { ETAG, IF_MATCH, tagged } from './client-etag.js';
import { ClientLogos, LOGO_BODY, LOGO_UPLOAD } from './client-logos.js';
import { ClientSecretRotateRequest, NewClientSecretDto } from './client-secrets.dto.js';
import { ClientSecrets } from './client-secrets.service.js';
import { RegistryQuery } from './registry.dto.js';
import { ClientRegistry, type RegistryClient } from './registry.service.js';
import { OAuthRequestDto, RequestLogQuery } from './request-log.dto.js';
import { RequestLog } from './request-log.js';

/** What a third party's developers see and do themselves, each with their own clients alone. */
@ApiTags('Developers')
@Controller('user/v7/developer/oauth-clients')
export class DeveloperDeskController {
  constructor(
    private readonly registry: ClientRegistry,
    private readonly secrets: ClientSecrets,
    private readonly logos: ClientLogos,
    private readonly requests: RequestLog,
  ) {}

  @Get()
  @RequireSession()
  @ApiOperation({
    summary: 'The clients that I am a developer of',
    description: 'Nobody else’s. Where there are none, the list is empty.',
  })
  @ApiResources(DeveloperClientDto, { counted: true })
  @ApiProblems(400, 401, 403)
  async list(@Query() query: RegistryQuery, @CurrentCaller() { userId }: SessionCaller) {
    const { resources, meta } = await this.registry.list({ ...query, developerId: userId });
    return { resources: resources.map(toOwn), meta };
  }

  @Get(':id')
  @RequireDeveloper()
  @ApiOperation({ summary: 'One of my clients' })
  @ApiResource(DeveloperClientDetailDto, { headers: ETAG })
  @ApiProblems(401, 403, 404)
  async get(
    @Param('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResourceEnvelope<DeveloperClientDetailDto>> {
    const client = tagged(reply, await this.registry.get(id));
    const disabledAt = (await this.registry.disabledSince(client))?.toISOString() ?? null;
    return { resource: { ...toOwn(client), disabledAt } };
  }

  @Patch(':id')
  @RequireDeveloper()
  @ApiOperation({
    summary: 'Change what my client says about itself',
    description:
      'Descriptions, homepage, privacy policy and contact; the logo has an address of its own. Name, publisher, redirect URIs, scopes and all else are what companies have agreed to: ask Flixcheck.',
  })
  @ApiHeader(IF_MATCH)
  @ApiResource(DeveloperClientDto, { headers: ETAG })
  @ApiProblems(400, 401, 403, 404, 412)
  async update(
    @Param('id') id: string,
    @Body() { resource }: DeveloperClientUpdateRequest,
    @CurrentCaller() by: SessionCaller,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('if-match') ifMatch?: string,
  ) {
    const client = await this.registry.update(id, { ...resource }, by.userId, ifMatch);
    return { resource: toOwn(tagged(reply, client)) };
  }

  @Put(':id/logo')
  @TakesImage(LOGO_BODY)
  @RequireDeveloper()
  @ApiOperation({ summary: 'Upload a logo for my client', description: LOGO_UPLOAD })
  @ApiHeader(IF_MATCH)
  @ApiResource(DeveloperClientDto, { headers: ETAG })
  @ApiProblems(400, 401, 403, 404, 412, 413, 415, 'service_unavailable')
  async replaceLogo(
    @Param('id') id: string,
    @Body() body: unknown,
    @CurrentCaller() by: SessionCaller,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('if-match') ifMatch?: string,
  ) {
    const file = imageOf(body, LOGO_BODY);
    const client = await this.logos.replace(id, file, by.userId, { ifMatch });
    return { resource: toOwn(tagged(reply, client)) };
  }

  @Delete(':id/logo')
  @RequireDeveloper()
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove my client’s logo: users see the first letter of its name' })
  @ApiHeader(IF_MATCH)
  @ApiNoContentResponse({ description: 'Removed', headers: ETAG })
  @ApiProblems(401, 403, 404, 412)
  async removeLogo(
    @Param('id') id: string,
    @CurrentCaller() by: SessionCaller,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('if-match') ifMatch?: string,
  ) {
    tagged(reply, await this.logos.remove(id, by.userId, ifMatch));
  }

  @Post(':id/secrets')
  @RequireDeveloper()
  @RequireIdentityProof()
  @ApiOperation({
    summary: 'Rotate: add a second secret to my client',
    description:
      'Two may be live at a time. Switch your servers to the new one, then remove the old one, or let it expire with `expireOthersAfterSeconds`.',
  })
  @ApiBody({ type: ClientSecretRotateRequest, required: false })
  @ApiResource(NewClientSecretDto, { status: 201 })
  @ApiProblems(400, 401, 403, 404, 409)
  async rotate(
    @Param('id') id: string,
    @Body() { resource }: ClientSecretRotateRequest,
    @CurrentCaller() by: SessionCaller,
  ) {
    return { resource: await this.secrets.rotate(id, { ...resource }, by.userId) };
  }

  @Delete(':id/secrets/:secretId')
  @RequireDeveloper()
  @HttpCode(204)
  @RequireIdentityProof()
  @ApiOperation({ summary: 'Remove a secret of my client, which stops working at once' })
  @ApiNoContentResponse({ description: 'Removed' })
  @ApiProblems(401, 403, 404, 409)
  removeSecret(
    @Param('id') id: string,
    @Param('secretId') secretId: string,
    @CurrentCaller() by: SessionCaller,
  ) {
    return this.secrets.remove(id, secretId, by.userId);
  }

  @Get(':id/requests')
  @RequireDeveloper()
  @ApiOperation({
    summary: 'List my client’s latest requests, and why they failed',
    description: `The same as operators see, newest first, kept for ${usualPeriod('requestLog')}.`,
  })
  @ApiResources(OAuthRequestDto)
  @ApiProblems(400, 401, 403, 404)
  async listRequests(@Param('id') id: string, @Query() query: RequestLogQuery) {
    return this.requests.list((await this.registry.get(id)).id, query);
  }
}

function toOwn({
  publisherVerification: _who,
  accountIds,
  accounts: _names,
  ...client
}: RegistryClient): DeveloperClientDto {
  return { ...client, limitedToCompanies: accountIds !== null } as DeveloperClientDto;
}

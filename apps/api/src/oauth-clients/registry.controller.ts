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
import { CurrentCaller, RequireSession, type SessionCaller } from '../http/access.js';
import { ApiLimits, ApiProblems, ApiResource, ApiResources } from '../http/envelope.js';
import { RequireIdentityProof, requireIdentityProof } from '../http/identity-proof.js';
import { imageOf, TakesImage } from '../http/image-body.js';
import { ETAG, IF_MATCH, tagged } from './client-etag.js';
import { ClientLogos, LOGO_BODY, LOGO_UPLOAD } from './client-logos.js';
import { ClientSecrets } from './client-secrets.service.js';
import { ClientSecretRotateRequest, NewClientSecretDto } from './client-secrets.dto.js';
import { isDelicate } from './delicate-changes.js';
import {
  CreatedClientDto,
  OAuthClientCreateRequest,
  OAuthClientUpdateRequest,
  RegistryClientDto,
  RegistryQuery,
} from './registry.dto.js';
import { MAX_LOGO_SIDE } from './logo-decoder.js';
import { ClientRegistry } from './registry.service.js';
import { RequestLog } from './request-log.js';
import { OAuthRequestDto, RequestLogQuery } from './request-log.dto.js';

@ApiTags('Registry')
@Controller('admin/v7/oauth-clients')
@RequireSession('operator')
export class RegistryController {
  constructor(
    private readonly registry: ClientRegistry,
    private readonly secrets: ClientSecrets,
    private readonly logos: ClientLogos,
    private readonly requests: RequestLog,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'The registered clients',
    description:
      'The newest first, unless `sort` says otherwise. `q` finds names, publishers and client ids.',
  })
  @ApiResources(RegistryClientDto, { counted: true })
  @ApiProblems(400, 401, 403)
  list(@Query() query: RegistryQuery) {
    return this.registry.list(query);
  }

  @Post()
  @ApiOperation({ summary: 'Register a client' })
  @ApiResource(CreatedClientDto, { status: 201 })
  @ApiProblems(400, 401, 403, 409)
  async create(@Body() { resource }: OAuthClientCreateRequest, @CurrentCaller() by: SessionCaller) {
    return { resource: await this.registry.create(resource, by.userId) };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One client' })
  @ApiResource(RegistryClientDto, { headers: ETAG })
  @ApiProblems(401, 403, 404)
  async get(@Param('id') id: string, @Res({ passthrough: true }) reply: FastifyReply) {
    return { resource: tagged(reply, await this.registry.get(id)) };
  }

  @Patch(':id')
  @ApiOperation({
    summary: 'Change a client, disable it or enable it',
    description:
      'Other redirect URIs, disabling, and limiting it to some companies take a fresh proof of identity.',
  })
  @ApiHeader(IF_MATCH)
  @ApiResource(RegistryClientDto, { headers: ETAG })
  @ApiProblems(400, 401, 403, 'identity_proof_required', 404, 412)
  async update(
    @Param('id') id: string,
    @Body() { resource }: OAuthClientUpdateRequest,
    @CurrentCaller() by: SessionCaller,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('if-match') ifMatch?: string,
  ) {
    const client = await this.registry.update(id, resource, by.userId, ifMatch, (_, before) => {
      if (isDelicate(before, resource)) requireIdentityProof(by);
    });
    return { resource: tagged(reply, client) };
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireIdentityProof()
  @ApiOperation({ summary: 'Delete a client for good, and end its connections' })
  @ApiHeader(IF_MATCH)
  @ApiNoContentResponse({ description: 'Deleted' })
  @ApiProblems(401, 403, 404, 412)
  remove(
    @Param('id') id: string,
    @CurrentCaller() by: SessionCaller,
    @Headers('if-match') ifMatch?: string,
  ) {
    return this.registry.remove(id, by.userId, ifMatch);
  }

  @Put(':id/logo')
  @ApiLimits({ bytes: LOGO_BODY.maxBytes, side: MAX_LOGO_SIDE })
  @TakesImage(LOGO_BODY)
  @ApiOperation({
    summary: 'Upload a logo',
    description: LOGO_UPLOAD,
  })
  @ApiHeader(IF_MATCH)
  @ApiResource(RegistryClientDto, { headers: ETAG })
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
    return { resource: tagged(reply, client) };
  }

  @Delete(':id/logo')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove the logo: users see the first letter of the name instead' })
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
  @RequireIdentityProof()
  @ApiOperation({
    summary: 'Rotate: add a second secret',
    description:
      'Two may be live at a time. Give the new one to the client, then remove the old one, or let it expire with `expireOthersAfterSeconds`.',
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
  @HttpCode(204)
  @RequireIdentityProof()
  @ApiOperation({ summary: 'Remove a secret, which stops working at once' })
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
  @ApiOperation({
    summary: 'List the client’s latest requests, and why they failed',
    description: `Token, revocation and introspection requests, and the authorization requests that were refused, newest first; kept for ${usualPeriod('requestLog')}. \`requestId\` finds the one that a developer names.`,
  })
  @ApiResources(OAuthRequestDto)
  @ApiProblems(400, 401, 403, 404)
  async listRequests(@Param('id') id: string, @Query() query: RequestLogQuery) {
    return this.requests.list((await this.registry.get(id)).id, query);
  }
}

import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, RequireSession, type SessionCaller } from '../http/access.js';
import { ApiLimits, ApiProblems, ApiResource, ApiResources, PageQuery } from '../http/envelope.js';
import { RequireIdentityProof } from '../http/identity-proof.js';
import { ClientDeveloperDto, ClientDeveloperRequest } from './client-developers.dto.js';
import { ClientDevelopers, MAX_DEVELOPERS } from './client-developers.js';
import { ClientRegistry } from './registry.service.js';

@ApiTags('Registry')
@Controller('admin/v7/oauth-clients/:id/developers')
@RequireSession('operator')
export class ClientDevelopersController {
  constructor(
    private readonly registry: ClientRegistry,
    private readonly developers: ClientDevelopers,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The client’s developers' })
  @ApiResources(ClientDeveloperDto)
  @ApiProblems(400, 401, 403, 404)
  async list(@Param('id') id: string, @Query() page: PageQuery) {
    return this.developers.list((await this.registry.get(id)).id, page);
  }

  @Post()
  @RequireIdentityProof()
  @ApiOperation({
    summary: 'Make a portal user a developer of the client',
    description: `They see its settings, secrets and request log from now on, and may change its texts and secrets. At most ${MAX_DEVELOPERS}.`,
  })
  @ApiLimits({ developers: MAX_DEVELOPERS })
  @ApiResource(ClientDeveloperDto, { status: 201 })
  @ApiProblems(400, 401, 403, 404, 409)
  async add(
    @Param('id') id: string,
    @Body() { resource }: ClientDeveloperRequest,
    @CurrentCaller() by: SessionCaller,
  ) {
    return { resource: await this.developers.add(id, resource.email, by.userId) };
  }

  @Delete(':userId')
  @HttpCode(204)
  @ApiOperation({ summary: 'Take the client away from a developer, at once' })
  @ApiNoContentResponse({ description: 'Removed' })
  @ApiProblems(401, 403, 404)
  remove(
    @Param('id') id: string,
    @Param('userId') userId: string,
    @CurrentCaller() by: SessionCaller,
  ) {
    return this.developers.remove(id, userId, by.userId);
  }
}

import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, RequireDeveloper, type SessionCaller } from '../http/access.js';
import { ApiProblems, ApiResource, ApiResources } from '../http/envelope.js';
import {
  ChangeRequestsQuery,
  ClientChangeRequest,
  DeveloperChangeRequestDto,
} from './client-change-requests.dto.js';
import {
  type ChangeRequest,
  ClientChangeRequests,
  MAX_CHANGE_REQUESTS_PER_HOUR,
} from './client-change-requests.js';
import { usualPeriod } from '../config/retention-periods.js';

/** What developers cannot change themselves, they ask for here. */
@ApiTags('Developers')
@Controller('user/v7/developer/oauth-clients/:id/change-requests')
@RequireDeveloper()
export class DeveloperChangeRequestsController {
  constructor(private readonly requests: ClientChangeRequests) {}

  @Get()
  @ApiOperation({
    summary: 'What was asked to change about my client, and the answers',
    description: `The latest first, without those that were withdrawn or replaced. Answered ones are kept for ${usualPeriod('changeRequests')}.`,
  })
  @ApiResources(DeveloperChangeRequestDto, { counted: true })
  @ApiProblems(400, 401, 403, 404)
  async list(@Param('id') oauthClientId: string, @Query() query: ChangeRequestsQuery) {
    const { resources, meta } = await this.requests.list({ ...query, oauthClientId });
    return { resources: resources.map(toDto), meta };
  }

  @Post()
  @ApiOperation({
    summary: 'Ask for other redirect URIs or scopes of my client',
    description: `By the registry’s rules. An open request is replaced; ${MAX_CHANGE_REQUESTS_PER_HOUR} an hour at most.`,
  })
  @ApiResource(DeveloperChangeRequestDto, { status: 201 })
  @ApiProblems(400, 401, 403, 404, 429)
  async open(
    @Param('id') id: string,
    @Body() { resource }: ClientChangeRequest,
    @CurrentCaller() { userId }: SessionCaller,
  ) {
    const { note, ...wanted } = resource;
    const request = { ...wanted, note: note?.trim() };
    return { resource: toDto(await this.requests.open(id, request, userId)) };
  }

  @Delete(':requestId')
  @HttpCode(204)
  @ApiOperation({ summary: 'Withdraw the open request of my client' })
  @ApiNoContentResponse({ description: 'Withdrawn' })
  @ApiProblems(401, 403, 404, 409)
  withdraw(
    @Param('id') id: string,
    @Param('requestId') requestId: string,
    @CurrentCaller() { userId }: SessionCaller,
  ) {
    return this.requests.withdraw(id, requestId, userId);
  }
}

/** Who at Flixcheck has answered is not the developers' business. */
function toDto({
  client: _own,
  oauthClientId: _same,
  decidedBy: _who,
  requestedBy: { id, firstName, lastName },
  ...request
}: ChangeRequest): DeveloperChangeRequestDto {
  return { ...request, requestedBy: { id, firstName, lastName } } as DeveloperChangeRequestDto;
}

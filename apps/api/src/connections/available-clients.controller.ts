import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, RequireSession, type SessionCaller } from '../http/access.js';
import { ApiProblems, ApiResources, PageQuery, type ResourcesEnvelope } from '../http/envelope.js';
import { AvailableClientDto } from './connections.dto.js';
import { ConnectionsOverview } from './connections-overview.js';

@ApiTags('Connections')
@Controller('user/v7/oauth-clients')
export class AvailableClientsController {
  constructor(private readonly overview: ConnectionsOverview) {}

  @Get()
  @RequireSession()
  @ApiOperation({ summary: 'List the applications that can be connected, by name' })
  @ApiResources(AvailableClientDto)
  @ApiProblems(400, 401)
  list(
    @CurrentCaller() caller: SessionCaller,
    @Query() page: PageQuery,
  ): Promise<ResourcesEnvelope<AvailableClientDto>> {
    return this.overview.available(caller, page);
  }
}

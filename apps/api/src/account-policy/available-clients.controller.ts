import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, RequireSession, type SessionCaller } from '../http/access.js';
import { ApiProblems, ApiResources, type ResourcesEnvelope } from '../http/envelope.js';
import { AvailableClientDto, AvailableClientsQuery } from './available-clients.dto.js';
import { AvailableClients } from './available-clients.js';

@ApiTags('Connections')
@Controller('user/v7/oauth-clients')
export class AvailableClientsController {
  constructor(private readonly available: AvailableClients) {}

  @Get()
  @RequireSession()
  @ApiOperation({ summary: 'List the applications that can be connected, by name' })
  @ApiResources(AvailableClientDto)
  @ApiProblems(400, 401)
  list(
    @CurrentCaller() caller: SessionCaller,
    @Query() query: AvailableClientsQuery,
  ): Promise<ResourcesEnvelope<AvailableClientDto>> {
    return this.available.list(caller, query);
  }
}

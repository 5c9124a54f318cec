import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { RequireSession } from '../http/access.js';
import { ApiProblems, ApiResource, type ResourceEnvelope } from '../http/envelope.js';
import { MAX_CHOSEN_ACCOUNTS } from '../oauth-clients/client-rules.js';
import { ClientRegistry } from '../oauth-clients/registry.service.js';
import { ConnectionCounts } from './connection-counts.js';
import { Ids } from './connections.dto.js';

class ClientConnectionsQuery {
  @Ids(
    `leaves out the connections of these companies, repeated or separated by commas, at most ${MAX_CHOSEN_ACCOUNTS}: the rest is what making them the client’s \`accountIds\` would end`,
    MAX_CHOSEN_ACCOUNTS,
  )
  exceptAccountIds?: string[];
}

/** What ends when the client is disabled, deleted or limited to some companies. */
export class ClientConnectionsDto {
  @ApiProperty({ type: 'integer', minimum: 0, example: 1204 })
  activeConnections!: number;

  @ApiProperty({ type: 'integer', minimum: 0, example: 87 })
  accounts!: number;
}

/** Of the registry, but here because it counts connections. */
@ApiTags('Registry')
@Controller('admin/v7/oauth-clients')
export class ClientConnectionsController {
  constructor(
    private readonly registry: ClientRegistry,
    private readonly counts: ConnectionCounts,
  ) {}

  @Get(':id/connections')
  @RequireSession('operator')
  @ApiOperation({
    summary: 'Count the client’s active connections, and the companies they belong to',
    description:
      'What disabling or deleting the client would end, or limiting it to the companies of `exceptAccountIds`.',
  })
  @ApiResource(ClientConnectionsDto)
  @ApiProblems(400, 401, 403, 404)
  async count(
    @Param('id') id: string,
    @Query() { exceptAccountIds }: ClientConnectionsQuery = {},
  ): Promise<ResourceEnvelope<ClientConnectionsDto>> {
    const client = await this.registry.get(id);
    return { resource: await this.counts.ofClient(client.id, exceptAccountIds) };
  }
}

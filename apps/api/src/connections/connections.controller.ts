import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  type MessageEvent,
  Param,
  ParseUUIDPipe,
  Patch,
  Query,
  Sse,
  StreamableFile,
} from '@nestjs/common';
import {
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Observable } from 'rxjs';
import { DAY, SECOND } from '../config/clock.js';
import { CurrentCaller, RequireSession, type SessionCaller } from '../http/access.js';
import { notFound } from '../http/api-error.js';
import {
  ApiLimits,
  ApiProblems,
  ApiResource,
  ApiResources,
  type CountedEnvelope,
  PageQuery,
  type ResourceEnvelope,
  type ResourcesEnvelope,
} from '../http/envelope.js';
import { requireIdentityProof } from '../http/identity-proof.js';
import { DORMANT_AFTER_MS } from './connection.js';
import { REMIND_MS } from './end-reminders.js';
import { ConnectionChanges } from './connection-changes.js';
import {
  ConnectionDetailDto,
  ConnectionDto,
  ConnectionEventDto,
  ConnectionPatchRequest,
  ConnectionsQuery,
  ExportQuery,
  UsedClientDto,
} from './connections.dto.js';
import {
  EndConnectionsQuery,
  EndedConnectionsDto,
  EndingEffectDto,
  MatchingQuery,
  MOST_MATCHING,
} from './ending-many.dto.js';
import { ConnectionsExport } from './connections-export.js';
import { ConnectionDecisions } from './connection-decisions.js';
import { ConnectionsOverview } from './connections-overview.js';
import { USAGE_DAYS } from './connection-usage.js';

const connectionId = new ParseUUIDPipe({ exceptionFactory: () => notFound('The connection') });

@ApiTags('Connections')
@Controller('user/v7/connections')
export class ConnectionsController {
  constructor(
    private readonly overview: ConnectionsOverview,
    private readonly decisions: ConnectionDecisions,
    private readonly exports: ConnectionsExport,
    private readonly connectionChanges: ConnectionChanges,
  ) {}

  @Get()
  @RequireSession()
  @ApiOperation({
    summary: 'List connections: filtered, searched and sorted',
    description:
      'A member’s own, an admin’s whole account; ended ones too, unless `status` is set. The latest grant first, ended ones alone the latest end first, unless `sort` says otherwise. `q` finds applications, publishers, and the people who granted access.',
  })
  @ApiLimits({
    dormantAfterSeconds: DORMANT_AFTER_MS / SECOND,
    remindSeconds: REMIND_MS / SECOND,
  })
  @ApiResources(ConnectionDto, { counted: true })
  @ApiProblems(400, 401)
  list(
    @CurrentCaller() caller: SessionCaller,
    @Query() query: ConnectionsQuery,
  ): Promise<CountedEnvelope<ConnectionDto>> {
    return this.overview.list(caller, query);
  }

  @Get('clients')
  @RequireSession()
  @ApiOperation({
    summary: 'List the applications that have or had connections, by name',
    description:
      'Of the connections that the caller may see; also applications that are not offered, disabled or deleted.',
  })
  @ApiResources(UsedClientDto)
  @ApiProblems(400, 401)
  usedClients(
    @CurrentCaller() caller: SessionCaller,
    @Query() page: PageQuery,
  ): Promise<ResourcesEnvelope<UsedClientDto>> {
    return this.overview.usedClients(caller, page);
  }

  @Get('effect')
  @RequireSession()
  @ApiOperation({
    summary: 'Count the active connections that match, their applications and their people',
    description: 'What `DELETE` with `status=active` and the same query would end.',
  })
  @ApiResource(EndingEffectDto)
  @ApiProblems(400, 401)
  async effectOfEnding(
    @CurrentCaller() caller: SessionCaller,
    @Query() query: MatchingQuery,
  ): Promise<ResourceEnvelope<EndingEffectDto>> {
    return { resource: await this.overview.effectOfEnding(caller, query) };
  }

  @Get('export')
  @RequireSession()
  @ApiOperation({
    summary: 'Download connections as a table for spreadsheets',
    description:
      'What the list would show on all its pages, as CSV (RFC 4180) in UTF-8. A value that a spreadsheet would take for a formula has an apostrophe before it.',
  })
  @ApiOkResponse({
    description: 'The table',
    content: { 'text/csv': { schema: { type: 'string' } } },
  })
  @ApiProblems(400, 401)
  async export(
    @CurrentCaller() caller: SessionCaller,
    @Query() query: ExportQuery,
  ): Promise<StreamableFile> {
    const { name, content } = await this.exports.file(caller, query);
    return new StreamableFile(content, {
      type: 'text/csv; charset=utf-8',
      disposition: `attachment; filename="${name}"`,
    });
  }

  @Sse('changes')
  @RequireSession()
  @ApiOperation({
    summary: 'Stream changes: connections that appear or end',
    description:
      'Server-sent events: `event: connections` with `data: {}` whenever a connection that the caller may see appears, is renewed or ends, on whatever node. Ends with the session.',
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    example: '3',
    description:
      'sent by a browser that reconnects; it gets an event at once, because it may have missed some',
  })
  @ApiOkResponse({
    description: 'The stream',
    content: {
      'text/event-stream': {
        schema: { type: 'string' },
        example: 'event: connections\nid: 1\ndata: {}\n\n',
      },
    },
  })
  @ApiProblems(401, 429)
  changes(
    @CurrentCaller() caller: SessionCaller,
    @Headers('Last-Event-ID') lastEventId?: string,
  ): Observable<MessageEvent> {
    return this.connectionChanges.stream(caller, lastEventId);
  }

  @Get(':id')
  @RequireSession()
  @ApiLimits({ usageSeconds: (USAGE_DAYS * DAY) / SECOND })
  @ApiOperation({ summary: `See a connection and its use over the last ${USAGE_DAYS} days` })
  @ApiResource(ConnectionDetailDto)
  @ApiProblems(401, 404)
  async find(
    @CurrentCaller() caller: SessionCaller,
    @Param('id', connectionId) id: string,
  ): Promise<ResourceEnvelope<ConnectionDetailDto>> {
    return { resource: await this.overview.detail(caller, id) };
  }

  @Get(':id/events')
  @RequireSession()
  @ApiOperation({ summary: 'List what happened to a connection, latest first' })
  @ApiResources(ConnectionEventDto)
  @ApiProblems(400, 401, 404)
  events(
    @CurrentCaller() caller: SessionCaller,
    @Param('id', connectionId) id: string,
    @Query() page: PageQuery,
  ): Promise<ResourcesEnvelope<ConnectionEventDto>> {
    return this.overview.history(caller, id, page);
  }

  @Patch(':id')
  @RequireSession()
  @ApiOperation({
    summary: 'Reduce what the application may do, or choose when the connection ends by itself',
    description:
      'With a smaller `scope`, access tokens issued before are refused at once, on every node; a refresh gives one of the new scope. The scope never becomes wider; that takes a new consent. From `expiresAt` on, everything that the connection has given out is refused on every node.',
  })
  @ApiResource(ConnectionDto)
  @ApiProblems(400, 401, 403, 404, 409, 415)
  async change(
    @CurrentCaller() caller: SessionCaller,
    @Param('id', connectionId) id: string,
    @Body() { resource }: ConnectionPatchRequest,
  ): Promise<ResourceEnvelope<ConnectionDto>> {
    await this.decisions.change(caller, id, resource);
    return { resource: await this.overview.find(caller, id) };
  }

  @Delete(':id')
  @RequireSession()
  @HttpCode(204)
  @ApiOperation({
    summary: 'End a connection',
    description:
      'All its codes and tokens stop working at once, on every node. Repeating it is 204 again.',
  })
  @ApiNoContentResponse({ description: 'It has ended' })
  @ApiProblems(401, 403, 404)
  end(
    @CurrentCaller() caller: SessionCaller,
    @Param('id', connectionId) id: string,
  ): Promise<void> {
    return this.decisions.end(caller, id);
  }

  @Delete()
  @RequireSession()
  @ApiOperation({
    summary:
      'End many connections: some, all of a user, all of an application within the account, or all that a list shows',
    description: `For admins; members may end their own. If the caller cannot see one of the \`ids\`, the answer is 404 and nothing ends. With \`status=active\` all end that the list with the same query shows, ${MOST_MATCHING} at most, and \`expected\` says how many that are: where more match by now, the answer is 409 and nothing ends. All but \`ids\` takes a fresh proof of identity.`,
  })
  @ApiResource(EndedConnectionsDto)
  @ApiProblems(400, 401, 403, 'identity_proof_required', 404, 409)
  async endMany(
    @CurrentCaller() caller: SessionCaller,
    @Query() query: EndConnectionsQuery,
  ): Promise<ResourceEnvelope<EndedConnectionsDto>> {
    if (query.ids === undefined) requireIdentityProof(caller);
    return { resource: await this.decisions.endMany(caller, query) };
  }
}

import { limitScope } from '@flixcheck/oauth-protocol';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, MoreThan, Repository } from 'typeorm';
import { Clock, DAY, toDay } from '../config/clock.js';
import type { SessionCaller } from '../http/access.js';
import {
  type CountedEnvelope,
  DEFAULT_LIMIT,
  type PageQuery,
  type ResourcesEnvelope,
} from '../http/envelope.js';
import {
  afterCursor,
  keyColumns,
  type ListOrder,
  orderBy,
  pageOf,
  parameters,
} from '../http/keyset.js';
import { inOrder } from '../http/searched-list.js';
import { pageOfClients } from '../oauth-clients/client-pages.js';
import { pickFields } from '../oauth-clients/client-record.js';
import {
  byName,
  isMeantFor,
  type OAuthClient,
  OAuthClientsService,
} from '../oauth-clients/oauth-clients.service.js';
import { type Person, UsersService } from '../users/users.service.js';
import { healthOf } from './connection.js';
import { isByFlixcheck } from './revocation-reasons.js';
import { ConnectionEntity } from './connection.entity.js';
import { ConnectionEventEntity } from './connection-event.entity.js';
import { ConnectionUsageEntity } from './connection-usage.entity.js';
import {
  CONNECTED_CLIENT,
  type ConnectionDetailDto,
  type ConnectionDto,
  type ConnectionEventDto,
  type ConnectionsQuery,
  type UsedClientDto,
} from './connections.dto.js';
import type { EndingEffectDto, MatchingQuery } from './ending-many.dto.js';
import { countByClient, findConnections } from './find-connections.js';
import { effectOfEnding } from './matching-connections.js';
import { TimeLimits } from './time-limits.js';
import { findVisible } from './visible-connections.js';
import { USAGE_DAYS } from './connection-usage.js';

type HistoryRow = Omit<ConnectionEventEntity, 'connectionId'>;

/** By when it happened: a use, and the end of one among a million, are written later than that. */
const LATEST_FIRST: ListOrder = {
  name: '-at',
  columns: [{ sql: 'at', type: 'timestamptz' }],
  id: 'id',
  idType: 'bigint',
  descending: true,
};

/** What the portal's pages on connections show, limited to what the caller may see. */
@Injectable()
export class ConnectionsOverview {
  constructor(
    @InjectRepository(ConnectionEntity) private readonly connections: Repository<ConnectionEntity>,
    @InjectRepository(ConnectionEventEntity)
    private readonly events: Repository<ConnectionEventEntity>,
    @InjectRepository(ConnectionUsageEntity)
    private readonly usage: Repository<ConnectionUsageEntity>,
    private readonly users: UsersService,
    private readonly clients: OAuthClientsService,
    private readonly clock: Clock,
    private readonly timeLimits: TimeLimits,
  ) {}

  /** The connections that match the query, among those that the caller may see. */
  async list(
    caller: SessionCaller,
    query: ConnectionsQuery,
  ): Promise<CountedEnvelope<ConnectionDto>> {
    const limit = query.limit ?? DEFAULT_LIMIT;
    await this.timeLimits.settle(caller.accountId);
    const { manager } = this.connections;
    const { ids, meta } = await findConnections(
      manager,
      caller,
      { ...query, limit },
      this.clock.now(),
    );
    const rows = ids.length === 0 ? [] : await this.connections.findBy({ id: In(ids) });
    const describe = await this.describer(rows);
    return { resources: inOrder(ids, rows).map(describe), meta };
  }

  /** The applications of the connections that the caller may see, by name, deleted ones too. */
  async usedClients(
    caller: SessionCaller,
    page: PageQuery,
  ): Promise<ResourcesEnvelope<UsedClientDto>> {
    await this.timeLimits.settle(caller.accountId);
    const counts = await countByClient(this.connections.manager, caller);
    const active = new Map(counts.map((count) => [count.oauthClientId, count.active]));
    const clients = await this.clients.byIds([...active.keys()]);
    return pageOfClients(byName([...clients.values()]), page, (client) =>
      toUsedDto(client, caller.accountId, active.get(client.id) ?? 0),
    );
  }

  /** What ending all active connections that match would end, among those that the caller may see. */
  async effectOfEnding(caller: SessionCaller, query: MatchingQuery): Promise<EndingEffectDto> {
    await this.timeLimits.settle(caller.accountId);
    return effectOfEnding(this.connections.manager, caller, query, this.clock.now());
  }

  /** @throws ApiError not_found */
  async find(caller: SessionCaller, id: string): Promise<ConnectionDto> {
    await this.timeLimits.settle(caller.accountId);
    const connection = await findVisible(this.connections, caller, id);
    return (await this.describer([connection]))(connection);
  }

  /** @throws ApiError not_found */
  async detail(caller: SessionCaller, id: string): Promise<ConnectionDetailDto> {
    await this.timeLimits.settle(caller.accountId);
    const connection = await findVisible(this.connections, caller, id);
    const since = new Date(this.clock.now().getTime() - USAGE_DAYS * DAY);
    const [describe, usage] = await Promise.all([
      this.describer([connection]),
      this.usage.find({
        select: { day: true, requests: true },
        where: { connectionId: id, day: MoreThan(toDay(since)) },
        order: { day: 'ASC' },
      }),
    ]);
    return {
      ...describe(connection),
      usage: usage.map(({ day, requests }) => ({ day, requests })),
    };
  }

  /**
   * A connection's history, latest first.
   * @throws ApiError not_found
   */
  async history(
    caller: SessionCaller,
    connectionId: string,
    page: PageQuery,
  ): Promise<ResourcesEnvelope<ConnectionEventDto>> {
    await this.timeLimits.settle(caller.accountId);
    await findVisible(this.connections, caller, connectionId);
    const limit = page.limit ?? DEFAULT_LIMIT;
    const { values, bind } = parameters();
    const found: (HistoryRow & Record<string, unknown>)[] = await this.events.query(
      `SELECT id, at, type, actor_id AS "actorId", scope, detail,
              in_advance AS "inAdvance", former_scope AS "formerScope", former_end AS "formerEnd",
              ${keyColumns(LATEST_FIRST)}
         FROM connection_events
        WHERE connection_id = ${bind(connectionId)}
          AND ${afterCursor(LATEST_FIRST, page.cursor, bind)}
        ORDER BY ${orderBy(LATEST_FIRST)} LIMIT ${bind(limit + 1)}`,
      values,
    );
    const { rows, nextCursor } = pageOf(LATEST_FIRST, found, limit);
    const people = await this.users.people(
      rows.filter(byAccount).flatMap(({ actorId }) => actorId ?? []),
    );
    return {
      resources: rows.map((row) => toEventDto(row, people)),
      meta: nextCursor === undefined ? {} : { nextCursor },
    };
  }

  private async describer(
    connections: ConnectionEntity[],
  ): Promise<(connection: ConnectionEntity) => ConnectionDto> {
    const [clients, namesakes, people] = await Promise.all([
      this.clients.byIds(connections.map(({ oauthClientId }) => oauthClientId)),
      this.users.namesakes(connections.map(({ userId }) => userId)),
      this.users.people(
        connections.flatMap(({ userId, revokedBy, advanceBy }) => [
          userId,
          ...(revokedBy ? [revokedBy] : []),
          ...(advanceBy ? [advanceBy] : []),
        ]),
      ),
    ]);
    const now = this.clock.now();
    return (connection) => ({
      ...toDto(connection, clients, people, now),
      namesake: namesakes.has(connection.userId),
    });
  }
}

function byAccount({ type, detail }: HistoryRow): boolean {
  return !(type === 'revoked' && isByFlixcheck(detail));
}

function toDto(
  connection: ConnectionEntity,
  clients: Map<string, OAuthClient>,
  people: Map<string, Person>,
  now: Date,
): Omit<ConnectionDto, 'namesake'> {
  const { id, scope, oauthClientId, userId, revokedBy, revocationReason, advanceAt, advanceBy } =
    connection;
  const client = clients.get(oauthClientId);
  const grantedBy = people.get(userId);
  if (!client || !grantedBy) throw new Error('a connection without its client or user');
  const endedBy = isByFlixcheck(revocationReason) ? undefined : people.get(revokedBy ?? '');
  return {
    id,
    client: pickFields(client, CONNECTED_CLIENT),
    scope: limitScope(scope, client.scopes.join(' ')),
    status: connection.revokedAt ? 'revoked' : 'active',
    grantedBy,
    grantedAt: connection.grantedAt.toISOString(),
    grantedInAdvance: advanceAt && {
      at: advanceAt.toISOString(),
      by: people.get(advanceBy ?? '') ?? null,
    },
    lastUsedAt: connection.lastUsedAt?.toISOString() ?? null,
    lastRefreshRefusedAt: connection.lastRefreshRefusedAt?.toISOString() ?? null,
    expiresAt: connection.expiresAt?.toISOString() ?? null,
    revokedAt: connection.revokedAt?.toISOString() ?? null,
    revokedBy: endedBy ?? null,
    revocationReason,
    health: healthOf(connection, now),
  };
}

function toUsedDto(
  client: OAuthClient,
  accountId: string,
  activeConnections: number,
): UsedClientDto {
  return {
    ...pickFields(client, CONNECTED_CLIENT),
    availability: availabilityOf(client, accountId),
    activeConnections,
  };
}

function availabilityOf(client: OAuthClient, accountId: string): UsedClientDto['availability'] {
  if (client.deletedAt) return 'deleted';
  if (client.status === 'disabled') return 'disabled';
  if (!isMeantFor(accountId, client)) return 'not_for_account';
  return client.listed ? 'available' : 'not_listed';
}

function toEventDto(event: HistoryRow, people: Map<string, Person>): ConnectionEventDto {
  const { id, at, type, actorId, scope, detail, inAdvance, formerScope, formerEnd } = event;
  const person = people.get(actorId ?? '');
  const actor = person && {
    id: person.id,
    firstName: person.firstName,
    lastName: person.lastName,
  };
  return {
    id,
    at: at.toISOString(),
    type,
    actor: actor ?? null,
    scope,
    detail,
    inAdvance,
    former:
      formerScope === null
        ? null
        : {
            scope: formerScope,
            expiresAt: formerEnd?.toISOString() ?? null,
          },
  };
}

import { limitScope, scopeCovers } from '@flixcheck/oauth-protocol';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, IsNull, LessThan, MoreThan, Repository } from 'typeorm';
import { Clock, DAY } from '../config/clock.js';
import type { SessionCaller } from '../http/access.js';
import { ApiError, notFound } from '../http/api-error.js';
import {
  type CountedEnvelope,
  DEFAULT_LIMIT,
  decodeCursor,
  type PageQuery,
  type ResourcesEnvelope,
  toPage,
} from '../http/envelope.js';
import { validationFailed } from '../http/validation.js';
import { pickFields } from '../oauth-clients/client-record.js';
import {
  byName,
  type OAuthClient,
  OAuthClientsService,
} from '../oauth-clients/oauth-clients.service.js';
import { AuditLog } from '../users/audit-log.js';
import { type Person, UsersService } from '../users/users.service.js';
import { type Ending, healthOf, type RevocationReason } from './connection.js';
import { ConnectionEntity } from './connection.entity.js';
import { ConnectionEventEntity } from './connection-event.entity.js';
import { ConnectionUsageEntity } from './connection-usage.entity.js';
import {
  AVAILABLE_CLIENT,
  type AvailableClientDto,
  CONNECTED_CLIENT,
  type ConnectionDetailDto,
  type ConnectionDto,
  type ConnectionEventDto,
  type ConnectionsQuery,
  type EndConnectionsQuery,
  type UsedClientDto,
} from './connections.dto.js';
import { countByClient, findConnections } from './find-connections.js';
import { ConnectionsService, type EndingScope } from './connections.service.js';

const USAGE_DAYS = 30;

/** What the portal's pages on connections show and do, limited to what the caller may see. */
@Injectable()
export class ConnectionsOverview {
  constructor(
    @InjectRepository(ConnectionEntity) private readonly connections: Repository<ConnectionEntity>,
    @InjectRepository(ConnectionEventEntity)
    private readonly events: Repository<ConnectionEventEntity>,
    @InjectRepository(ConnectionUsageEntity)
    private readonly usage: Repository<ConnectionUsageEntity>,
    private readonly service: ConnectionsService,
    private readonly users: UsersService,
    private readonly clients: OAuthClientsService,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /** The connections that match the query, among those that the caller may see. */
  async list(
    caller: SessionCaller,
    query: ConnectionsQuery,
  ): Promise<CountedEnvelope<ConnectionDto>> {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const { manager } = this.connections;
    const { ids, meta } = await findConnections(
      manager,
      caller,
      { ...query, limit },
      this.clock.now(),
    );
    const rows = ids.length === 0 ? [] : await this.connections.findBy({ id: In(ids) });
    const describe = await this.describer(rows);
    const found = new Map(rows.map((row) => [row.id, row]));
    return {
      resources: ids.flatMap((id) => {
        const row = found.get(id);
        return row ? [describe(row)] : [];
      }),
      meta,
    };
  }

  /** The applications of the connections that the caller may see, by name, deleted ones too. */
  async usedClients(
    caller: SessionCaller,
    page: PageQuery,
  ): Promise<ResourcesEnvelope<UsedClientDto>> {
    const counts = await countByClient(this.connections.manager, caller);
    const active = new Map(counts.map((count) => [count.oauthClientId, count.active]));
    const clients = await this.clients.byIds([...active.keys()]);
    return pageOfClients(byName([...clients.values()]), page, (client) =>
      toUsedDto(client, active.get(client.id) ?? 0),
    );
  }

  /** @throws ApiError not_found */
  async detail(caller: SessionCaller, id: string): Promise<ConnectionDetailDto> {
    const connection = await this.find(caller, id);
    const since = new Date(this.clock.now().getTime() - USAGE_DAYS * DAY);
    const [describe, usage] = await Promise.all([
      this.describer([connection]),
      this.usage.find({
        select: { day: true, requests: true },
        where: { connectionId: id, day: MoreThan(since.toISOString().slice(0, 10)) },
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
    await this.find(caller, connectionId);
    const limit = page.limit ?? DEFAULT_LIMIT;
    const after = decodeCursor(page.cursor, 'bigint');
    const events = await this.events.find({
      where: { connectionId, ...(after && { id: LessThan(after[1]) }) },
      order: { id: 'DESC' },
      take: limit + 1,
    });
    const people = await this.users.people(
      events.filter(byAccount).flatMap(({ actorId }) => actorId ?? []),
    );
    return toPage(
      events,
      limit,
      ({ at, id }) => [at.toISOString(), id],
      (event) => toEventDto(event, people),
    );
  }

  /**
   * Ends a connection; one that has ended stays as it is.
   * @throws ApiError not_found
   */
  async end(caller: SessionCaller, id: string): Promise<void> {
    await this.find(caller, id);
    await this.endEach(caller, id, [id]);
  }

  /**
   * Reduces what the application may do, without ending the connection.
   * @throws ApiError not_found; conflict if it has ended; validation_failed if the scope would
   *   become wider
   */
  async reduce(caller: SessionCaller, id: string, scope: string): Promise<ConnectionDto> {
    const connection = await this.find(caller, id);
    if (connection.revokedAt) throw alreadyEnded();
    refuseWider(connection.scope, scope);
    const at = this.clock.now();
    const { userId: actorId } = caller;
    await this.connections.manager.transaction(async (tx) => {
      if (!(await this.service.narrow(tx, id, { scope, actorId, at }))) throw changedMeanwhile();
      const detail = { from: connection.scope, to: scope };
      await this.audit.record(tx, {
        actorId,
        action: 'connection_narrowed',
        subjectId: id,
        detail,
        at,
      });
    });
    const reduced = await this.find(caller, id);
    return (await this.describer([reduced]))(reduced);
  }

  /**
   * Ends the connections of these ids, or all active ones of a user, or of an application within
   * the caller's account.
   * @returns how many there were
   * @throws ApiError validation_failed, forbidden, not_found (another account's user, or a
   *   connection that the caller does not see: then none has ended)
   */
  async endMany(
    caller: SessionCaller,
    { ids, userId, clientId }: EndConnectionsQuery,
  ): Promise<{ revoked: number }> {
    if ([ids, userId, clientId].filter((given) => given !== undefined).length !== 1) {
      const message = 'Name connections, or a user, or an application.';
      throw validationFailed([{ field: 'userId', code: 'exactly_one_of', message }]);
    }
    if (ids !== undefined) {
      const seen = await this.connections.countBy({ id: In(ids), ...visibleTo(caller) });
      if (seen !== ids.length) throw notFound('One of the connections');
      return { revoked: await this.endEach(caller, null, ids) };
    }
    if (caller.role !== 'admin' && userId !== caller.userId) {
      throw new ApiError('forbidden', 'Only an admin of the account may end other connections.');
    }
    if (userId !== undefined) {
      const user = await this.users.findById(userId);
      if (user?.accountId !== caller.accountId) throw notFound('The user');
      return this.endAll(caller, userId, { userId });
    }
    const client = await this.clientInSight(caller, clientId ?? '');
    if (!client) return { revoked: 0 };
    const { accountId } = caller;
    return this.endAll(caller, client.id, { oauthClientId: client.id, accountId });
  }

  /** The applications that the caller is offered, by name, each with the caller's connection. */
  async available(
    caller: SessionCaller,
    page: PageQuery,
  ): Promise<ResourcesEnvelope<AvailableClientDto>> {
    const [clients, mine] = await Promise.all([
      this.clients.listAvailable(),
      this.connections.findBy({ userId: caller.userId, revokedAt: IsNull() }),
    ]);
    const connectionIds = new Map(mine.map(({ oauthClientId, id }) => [oauthClientId, id]));
    return pageOfClients(clients, page, (client) =>
      toAvailableDto(client, connectionIds.get(client.id) ?? null),
    );
  }

  private endEach(
    caller: SessionCaller,
    subjectId: string | null,
    ids: readonly string[],
  ): Promise<number> {
    return this.endOnRecord(caller, subjectId, async (tx, ending) => {
      const connectionIds = await this.service.revoke(ids, ending, tx);
      return { count: connectionIds.length, detail: { connectionIds } };
    });
  }

  private async endAll(
    caller: SessionCaller,
    subjectId: string,
    scope: EndingScope,
  ): Promise<{ revoked: number }> {
    const revoked = await this.endOnRecord(caller, subjectId, async (tx, ending) => {
      const count = await this.service.revokeAll(tx, scope, ending);
      return { count, detail: { connections: count } };
    });
    return { revoked };
  }

  /**
   * Ends connections and writes the audit record, or does neither.
   * @param subjectId the connection, user or application that the caller pointed at; null: several
   * @param end returns how many it has ended, and what the record says of them
   */
  private endOnRecord(
    { userId: actorId }: SessionCaller,
    subjectId: string | null,
    end: (
      tx: EntityManager,
      ending: Ending,
    ) => Promise<{ count: number; detail: Record<string, unknown> }>,
  ): Promise<number> {
    const at = this.clock.now();
    return this.connections.manager.transaction(async (tx) => {
      const { count, detail } = await end(tx, { actorId, reason: 'admin', at });
      if (count > 0) {
        await this.audit.record(tx, {
          actorId,
          action: 'connections_revoked',
          subjectId,
          detail,
          at,
        });
      }
      return count;
    });
  }

  private async find(caller: SessionCaller, id: string): Promise<ConnectionEntity> {
    const connection = await this.connections.findOneBy({ id, ...visibleTo(caller) });
    if (!connection) throw notFound('The connection');
    return connection;
  }

  /** An application of the connections that the caller may see, disabled and deleted ones too. */
  private async clientInSight(
    caller: SessionCaller,
    clientId: string,
  ): Promise<OAuthClient | undefined> {
    const rows = await this.connections
      .createQueryBuilder('c')
      .select('DISTINCT c.oauthClientId', 'id')
      .where(visibleTo(caller))
      .getRawMany<{ id: string }>();
    const clients = await this.clients.byIds(rows.map(({ id }) => id));
    return [...clients.values()].find((client) => client.clientId === clientId);
  }

  private async describer(
    connections: ConnectionEntity[],
  ): Promise<(connection: ConnectionEntity) => ConnectionDto> {
    const [clients, people] = await Promise.all([
      this.clients.byIds(connections.map(({ oauthClientId }) => oauthClientId)),
      this.users.people(
        connections.flatMap(({ userId, revokedBy }) => (revokedBy ? [userId, revokedBy] : userId)),
      ),
    ]);
    const now = this.clock.now();
    return (connection) => toDto(connection, clients, people, now);
  }
}

/** @throws ApiError validation_failed */
function refuseWider(held: string, asked: string): void {
  if (scopeCovers(held, asked)) return;
  const message = `The connection has '${held}'. Name that or less: only a new consent makes it wider.`;
  throw validationFailed([{ field: 'scope', code: 'wider_than_granted', message }]);
}

function alreadyEnded(): ApiError {
  return new ApiError('conflict', 'The connection has ended, so there is nothing to reduce.');
}

function changedMeanwhile(): ApiError {
  return new ApiError('conflict', 'The connection has just been ended or reduced. Read it again.');
}

function visibleTo({ role, accountId, userId }: SessionCaller) {
  return role === 'admin' ? { accountId } : { accountId, userId };
}

/** Which person at Flixcheck did something is for the audit log, not for the account. */
const BY_FLIXCHECK: readonly (RevocationReason | null | string)[] = [
  'client_disabled',
  'client_deleted',
];

function byAccount({ type, detail }: ConnectionEventEntity): boolean {
  return !(type === 'revoked' && BY_FLIXCHECK.includes(detail));
}

function toDto(
  connection: ConnectionEntity,
  clients: Map<string, OAuthClient>,
  people: Map<string, Person>,
  now: Date,
): ConnectionDto {
  const { id, scope, oauthClientId, userId, revokedBy, revocationReason } = connection;
  const client = clients.get(oauthClientId);
  const grantedBy = people.get(userId);
  if (!client || !grantedBy) throw new Error('a connection without its client or user');
  const endedBy = BY_FLIXCHECK.includes(revocationReason) ? undefined : people.get(revokedBy ?? '');
  return {
    id,
    client: pickFields(client, CONNECTED_CLIENT),
    scope: limitScope(scope, client.scopes.join(' ')),
    status: connection.revokedAt ? 'revoked' : 'active',
    grantedBy,
    grantedAt: connection.grantedAt.toISOString(),
    lastUsedAt: connection.lastUsedAt?.toISOString() ?? null,
    lastRefreshRefusedAt: connection.lastRefreshRefusedAt?.toISOString() ?? null,
    revokedAt: connection.revokedAt?.toISOString() ?? null,
    revokedBy: endedBy ?? null,
    revocationReason,
    health: healthOf(connection, now),
  };
}

function toUsedDto(client: OAuthClient, activeConnections: number): UsedClientDto {
  return {
    ...pickFields(client, CONNECTED_CLIENT),
    availability: availabilityOf(client),
    activeConnections,
  };
}

function availabilityOf({ deletedAt, status, listed }: OAuthClient): UsedClientDto['availability'] {
  if (deletedAt) return 'deleted';
  if (status === 'disabled') return 'disabled';
  return listed ? 'available' : 'not_listed';
}

/** A page of a list that is completely in memory. */
function pageOfClients<Dto>(
  clients: OAuthClient[],
  page: PageQuery,
  map: (client: OAuthClient) => Dto,
): ResourcesEnvelope<Dto> {
  const limit = page.limit ?? DEFAULT_LIMIT;
  const after = decodeCursor(page.cursor);
  const start = after ? clients.findIndex(({ id }) => id === after[1]) + 1 : 0;
  if (after && start === 0) {
    const message = 'The application has gone. Leave the cursor out to start from the beginning.';
    throw validationFailed([{ field: 'cursor', code: 'invalid_cursor', message }]);
  }
  return toPage(
    clients.slice(start, start + limit + 1),
    limit,
    ({ createdAt, id }) => [createdAt.toISOString(), id],
    map,
  );
}

function toAvailableDto(client: OAuthClient, connectionId: string | null): AvailableClientDto {
  return {
    ...pickFields(client, AVAILABLE_CLIENT),
    // The portal cannot create another party's PKCE challenge, nor choose among redirect URIs.
    authorizable: !client.requirePkce && client.redirectUris.length === 1,
    connected: connectionId !== null,
    connectionId,
  };
}

function toEventDto(event: ConnectionEventEntity, people: Map<string, Person>): ConnectionEventDto {
  const { id, at, type, actorId, scope, detail } = event;
  const person = people.get(actorId ?? '');
  const actor = person && {
    id: person.id,
    firstName: person.firstName,
    lastName: person.lastName,
  };
  return { id, at: at.toISOString(), type, actor: actor ?? null, scope, detail };
}

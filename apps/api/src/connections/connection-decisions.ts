import { scopeCovers } from '@flixcheck/oauth-protocol';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, Repository } from 'typeorm';
import { Clock } from '../config/clock.js';
import type { SessionCaller } from '../http/access.js';
import { ApiError, notFound } from '../http/api-error.js';
import { validationFailed } from '../http/validation.js';
import { type OAuthClient, OAuthClientsService } from '../oauth-clients/oauth-clients.service.js';
import { AuditLog } from '../users/audit-log.js';
import { UsersService } from '../users/users.service.js';
import type { Ending } from './connection.js';
import { ConnectionEntity } from './connection.entity.js';
import type { EndConnectionsQuery } from './connections.dto.js';
import { ConnectionsService, type EndingScope } from './connections.service.js';
import { findVisible, visibleTo } from './visible-connections.js';

/** What people decide about the connections that they see: ending and reducing, each on record. */
@Injectable()
export class ConnectionDecisions {
  constructor(
    @InjectRepository(ConnectionEntity) private readonly connections: Repository<ConnectionEntity>,
    private readonly service: ConnectionsService,
    private readonly users: UsersService,
    private readonly clients: OAuthClientsService,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /**
   * Ends a connection; one that has ended stays as it is.
   * @throws ApiError not_found
   */
  async end(caller: SessionCaller, id: string): Promise<void> {
    await findVisible(this.connections, caller, id);
    await this.endEach(caller, id, [id]);
  }

  /**
   * Reduces what the application may do, without ending the connection.
   * @throws ApiError not_found; conflict if it has ended; validation_failed if the scope would
   *   become wider
   */
  async reduce(caller: SessionCaller, id: string, scope: string): Promise<void> {
    const connection = await findVisible(this.connections, caller, id);
    if (connection.revokedAt) throw alreadyEnded();
    refuseWider(connection.scope, scope);
    // Nothing to decide, and nothing to put on record.
    if (scope === connection.scope) return;
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

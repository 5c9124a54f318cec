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
import type { ConnectionPatch } from './connections.dto.js';
import { activeAt, type EndingScope } from './connection-endings.js';
import { ConnectionNotices } from './connection-notices.js';
import { ConnectionsService } from './connections.service.js';
import type { EndConnectionsQuery, MatchingQuery } from './ending-many.dto.js';
import { findMatching } from './matching-connections.js';
import { limitProblem, TimeLimits } from './time-limits.js';
import { findVisible, visibleTo } from './visible-connections.js';

/** So many of those that match are named; the number says how many there were. */
const NAMED_ON_RECORD = 5;

/** What people do to connections: end, reduce and limit them. Each leaves an audit record. */
@Injectable()
export class ConnectionDecisions {
  constructor(
    @InjectRepository(ConnectionEntity) private readonly connections: Repository<ConnectionEntity>,
    private readonly service: ConnectionsService,
    private readonly users: UsersService,
    private readonly clients: OAuthClientsService,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
    private readonly timeLimits: TimeLimits,
    private readonly notices: ConnectionNotices,
  ) {}

  /**
   * Ends a connection; one that has ended stays as it is.
   * @throws ApiError not_found
   */
  async end(caller: SessionCaller, id: string): Promise<void> {
    await this.timeLimits.settle(caller.accountId);
    await findVisible(this.connections, caller, id);
    await this.endEach(caller, id, [id]);
  }

  /**
   * Reduces what the application may do, chooses when the connection ends by itself, or both.
   * @throws ApiError not_found; conflict if it has ended; validation_failed if the scope would
   *   become wider, or the end is out of range; forbidden if somebody else than the person who
   *   granted access would let the connection live longer
   */
  async change(caller: SessionCaller, id: string, patch: ConnectionPatch): Promise<void> {
    const { scope, expiresAt } = patch;
    await this.timeLimits.settle(caller.accountId);
    const connection = await findVisible(this.connections, caller, id);
    if (scope === undefined && expiresAt === undefined) throw nothingToChange();
    if (connection.revokedAt) throw alreadyEnded();
    const at = this.clock.now();
    const end = typeof expiresAt === 'string' ? new Date(expiresAt) : expiresAt;
    if (scope !== undefined) refuseWider(connection.scope, scope);
    if (end) refuseOutOfRange(end, at);
    await this.connections.manager.transaction(async (tx) => {
      // If it is so already, there is nothing to change or to record.
      if (scope !== undefined && scope !== connection.scope) {
        await this.narrow(tx, caller, connection, scope, at);
      }
      if (end !== undefined) await this.limit(tx, caller, connection, end, at);
    });
  }

  /**
   * Ends the connections of these ids, or all active ones of a user, or of an application within
   * the caller's account; or with `status`, all that match.
   * @returns how many there were
   * @throws ApiError validation_failed, forbidden, not_found (another account's user, or a
   *   connection that the caller does not see: then none has ended), conflict (more than expected
   *   match: then none has ended)
   */
  async endMany(
    caller: SessionCaller,
    { status, expected, ids, ...matching }: EndConnectionsQuery,
  ): Promise<{ revoked: number }> {
    const { userId, clientId } = matching;
    refuseUnclear({ status, expected, ids, ...matching });
    await this.timeLimits.settle(caller.accountId);
    if (expected !== undefined) return this.endMatching(caller, matching, expected);
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

  private async endMatching(
    caller: SessionCaller,
    query: MatchingQuery,
    expected: number,
  ): Promise<{ revoked: number }> {
    const revoked = await this.endOnRecord(caller, null, async (tx, ending) => {
      const ids = await findMatching(tx, caller, query, {
        now: ending.at,
        most: expected,
      });
      if (ids.length > expected) throw moreMatch(expected);
      const ended = await this.service.revoke(ids, ending, tx);
      await this.notices.ended(tx, ended, { actorId: caller.userId, at: ending.at });
      const connectionIds = ended.slice(0, NAMED_ON_RECORD);
      return { count: ended.length, detail: { connections: ended.length, connectionIds } };
    });
    return { revoked };
  }

  private async narrow(
    tx: EntityManager,
    { userId: actorId }: SessionCaller,
    { id, scope: from }: ConnectionEntity,
    scope: string,
    at: Date,
  ): Promise<void> {
    if (!(await this.service.narrow(tx, id, { scope, actorId, at }))) throw changedMeanwhile();
    const detail = { from, to: scope };
    await this.audit.record(tx, {
      actorId,
      action: 'connection_narrowed',
      subjectId: id,
      detail,
      at,
    });
  }

  private async limit(
    tx: EntityManager,
    { userId: actorId }: SessionCaller,
    { id, userId, expiresAt: from }: ConnectionEntity,
    expiresAt: Date | null,
    at: Date,
  ): Promise<void> {
    const mayLengthen = userId === actorId;
    const outcome = await this.service.limit(tx, id, { expiresAt, mayLengthen, actorId, at });
    if (outcome === 'ended') throw changedMeanwhile();
    if (outcome === 'longer') throw onlyWhoGranted();
    if (outcome === 'same') return;
    await this.audit.record(tx, {
      actorId,
      action: 'connection_limit_changed',
      subjectId: id,
      detail: { from, to: expiresAt },
      at,
    });
  }

  private endEach(
    caller: SessionCaller,
    subjectId: string | null,
    ids: readonly string[],
  ): Promise<number> {
    return this.endOnRecord(caller, subjectId, async (tx, ending) => {
      const connectionIds = await this.service.revoke(ids, ending, tx);
      await this.notices.ended(tx, connectionIds, { actorId: caller.userId, at: ending.at });
      return { count: connectionIds.length, detail: { connectionIds } };
    });
  }

  private async endAll(
    caller: SessionCaller,
    subjectId: string,
    scope: EndingScope,
  ): Promise<{ revoked: number }> {
    const revoked = await this.endOnRecord(caller, subjectId, async (tx, ending) => {
      const theirs = 'accountId' in scope ? await this.activeOf(tx, scope) : [];
      const count = await this.service.revokeAll(tx, scope, ending);
      const by = { actorId: caller.userId, at: ending.at };
      await this.notices.ended(tx, theirs, by);
      if ('userId' in scope && count > 0) await this.notices.endedAll(tx, scope.userId, by);
      return { count, detail: { connections: count } };
    });
    return { revoked };
  }

  /** Those of an application in a company, which are as many as it has people at most. */
  private async activeOf(
    tx: EntityManager,
    { oauthClientId, accountId }: { oauthClientId?: string; accountId?: string },
  ): Promise<string[]> {
    const rows: { id: string }[] = await tx.query(
      `SELECT c.id FROM connections c
        WHERE c.oauth_client_id = $1 AND c.account_id = $2 AND ${activeAt('$3')}`,
      [oauthClientId, accountId, this.clock.now()],
    );
    return rows.map(({ id }) => id);
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
function refuseUnclear({ status, expected, ids, ...matching }: EndConnectionsQuery): void {
  const { userId, clientId, ...others } = matching;
  if (status === undefined) {
    const one = [ids, userId, clientId].filter((given) => given !== undefined);
    const narrowed = [expected, ...Object.values(others)].some((given) => given !== undefined);
    if (one.length === 1 && !narrowed) return;
    const message =
      'Name connections, or a user, or an application; with `status=active`, all that match end.';
    throw validationFailed([{ field: 'userId', code: 'exactly_one_of', message }]);
  }
  if (ids !== undefined) {
    const message = 'Name connections, or with `status=active` what they have in common.';
    throw validationFailed([{ field: 'ids', code: 'exactly_one_of', message }]);
  }
  if (expected === undefined) {
    const message = 'Say how many connections you mean, so that no others end.';
    throw validationFailed([{ field: 'expected', code: 'required', message }]);
  }
}

/** @throws ApiError validation_failed */
function refuseWider(held: string, asked: string): void {
  if (scopeCovers(held, asked)) return;
  const message = `The connection has '${held}'. Name that or less: only a new consent makes it wider.`;
  throw validationFailed([{ field: 'scope', code: 'wider_than_granted', message }]);
}

/** @throws ApiError validation_failed */
function refuseOutOfRange(end: Date, now: Date): void {
  const problem = limitProblem(end, now);
  if (problem) throw validationFailed([problem]);
}

function nothingToChange(): ApiError {
  const message = 'Name what should change: scope, expiresAt, or both.';
  return validationFailed([{ field: 'scope', code: 'required', message }]);
}

function onlyWhoGranted(): ApiError {
  return new ApiError(
    'forbidden',
    'Only the person who granted access may let the connection live longer. You can shorten its time, or end it.',
  );
}

function alreadyEnded(): ApiError {
  return new ApiError('conflict', 'The connection has ended, so there is nothing to change.');
}

function changedMeanwhile(): ApiError {
  return new ApiError('conflict', 'The connection has just been ended or changed. Read it again.');
}

function moreMatch(expected: number): ApiError {
  return new ApiError(
    'conflict',
    `By now more than ${expected} connections match, so none has ended. Look at them again.`,
  );
}

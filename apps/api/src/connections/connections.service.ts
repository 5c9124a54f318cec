import { scopeCovers } from '@flixcheck/oauth-protocol';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, IsNull, MoreThan, MoreThanOrEqual, Repository } from 'typeorm';
import { Clock } from '../config/clock.js';
import { preparedStatement } from '../database/prepared-statement.js';
import { type OAuthClient, OAuthClientsService } from '../oauth-clients/oauth-clients.service.js';
import { AfterCommit } from '../database/after-commit.js';
import type { ConnectionRecord, Ending } from './connection.js';
import { ConnectionEntity } from './connection.entity.js';
import {
  activeAt,
  ConnectionEndings,
  type EndingScope,
  endRows,
  NOT_COVERED,
} from './connection-endings.js';
import { ConnectionHistory } from './connection-history.js';
import { ConnectionNotices } from './connection-notices.js';
import { ConnectionMetrics } from './connection-metrics.js';
import {
  type ActiveRow,
  advanceValues,
  type Consent,
  endOf,
  type GrantedConnection,
  insertConnection,
  sameScope,
} from './consent.js';
import type { RevocationReason } from './revocation-reasons.js';
import { Revocations } from './revocations.js';
import { END_IN_TIME, wholeSeconds } from './time-limits.js';

/** The outcome of a request to have a connection end by itself. */
export type LimitOutcome = 'changed' | 'same' | 'ended' | 'longer';

export interface ConnectionEnding {
  endedAt: Date;
  reason: RevocationReason;
}

interface ConnectionSummary {
  id: string;
  scope: string;
  grantedAt: Date;
}

const summaryById = preparedStatement<ConnectionSummary>(
  'connection_summary',
  `SELECT id, scope, granted_at AS "grantedAt"
     FROM current_connections
    WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)`,
);

/** Relation `(id, user_id)` of all connections, which this module publishes instead of its table. */
export const OWNED_CONNECTIONS = '(SELECT id, user_id FROM connections)';

/** The same with whose they are on the other side: `(id, oauth_client_id)`. */
export const CLIENTS_OF_CONNECTIONS = '(SELECT id, oauth_client_id FROM connections)';

/** What the other modules do with connections: open, find, limit and end them. */
@Injectable()
export class ConnectionsService {
  constructor(
    @InjectRepository(ConnectionEntity) private readonly connections: Repository<ConnectionEntity>,
    private readonly clients: OAuthClientsService,
    private readonly endings: ConnectionEndings,
    private readonly history: ConnectionHistory,
    private readonly revocations: Revocations,
    private readonly afterCommit: AfterCommit,
    private readonly metrics: ConnectionMetrics,
    private readonly notices: ConnectionNotices,
    private readonly clock: Clock,
  ) {}

  /**
   * Opens the connection of this client and user, or renews the one that they have and sets its
   * scope: what the page showed is what holds. Where that is narrower than before, access tokens
   * issued earlier are refused from the commit on, on every node.
   * @param tx in which user and client are locked as active
   */
  async consent(tx: EntityManager, consent: Consent): Promise<GrantedConnection> {
    const before = await this.lockForConsent(tx, consent);
    const id = before?.id ?? (await insertConnection(tx, consent));
    // Somebody else's consent for the same user and client came first: renew what it has opened.
    if (id === null) return this.consent(tx, consent);
    const grantedAt = before && before.grantedAt > consent.at ? before.grantedAt : consent.at;
    const expiresAt = endOf(consent, before);
    const { advance = null } = consent;
    if (before) {
      await tx.query(
        `UPDATE connections
            SET granted_at = $2, expires_at = $3, advance_for = $4, advance_at = $5, advance_by = $6
          WHERE id = $1`,
        [id, grantedAt, expiresAt, ...advanceValues(advance, grantedAt)],
      );
      await this.setScope(tx, before, consent.scope, consent.at);
    }
    await this.history.record(tx, {
      connectionId: id,
      type: before ? 'renewed' : 'granted',
      at: consent.at,
      actorId: advance ? advance.by : consent.userId,
      scope: consent.scope,
      inAdvance: advance !== null,
      detail: expiresAt?.toISOString() ?? null,
      former: before,
    });
    const subject = { id, userId: consent.userId, oauthClientId: consent.oauthClientId };
    if (!before) await this.notices.granted(tx, 'connection-made', subject, consent.at);
    else if (!scopeCovers(before.scope, consent.scope)) {
      await this.notices.granted(tx, 'connection-widened', subject, consent.at);
    }
    this.afterCommit.run(tx, () => this.metrics.granted(before !== undefined));
    return { id, scope: consent.scope, grantedAt, expiresAt, formerScope: before?.scope ?? null };
  }

  /**
   * Reduces an active connection's scope without ending it. Access tokens issued before are refused
   * from the commit on, on every node; a refresh gives one with what is left.
   * @param scope no wider than what the connection has
   * @returns false where it has ended meanwhile, or would become wider
   */
  async narrow(
    tx: EntityManager,
    id: string,
    { scope, actorId, at }: { scope: string; actorId: string | null; at: Date },
  ): Promise<boolean> {
    const [before]: ActiveRow[] = await tx.query(
      `SELECT c.id, c.scope, c.expires_at AS "expiresAt" FROM connections c
        WHERE c.id = $1 AND ${activeAt('$2')} FOR NO KEY UPDATE`,
      [id, at],
    );
    if (!before || !scopeCovers(before.scope, scope)) return false;
    const changed = await this.setScope(tx, before, scope, at);
    if (changed) {
      const event = {
        connectionId: id,
        type: 'narrowed',
        at,
        actorId,
        scope,
        former: before,
      } as const;
      await this.history.record(tx, event);
    }
    return true;
  }

  /**
   * Sets when an active connection ends by itself.
   * @param expiresAt null: never
   * @param mayLengthen whether the caller may let it live longer than it would
   */
  async limit(
    tx: EntityManager,
    id: string,
    {
      expiresAt,
      mayLengthen,
      actorId,
      at,
    }: { expiresAt: Date | null; mayLengthen: boolean; actorId: string; at: Date },
  ): Promise<LimitOutcome> {
    const [before]: ActiveRow[] = await tx.query(
      `SELECT c.id, c.scope, c.expires_at AS "expiresAt" FROM connections c
        WHERE c.id = $1 AND ${activeAt('$2')} FOR NO KEY UPDATE`,
      [id, at],
    );
    if (!before) return 'ended';
    const end = expiresAt && wholeSeconds(expiresAt);
    if (end?.getTime() === before.expiresAt?.getTime()) return 'same';
    const longer = before.expiresAt !== null && (end === null || end > before.expiresAt);
    if (longer && !mayLengthen) return 'longer';
    await tx.query('UPDATE connections SET expires_at = $2 WHERE id = $1', [id, end]);
    const detail = end?.toISOString() ?? null;
    const event = { connectionId: id, type: 'limit_changed', at, actorId, detail } as const;
    await this.history.record(tx, { ...event, former: before });
    return 'changed';
  }

  /**
   * The active connection of the client to the user.
   * @param tx reads in it
   */
  async findActive(
    oauthClientId: string,
    userId: string,
    tx: EntityManager = this.connections.manager,
  ): Promise<ConnectionRecord | null> {
    const where = { oauthClientId, userId, revokedAt: IsNull() };
    const found = await tx.findOneBy(ConnectionEntity, where);
    return found && this.asOfNow(found).revokedAt === null ? found : null;
  }

  /** The same as the database knows it; whoever ends or changes it waits for this transaction. */
  async findActiveLocked(
    tx: EntityManager,
    oauthClientId: string,
    userId: string,
  ): Promise<ConnectionRecord | null> {
    const active = await this.findActive(oauthClientId, userId, tx);
    if (!active || !(await this.lockActive(tx, active.id))) return null;
    // It may have been changed while this waited.
    return this.findActive(oauthClientId, userId, tx);
  }

  /** Whether the user, or an admin, has ended a connection of the client to the user since then. */
  async endedByPersonSince(
    oauthClientId: string,
    userId: string,
    at: Date,
    tx: EntityManager = this.connections.manager,
  ): Promise<boolean> {
    return tx.existsBy(ConnectionEntity, {
      oauthClientId,
      userId,
      revokedAt: MoreThan(at),
      revocationReason: In(['user', 'admin', 'not_allowed']),
    });
  }

  /** The user's active connections, by the database id of the client. */
  async activeByClient(userId: string): Promise<Map<string, string>> {
    const rows = await this.connections.findBy({ userId, revokedAt: IsNull() });
    const active = rows.filter((row) => this.asOfNow(row).revokedAt === null);
    return new Map(active.map(({ oauthClientId, id }) => [oauthClientId, id]));
  }

  /** When the user last granted each client access, by the database id of the client. */
  async grantedAtByClient(userId: string): Promise<Map<string, Date>> {
    const rows = await this.connections.find({ where: { userId }, order: { grantedAt: 'ASC' } });
    return new Map(rows.map(({ oauthClientId, grantedAt }) => [oauthClientId, grantedAt]));
  }

  /** A connection, even one that has ended. */
  async findRecord(id: string): Promise<ConnectionRecord | null> {
    const found = await this.connections.findOneBy({ id });
    return found && this.asOfNow(found);
  }

  /**
   * Locks a connection until the transaction ends, so that it is neither revoked nor renewed.
   * @returns false where it has ended
   */
  async lockActive(tx: EntityManager, id: string): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      `SELECT c.id FROM connections c
        WHERE c.id = $1 AND ${activeAt('$2')} FOR NO KEY UPDATE`,
      [id, this.clock.now()],
    );
    return rows.length > 0;
  }

  /** Whether a connection is active at this moment, as the database knows it. */
  async isActive(id: string): Promise<boolean> {
    return (await this.summaryForBearer(id)) !== null;
  }

  /** What a bearer learns about the connection that it acts through. */
  async summaryForBearer(connectionId: string): Promise<ConnectionSummary | null> {
    const [summary] = await summaryById(this.connections.manager.dataSource, [
      connectionId,
      this.clock.now(),
    ]);
    return summary ?? null;
  }

  /** When and why these have ended; without those that have not. */
  async endingsOf(ids: readonly string[]): Promise<Map<string, ConnectionEnding>> {
    if (ids.length === 0) return new Map();
    const rows = await this.connections.find({
      select: { id: true, revokedAt: true, revocationReason: true, expiresAt: true },
      where: { id: In([...new Set(ids)]) },
    });
    const now = this.clock.now();
    return new Map(
      rows.flatMap(({ id, revokedAt, revocationReason, expiresAt }) => {
        if (revokedAt && revocationReason) {
          return [[id, { endedAt: revokedAt, reason: revocationReason }] as const];
        }
        return expiresAt && expiresAt <= now
          ? [[id, { endedAt: expiresAt, reason: 'expired' as const }] as const]
          : [];
      }),
    );
  }

  /** The application behind each of the connections, ended ones too. */
  async clientsOf(connectionIds: readonly string[]): Promise<Map<string, OAuthClient>> {
    if (connectionIds.length === 0) return new Map();
    const rows = await this.connections.find({
      select: { id: true, oauthClientId: true },
      where: { id: In([...new Set(connectionIds)]) },
    });
    const clients = await this.clients.byIds(rows.map(({ oauthClientId }) => oauthClientId));
    return new Map(
      rows.flatMap(({ id, oauthClientId }) => {
        const client = clients.get(oauthClientId);
        return client ? [[id, client] as const] : [];
      }),
    );
  }

  /**
   * Ends these connections. Their codes and refresh tokens die through the join, their access
   * tokens through the database's announcement.
   * @param tx in which it happens; otherwise it is committed at once
   * @returns the ids of those that were active
   */
  async revoke(
    ids: readonly string[],
    ending: Ending,
    tx: EntityManager = this.connections.manager,
  ): Promise<string[]> {
    return inTransaction(tx, async (inner) => {
      const targets: { id: string }[] = await inner.query(
        `SELECT c.id FROM connections c
          WHERE c.id = ANY ($1) AND ${activeAt('$2')}
          ORDER BY c.id FOR NO KEY UPDATE`,
        [ids, ending.at],
      );
      const active = targets.map(({ id }) => id);
      if (active.length === 0) return active;
      this.revocations.rememberAfterCommit(inner, active);
      await endRows(inner, active, ending, (reasons) =>
        this.afterCommit.run(inner, () => {
          for (const reason of reasons) this.metrics.ended(reason);
        }),
      );
      return active;
    });
  }

  /**
   * Ends the connections that the user has granted, or granted again, since then.
   * @returns how many were active
   */
  async revokeGrantedSince(
    tx: EntityManager,
    userId: string,
    since: Date,
    ending: Ending,
  ): Promise<number> {
    const granted = await tx.find(ConnectionEntity, {
      select: { id: true },
      where: { userId, revokedAt: IsNull(), grantedAt: MoreThanOrEqual(since) },
    });
    const ids = granted.map(({ id }) => id);
    return (await this.revoke(ids, ending, tx)).length;
  }

  /**
   * Ends all connections of a client, a user or an account at once, however many they are: nothing
   * treats them as alive from the commit on, and their rows follow.
   * @returns how many were active
   */
  async revokeAll(tx: EntityManager, scope: EndingScope, ending: Ending): Promise<number> {
    const where = Object.entries(scope).filter(([, id]) => id !== undefined);
    const query = tx
      .createQueryBuilder(ConnectionEntity, 'c')
      .where('c.revokedAt IS NULL')
      .andWhere(Object.fromEntries(where));
    const count = await query.getCount();
    if (count > 0) await this.endings.decide(tx, [scope], ending);
    return count;
  }

  /**
   * Ends the connections of applications that the account does not allow any more, as `revokeAll`
   * does, and tells the people whose they were.
   * @returns how many were active
   */
  async endDisallowed(
    tx: EntityManager,
    accountId: string,
    oauthClientIds: readonly string[],
    { actorId, at }: { actorId: string; at: Date },
  ): Promise<number> {
    const active: { id: string }[] = await tx.query(
      `SELECT c.id FROM connections c
        WHERE c.oauth_client_id = ANY ($1::uuid[]) AND c.account_id = $2 AND ${activeAt('$3')}`,
      [oauthClientIds, accountId, at],
    );
    if (active.length === 0) return 0;
    const scopes = oauthClientIds.map((oauthClientId) => ({ oauthClientId, accountId }));
    await this.endings.decide(tx, scopes, { actorId, reason: 'not_allowed', at });
    const ids = active.map(({ id }) => id);
    await this.notices.ended(tx, ids, { actorId, at, notAllowed: true });
    return ids.length;
  }

  private async lockForConsent(
    tx: EntityManager,
    { oauthClientId, userId, at }: Consent,
  ): Promise<ActiveRow | undefined> {
    const [row]: (ActiveRow & { ended: boolean })[] = await tx.query(
      `SELECT c.id, c.scope, c.granted_at AS "grantedAt", c.expires_at AS "expiresAt",
              NOT ${NOT_COVERED} AS ended
         FROM connections c
        WHERE c.oauth_client_id = $1 AND c.user_id = $2 AND c.revoked_at IS NULL
          FOR NO KEY UPDATE`,
      [oauthClientId, userId],
    );
    // Where it has ended, only its row has not followed yet.
    if (row?.ended) {
      await this.endings.carryOut(tx, row.id);
      return undefined;
    }
    if (row?.expiresAt && row.expiresAt <= at) {
      await tx.query(END_IN_TIME, [[row.id]]);
      this.afterCommit.run(tx, () => this.metrics.ended('expired'));
      return undefined;
    }
    return row;
  }

  /** One whose time is up has ended, even before its row has followed. */
  private asOfNow(connection: ConnectionRecord): ConnectionRecord {
    const { revokedAt, expiresAt } = connection;
    if (revokedAt !== null || expiresAt === null || expiresAt > this.clock.now()) return connection;
    return { ...connection, revokedAt: expiresAt, revocationReason: 'expired' };
  }

  /** @returns whether it differs from the one before */
  private async setScope(
    tx: EntityManager,
    before: Pick<ActiveRow, 'id' | 'scope'>,
    scope: string,
    at: Date,
  ): Promise<boolean> {
    if (sameScope(before.scope, scope)) return false;
    const narrower = !scopeCovers(scope, before.scope);
    await tx.query(
      `UPDATE connections
          SET scope = $2, tokens_from = CASE WHEN $3 THEN $4::timestamptz ELSE tokens_from END
        WHERE id = $1`,
      [before.id, scope, narrower, at],
    );
    if (narrower) this.revocations.rememberAfterCommit(tx, [before.id], at);
    return true;
  }
}

function inTransaction<T>(tx: EntityManager, work: (tx: EntityManager) => Promise<T>): Promise<T> {
  return tx.queryRunner?.isTransactionActive ? work(tx) : tx.transaction(work);
}

import { scopeCovers } from '@flixcheck/oauth-protocol';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { randomUUID } from 'node:crypto';
import { type EntityManager, In, IsNull, Repository } from 'typeorm';
import { preparedStatement } from '../database/prepared-statement.js';
import { type OAuthClient, OAuthClientsService } from '../oauth-clients/oauth-clients.service.js';
import { Counters } from '../operations/counters.js';
import { UsersService } from '../users/users.service.js';
import { AfterCommit } from './after-commit.js';
import type { ConnectionEventType, ConnectionRecord, RevocationReason } from './connection.js';
import { ConnectionEntity } from './connection.entity.js';
import { Revocations } from './revocations.js';

export { type ConnectionRecord, type RevocationReason } from './connection.js';

export interface Grant {
  oauthClientId: string;
  userId: string;
  accountId: string;
  /** What the user consented to now. */
  scope: string;
  at: Date;
}

export interface GrantedConnection {
  id: string;
  /** What the connection allows from now on; the grant's own tokens have the grant's scope. */
  scope: string;
  grantedAt: Date;
  /** false: the connection is new */
  renewed: boolean;
}

/** Which active connections; what is left out does not matter. */
export interface ConnectionSelector {
  ids?: readonly string[];
  userId?: string;
  oauthClientId?: string;
  accountId?: string;
}

export interface Ending {
  /** The user who does it; null for a client, the command line or a schedule. */
  actorId: string | null;
  reason: RevocationReason;
  at: Date;
}

export interface ConnectionEvent {
  connectionId: string;
  type: ConnectionEventType;
  at: Date;
  actorId?: string | null;
  scope?: string | null;
  detail?: string | null;
}

interface ConnectionSummary {
  id: string;
  scope: string;
  grantedAt: Date;
}

const summaryById = preparedStatement<ConnectionSummary>(
  'connection_summary',
  `SELECT id, scope, granted_at AS "grantedAt" FROM connections
    WHERE id = $1 AND revoked_at IS NULL`,
);

/** What the other modules do with connections: open, find and end them, add to their history. */
@Injectable()
export class ConnectionsService implements OnModuleInit {
  constructor(
    @InjectRepository(ConnectionEntity) private readonly connections: Repository<ConnectionEntity>,
    private readonly users: UsersService,
    private readonly clients: OAuthClientsService,
    private readonly revocations: Revocations,
    private readonly afterCommit: AfterCommit,
    private readonly counters: Counters,
  ) {}

  onModuleInit(): void {
    this.users.onDisabled(async (tx, { userId, actorId, at }) => {
      await this.revoke({ userId }, { actorId, reason: 'user_disabled', at }, tx);
    });
    this.clients.onDeactivated(async (tx, { oauthClientId, actorId, reason, at }) => {
      await this.revoke({ oauthClientId }, { actorId, reason, at }, tx);
    });
  }

  /**
   * Opens the connection of this client and user, or renews the one that they have: its id stays,
   * and the tokens issued under it go on, which is why its scope never shrinks.
   * @param tx in which user and client are locked as active
   */
  async grant(tx: EntityManager, grant: Grant): Promise<GrantedConnection> {
    const newId = randomUUID();
    const [row]: { id: string; scope: string; grantedAt: Date }[] = await tx.query(
      `INSERT INTO connections AS c (id, oauth_client_id, user_id, account_id, scope, granted_at)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (oauth_client_id, user_id) WHERE revoked_at IS NULL
         DO UPDATE SET granted_at = GREATEST(c.granted_at, EXCLUDED.granted_at)
       RETURNING c.id, c.scope, c.granted_at AS "grantedAt"`,
      [newId, grant.oauthClientId, grant.userId, grant.accountId, grant.scope, grant.at],
    );
    if (!row) throw new Error('a grant returned no connection');
    const renewed = row.id !== newId;
    const scope = scopeCovers(grant.scope, row.scope) ? grant.scope : row.scope;
    if (scope !== row.scope) {
      await tx.query('UPDATE connections SET scope = $2 WHERE id = $1', [row.id, scope]);
    }
    await this.recordEvent(tx, {
      connectionId: row.id,
      type: renewed ? 'renewed' : 'granted',
      at: grant.at,
      actorId: grant.userId,
      scope: grant.scope,
    });
    this.afterCommit.run(tx, () => this.counters.grant(renewed));
    return { id: row.id, scope, grantedAt: row.grantedAt, renewed };
  }

  /** The connection that the client has to the user at present. */
  findActive(oauthClientId: string, userId: string): Promise<ConnectionRecord | null> {
    return this.connections.findOneBy({ oauthClientId, userId, revokedAt: IsNull() });
  }

  /** A connection, ended ones too. */
  findRecord(id: string): Promise<ConnectionRecord | null> {
    return this.connections.findOneBy({ id });
  }

  /**
   * Keeps a connection as it is until the transaction ends: neither revoked nor granted anew.
   * @returns false where it has ended
   */
  async lockActive(tx: EntityManager, id: string): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      'SELECT id FROM connections WHERE id = $1 AND revoked_at IS NULL FOR NO KEY UPDATE',
      [id],
    );
    return rows.length > 0;
  }

  /** What a bearer learns about the connection that it acts through. */
  async summaryForBearer(connectionId: string): Promise<ConnectionSummary | null> {
    const [summary] = await summaryById(this.connections.manager.dataSource, [connectionId]);
    return summary ?? null;
  }

  /** How many active connections each of the users has; those without any are left out. */
  async countActive(userIds: readonly string[]): Promise<Map<string, number>> {
    if (userIds.length === 0) return new Map();
    const rows: { userId: string; count: number }[] = await this.connections.query(
      `SELECT user_id AS "userId", count(*)::integer AS count FROM connections
       WHERE user_id = ANY ($1) AND revoked_at IS NULL GROUP BY user_id`,
      [userIds],
    );
    return new Map(rows.map(({ userId, count }) => [userId, count]));
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
   * Ends connections: the one place that does. Their codes and refresh tokens die through the
   * join, their access tokens through the database's announcement. An admin who ends a connection
   * of his own does it as its granter.
   * @param which at least one of `ids`, `userId`, `oauthClientId`
   * @param tx in which it happens; otherwise it is committed at once
   * @returns the ids of those that were active
   */
  async revoke(
    which: readonly string[] | ConnectionSelector,
    { actorId, reason, at }: Ending,
    tx: EntityManager = this.connections.manager,
  ): Promise<string[]> {
    const { ids, userId, oauthClientId, accountId } = isIds(which) ? { ids: which } : which;
    if (!ids && !userId && !oauthClientId)
      throw new Error('revoke needs to know which connections');
    return inTransaction(tx, async (inner) => {
      const targets: { id: string }[] = await inner.query(
        `SELECT id FROM connections
         WHERE revoked_at IS NULL
           AND ($1::uuid[] IS NULL OR id = ANY ($1)) AND ($2::uuid IS NULL OR user_id = $2)
           AND ($3::uuid IS NULL OR oauth_client_id = $3) AND ($4::uuid IS NULL OR account_id = $4)
         ORDER BY id FOR NO KEY UPDATE`,
        [ids ?? null, userId ?? null, oauthClientId ?? null, accountId ?? null],
      );
      const ended = targets.map(({ id }) => id);
      if (ended.length === 0) return ended;
      // Not in the statement that locks: on its older view of the rows, the update could wait for
      // somebody who waits for these locks.
      const events: { detail: RevocationReason }[] = await inner.query(
        `WITH ended AS (
           UPDATE connections SET revoked_at = $2, revoked_by = $3,
             revocation_reason = CASE WHEN $4 = 'admin' AND user_id = $3 THEN 'user' ELSE $4 END
           WHERE id = ANY ($1)
           RETURNING id, revocation_reason
         )
         INSERT INTO connection_events (connection_id, at, type, actor_id, detail)
         SELECT id, $2, 'revoked', $3, revocation_reason FROM ended ORDER BY id
         RETURNING detail`,
        [ended, at, actorId, reason],
      );
      this.revocations.rememberAfterCommit(inner, ended);
      this.afterCommit.run(inner, () => {
        for (const { detail } of events) this.counters.connectionEnded(detail);
      });
      return ended;
    });
  }

  /**
   * Adds to a connection's history.
   * @param tx the transaction that does what is recorded
   */
  async recordEvent(tx: EntityManager, event: ConnectionEvent): Promise<void> {
    const values = [
      event.connectionId,
      event.at,
      event.type,
      event.actorId ?? null,
      event.scope ?? null,
      event.detail ?? null,
    ];
    if (event.type !== 'refresh_refused') {
      await tx.query(RECORD, values);
      return;
    }
    const first: unknown[] = await tx.query(RECORD_FIRST_REFUSAL, values);
    if (first.length === 0) await tx.query(NOTE_REFUSAL, [event.connectionId, event.at]);
  }
}

const RECORD = `
  INSERT INTO connection_events (connection_id, at, type, actor_id, scope, detail)
  VALUES ($1, $2, $3, $4, $5, $6)`;

/** A client that goes on trying makes one event of it, not one for each time. */
const RECORD_FIRST_REFUSAL = `
  WITH noted AS (
    UPDATE connections SET last_refresh_refused_at = $2
    WHERE id = $1 AND (last_refresh_refused_at IS NULL
      OR last_refresh_refused_at < $2::timestamptz - interval '1 hour')
    RETURNING id
  )
  INSERT INTO connection_events (connection_id, at, type, actor_id, scope, detail)
  SELECT id, $2, $3, $4, $5, $6 FROM noted
  RETURNING id`;

const NOTE_REFUSAL = 'UPDATE connections SET last_refresh_refused_at = $2 WHERE id = $1';

function inTransaction<T>(tx: EntityManager, work: (tx: EntityManager) => Promise<T>): Promise<T> {
  return tx.queryRunner?.isTransactionActive ? work(tx) : tx.transaction(work);
}

function isIds(which: readonly string[] | ConnectionSelector): which is readonly string[] {
  return Array.isArray(which);
}

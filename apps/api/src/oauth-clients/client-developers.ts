import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { isUUID } from 'class-validator';
import type { DataSource, EntityManager } from 'typeorm';
import { Clock } from '../config/clock.js';
import { ApiError, notFound } from '../http/api-error.js';
import {
  DEFAULT_LIMIT,
  decodeCursor,
  type PageQuery,
  type ResourcesEnvelope,
  toPage,
} from '../http/envelope.js';
import { validationFailed } from '../http/validation.js';
import { AuditLog } from '../users/audit-log.js';
import { normalizeEmail, type Person, UsersService } from '../users/users.service.js';
import { ClientChangeRequests } from './client-change-requests.js';
import { lockClient } from './client-secrets.service.js';

/** The people of one publisher, not a directory. */
export const MAX_DEVELOPERS = 20;

export type ClientDeveloper = Person & { addedAt: Date };

/** Relation `(user_id)` of the developers of clients that have not been deleted, for other modules. */
export const DEVELOPERS = `(SELECT d.user_id FROM client_developers d
  JOIN oauth_clients c ON c.id = d.oauth_client_id WHERE c.deleted_at IS NULL)`;

/**
 * Who looks after a client at its publisher. It makes a portal user see and change that client and
 * no other, whatever else the user is.
 */
@Injectable()
export class ClientDevelopers {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly users: UsersService,
    private readonly audit: AuditLog,
    private readonly changeRequests: ClientChangeRequests,
    private readonly clock: Clock,
  ) {}

  /** The client's developers, in the order in which they were added. */
  async list(
    oauthClientId: string,
    { limit = DEFAULT_LIMIT, cursor }: PageQuery,
  ): Promise<ResourcesEnvelope<ClientDeveloper>> {
    const after = decodeCursor(cursor);
    const rows: { userId: string; addedAt: Date }[] = await this.dataSource.query(
      `SELECT user_id AS "userId", added_at AS "addedAt" FROM client_developers
        WHERE oauth_client_id = $1
          AND ($2::timestamptz IS NULL OR (added_at, user_id) > ($2::timestamptz, $3::uuid))
        ORDER BY added_at, user_id LIMIT $4`,
      [oauthClientId, after?.[0] ?? null, after?.[1] ?? null, limit + 1],
    );
    const { resources, meta } = toPage(
      rows,
      limit,
      ({ addedAt, userId }) => [addedAt.toISOString(), userId],
      (row) => row,
    );
    const people = await this.users.people(resources.map(({ userId }) => userId));
    return {
      resources: resources.flatMap(({ userId, addedAt }) => {
        const person = people.get(userId);
        return person ? [{ ...person, addedAt }] : [];
      }),
      meta,
    };
  }

  /**
   * Makes a portal user a developer of the client.
   * @throws ApiError not_found; validation_failed where nobody who may sign in has this address;
   *   conflict for a developer of the client, or when there are too many
   */
  async add(oauthClientId: string, email: string, actorId: string): Promise<ClientDeveloper> {
    const at = this.clock.now();
    return this.dataSource.transaction(async (tx) => {
      const client = await lockClient(tx, oauthClientId);
      const address = normalizeEmail(email);
      const found = (await this.users.accountsByEmail(tx, [address])).get(address);
      // Locked, so that a user who is being disabled is not added in between.
      const user = found ? await this.users.lockActive(tx, found.userId) : null;
      if (!user) throw nobodyThere(found !== undefined);
      const developers: { userId: string }[] = await tx.query(
        `SELECT user_id AS "userId" FROM client_developers WHERE oauth_client_id = $1`,
        [client.id],
      );
      if (developers.some(({ userId }) => userId === user.id)) {
        throw conflict('This user is a developer of this client already.');
      }
      // Of somebody who has got an account in another way since they were invited.
      await tx.query(
        'DELETE FROM client_developer_invitations WHERE oauth_client_id = $1 AND email = $2',
        [client.id, address],
      );
      await refuseTooMany(tx, client.id, at);
      await this.insert(tx, [client], { userId: user.id, actorId, at });
      const { id, firstName, lastName } = user;
      return { id, email: user.email, firstName, lastName, addedAt: at };
    });
  }

  /**
   * The user becomes a developer of these clients, in the transaction that has room for it.
   * @param actorId the operator who wants it so
   */
  async insert(
    tx: EntityManager,
    clients: readonly { id: string; clientId: string }[],
    { userId, actorId, at }: { userId: string; actorId: string; at: Date },
  ): Promise<void> {
    await tx.query(
      `INSERT INTO client_developers (oauth_client_id, user_id, added_at)
       SELECT id, $2::uuid, $3::timestamptz FROM unnest($1::uuid[]) AS id`,
      [clients.map(({ id }) => id), userId, at],
    );
    await this.audit.recordAll(
      tx,
      clients.map(({ id, clientId }) => ({
        actorId,
        action: 'client_developer_added' as const,
        subjectId: userId,
        detail: { clientId, oauthClientId: id },
        at,
      })),
    );
  }

  /**
   * Takes the client away from a developer, who loses it with the next request, and whose
   * open change request is withdrawn.
   * @throws ApiError not_found
   */
  async remove(oauthClientId: string, userId: string, actorId: string): Promise<void> {
    const at = this.clock.now();
    await this.dataSource.transaction(async (tx) => {
      const client = await lockClient(tx, oauthClientId);
      const removed: [unknown[], number] = isUUID(userId)
        ? await tx.query(
            `DELETE FROM client_developers WHERE oauth_client_id = $1 AND user_id = $2`,
            [client.id, userId],
          )
        : [[], 0];
      if (removed[1] === 0) throw notFound('This developer');
      const own = { oauthClientId: client.id, userId };
      await this.changeRequests.withdrawOpen(tx, own, { actorId, at });
      await this.audit.record(tx, {
        actorId,
        action: 'client_developer_removed',
        subjectId: userId,
        detail: { clientId: client.clientId, oauthClientId: client.id },
        at,
      });
    });
  }

  /**
   * Lets through who is a developer of the client at this moment.
   * @throws ApiError not_found for everybody else, as for a client that does not exist
   */
  async requireDeveloper(oauthClientId: string, userId: string): Promise<void> {
    const rows: unknown[] = isUUID(oauthClientId)
      ? await this.dataSource.query(
          `SELECT 1 FROM client_developers d JOIN oauth_clients c ON c.id = d.oauth_client_id
            WHERE d.oauth_client_id = $1 AND d.user_id = $2 AND c.deleted_at IS NULL`,
          [oauthClientId, userId],
        )
      : [];
    if (rows.length === 0) throw notFound('This OAuth client');
  }

  /** The `client_id`s of the clients that the user looks after, 100 at most. */
  async clientIdsOf(userId: string): Promise<string[]> {
    const rows: { clientId: string }[] = await this.dataSource.query(
      `SELECT c.client_id AS "clientId"
         FROM client_developers d JOIN oauth_clients c ON c.id = d.oauth_client_id
        WHERE d.user_id = $1 AND c.deleted_at IS NULL ORDER BY d.added_at DESC LIMIT 100`,
      [userId],
    );
    return rows.map(({ clientId }) => clientId);
  }

  /** Whether the user is a developer of any client that has not been deleted. */
  async developsAny(userId: string): Promise<boolean> {
    const rows: unknown[] = await this.dataSource.query(
      `SELECT 1 FROM client_developers d JOIN oauth_clients c ON c.id = d.oauth_client_id
        WHERE d.user_id = $1 AND c.deleted_at IS NULL LIMIT 1`,
      [userId],
    );
    return rows.length > 0;
  }
}

function nobodyThere(disabled: boolean): ApiError {
  const [code, message] = disabled
    ? [
        'user_disabled',
        'The user with this address is disabled. An admin of their company has to enable them first.',
      ]
    : [
        'unknown_user',
        'Nobody has this address at Flixcheck. Invite the person by mail with POST /admin/v7/oauth-clients/{id}/developer-invitations.',
      ];
  return validationFailed([{ field: 'email', code, message }]);
}

/**
 * Whoever is invited has a place, so that the invitation can be accepted.
 * @param at invitations that have expired by then do not count
 */
export async function refuseTooMany(
  tx: EntityManager,
  oauthClientId: string,
  at: Date,
): Promise<void> {
  const [{ taken }]: [{ taken: number }] = await tx.query(
    `SELECT ((SELECT count(*) FROM client_developers WHERE oauth_client_id = $1)
           + (SELECT count(*) FROM client_developer_invitations
               WHERE oauth_client_id = $1 AND expires_at > $2))::integer AS taken`,
    [oauthClientId, at],
  );
  if (taken < MAX_DEVELOPERS) return;
  throw conflict(
    `This would be one too many: this client has ${MAX_DEVELOPERS} developers, counting those who are invited. First remove one who no longer looks after it.`,
  );
}

function conflict(message: string): ApiError {
  return new ApiError('conflict', message, {
    errors: [{ field: 'email', code: 'taken', message }],
  });
}

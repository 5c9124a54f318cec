import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { isUUID } from 'class-validator';
import type { DataSource } from 'typeorm';
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
        throw conflict('is a developer of this client already.');
      }
      if (developers.length >= MAX_DEVELOPERS) {
        throw conflict(
          `would be one too many: this client has ${MAX_DEVELOPERS} developers. First remove one who no longer looks after it.`,
        );
      }
      await tx.query(
        `INSERT INTO client_developers (oauth_client_id, user_id, added_at) VALUES ($1, $2, $3)`,
        [client.id, user.id, at],
      );
      await this.audit.record(tx, {
        actorId,
        action: 'client_developer_added',
        subjectId: user.id,
        detail: { clientId: client.clientId, oauthClientId: client.id },
        at,
      });
      const { id, firstName, lastName } = user;
      return { id, email: user.email, firstName, lastName, addedAt: at };
    });
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
        'Nobody has this address at Flixcheck. An admin of their company has to invite the person first; then add them here.',
      ];
  return validationFailed([{ field: 'email', code, message }]);
}

function conflict(why: string): ApiError {
  const message = `This user ${why}`;
  return new ApiError('conflict', message, {
    errors: [{ field: 'email', code: 'taken', message }],
  });
}

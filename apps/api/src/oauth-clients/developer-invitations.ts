import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { hashSecret, randomSecret } from '@flixcheck/oauth-protocol';
import { isUUID } from 'class-validator';
import { randomUUID } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { Clock } from '../config/clock.js';
import { ApiError, notFound } from '../http/api-error.js';
import {
  decodeCursor,
  DEFAULT_LIMIT,
  type PageQuery,
  type ResourcesEnvelope,
  toPage,
} from '../http/envelope.js';
import { validationFailed } from '../http/validation.js';
import { Mail } from '../mail/mail.js';
import { type AuditAction, AuditLog } from '../users/audit-log.js';
import { InvitationLimits } from '../users/invitation-limits.js';
import { linkExpiry, type SentInvitation, toInviter } from '../users/sent-invitation.js';
import {
  type Locale,
  normalizeEmail,
  type UserRecord,
  UsersService,
} from '../users/users.service.js';
import { ClientDevelopers, refuseTooMany } from './client-developers.js';
import { lockClient } from './client-secrets.service.js';

export interface DeveloperInvitation extends SentInvitation {
  email: string;
  locale: Locale;
}

/** What whoever holds the link is invited to. */
export interface OpenDeveloperInvitation {
  email: string;
  locale: Locale;
  expiresAt: Date;
  application: { name: string; publisher: string };
  inviter: UserRecord;
}

type Row = Omit<DeveloperInvitation, 'invitedBy'> & { invitedBy: string };

/** Invitations that are taken up by whoever becomes the user with their address. */
export interface ClaimedInvitation {
  id: string;
  oauthClientId: string;
  clientId: string;
  tokenHash: Buffer;
  invitedBy: string;
}

const COLUMNS = `id, email, locale, invited_by AS "invitedBy", created_at AS "createdAt",
  sent_at AS "sentAt", expires_at AS "expiresAt"`;

/** Operators invite somebody who has no account yet to look after a client, through a link by mail. */
@Injectable()
export class DeveloperInvitations {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly users: UsersService,
    private readonly developers: ClientDevelopers,
    private readonly limits: InvitationLimits,
    private readonly mail: Mail,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws ApiError not_found; validation_failed at `email` for an address that has an account or
   *   an open invitation; conflict when there are too many; too_many_attempts
   */
  async invite(
    oauthClientId: string,
    { email, locale }: { email: string; locale: Locale },
    actorId: string,
  ): Promise<DeveloperInvitation> {
    const at = this.clock.now();
    const address = normalizeEmail(email);
    const token = randomSecret();
    return this.dataSource.transaction(async (tx) => {
      const client = await lockClient(tx, oauthClientId);
      const inviter = await this.lockOperator(tx, actorId);
      if ((await this.users.accountsByEmail(tx, [address])).size > 0) throw knownUser();
      // One that has expired makes room for a new one.
      await tx.query(
        `DELETE FROM client_developer_invitations
          WHERE oauth_client_id = $1 AND email = $2 AND expires_at <= $3`,
        [client.id, address, at],
      );
      await refuseTooMany(tx, client.id, at);
      const [row]: Row[] = await tx.query(
        `INSERT INTO client_developer_invitations (id, oauth_client_id, email, locale, token_hash,
           invited_by, created_at, sent_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)
         ON CONFLICT ON CONSTRAINT client_developer_invitations_address DO NOTHING
         RETURNING ${COLUMNS}`,
        [
          ...[randomUUID(), client.id, address, locale, hashSecret(token)],
          ...[inviter.id, at, linkExpiry(at)],
        ],
      );
      if (!row) throw alreadyInvited();
      await this.send(tx, row, { token, client, inviter });
      await this.record(tx, 'client_developer_invited', row, { client, actorId, at });
      return { ...row, invitedBy: toInviter(inviter) };
    });
  }

  /** Those that nobody has taken up yet, in the order in which they were made; expired ones, too. */
  async list(
    oauthClientId: string,
    { limit = DEFAULT_LIMIT, cursor }: PageQuery,
  ): Promise<ResourcesEnvelope<DeveloperInvitation>> {
    const after = decodeCursor(cursor);
    const rows: Row[] = await this.dataSource.query(
      `SELECT ${COLUMNS} FROM client_developer_invitations
        WHERE oauth_client_id = $1
          AND ($2::timestamptz IS NULL OR (created_at, id) > ($2::timestamptz, $3::uuid))
        ORDER BY created_at, id LIMIT $4`,
      [oauthClientId, after?.[0] ?? null, after?.[1] ?? null, limit + 1],
    );
    const { resources, meta } = toPage(
      rows,
      limit,
      ({ createdAt, id }) => [createdAt.toISOString(), id],
      (row) => row,
    );
    const people = await this.users.people(resources.map(({ invitedBy }) => invitedBy));
    return {
      resources: resources.flatMap((row) => {
        const invitedBy = people.get(row.invitedBy);
        return invitedBy ? [{ ...row, invitedBy }] : [];
      }),
      meta,
    };
  }

  /**
   * Sends a new link, good for as long as the first one was; the one before no longer works. From
   * then on the invitation is the caller's.
   * @throws ApiError not_found; conflict when there is no place any more, or the address has got an
   *   account; too_many_attempts
   */
  async resend(oauthClientId: string, id: string, actorId: string): Promise<DeveloperInvitation> {
    const at = this.clock.now();
    const token = randomSecret();
    return this.dataSource.transaction(async (tx) => {
      const client = await lockClient(tx, oauthClientId);
      const inviter = await this.lockOperator(tx, actorId);
      const [before]: { email: string; expiresAt: Date }[] = isUUID(id)
        ? await tx.query(
            `SELECT email, expires_at AS "expiresAt" FROM client_developer_invitations
              WHERE id = $1 AND oauth_client_id = $2`,
            [id, client.id],
          )
        : [];
      if (!before) throw notFound('The invitation');
      const accounts = await this.users.accountsByEmail(tx, [before.email]);
      if (accounts.size > 0) throw new ApiError('conflict', KNOWN_USER);
      if (before.expiresAt <= at) await refuseTooMany(tx, client.id, at);
      const [[row]]: [Row[], number] = await tx.query(
        `UPDATE client_developer_invitations
            SET token_hash = $3, sent_at = $4, expires_at = $5, invited_by = $6
          WHERE id = $1 AND oauth_client_id = $2 RETURNING ${COLUMNS}`,
        [id, client.id, hashSecret(token), at, linkExpiry(at), actorId],
      );
      // Accepted just now.
      if (!row) throw notFound('The invitation');
      await this.send(tx, row, { token, client, inviter });
      await this.record(tx, 'client_developer_invitation_resent', row, { client, actorId, at });
      return { ...row, invitedBy: toInviter(inviter) };
    });
  }

  /**
   * The link no longer works; nobody is told.
   * @throws ApiError not_found, also when it has been accepted in the meantime
   */
  async revoke(oauthClientId: string, id: string, actorId: string): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      const client = await lockClient(tx, oauthClientId);
      const [[row]]: [Row[], number] = isUUID(id)
        ? await tx.query(
            `DELETE FROM client_developer_invitations
              WHERE id = $1 AND oauth_client_id = $2 RETURNING ${COLUMNS}`,
            [id, client.id],
          )
        : [[], 0];
      if (!row) throw notFound('The invitation');
      const by = { client, actorId, at: this.clock.now() };
      await this.record(tx, 'client_developer_invitation_revoked', row, by);
    });
  }

  /** @returns null for a link that is no good, or of somebody who is no operator any more */
  async find(token: string): Promise<OpenDeveloperInvitation | null> {
    const [row]: {
      email: string;
      locale: Locale;
      expiresAt: Date;
      invitedBy: string;
      name: string;
      publisher: string;
    }[] = await this.dataSource.query(
      `SELECT i.email, i.locale, i.expires_at AS "expiresAt", i.invited_by AS "invitedBy",
              c.name, c.publisher
         FROM client_developer_invitations i JOIN oauth_clients c ON c.id = i.oauth_client_id
        WHERE i.token_hash = $1 AND i.expires_at > $2 AND c.deleted_at IS NULL`,
      [hashSecret(token), this.clock.now()],
    );
    const inviter = row && (await this.users.findById(row.invitedBy));
    if (!inviter || !isOperator(inviter)) return null;
    const { email, locale, expiresAt, name, publisher } = row;
    return { email, locale, expiresAt, application: { name, publisher }, inviter };
  }

  /**
   * Uses up all that is open for an address, whichever of the links is followed: who becomes its user
   * is the person whom the operators have meant. Those of former operators are dropped.
   * @param email in lower case
   */
  async claim(tx: EntityManager, email: string): Promise<ClaimedInvitation[]> {
    const [claimed]: [ClaimedInvitation[], number] = await tx.query(
      `DELETE FROM client_developer_invitations i USING oauth_clients c
        WHERE c.id = i.oauth_client_id AND c.deleted_at IS NULL
          AND i.email = $1 AND i.expires_at > $2
       RETURNING i.id, i.oauth_client_id AS "oauthClientId", c.client_id AS "clientId",
                 i.token_hash AS "tokenHash", i.invited_by AS "invitedBy"`,
      [email, this.clock.now()],
    );
    const inviters = new Set<string>();
    // In a fixed order, so that two who lock the same people never wait for each other.
    for (const id of [...new Set(claimed.map(({ invitedBy }) => invitedBy))].sort()) {
      const inviter = await this.users.lockActive(tx, id);
      if (inviter && isOperator(inviter)) inviters.add(id);
    }
    return claimed.filter(({ invitedBy }) => inviters.has(invitedBy));
  }

  /** Makes the new user a developer of the clients to which their address was invited. */
  async takeUp(
    tx: EntityManager,
    userId: string,
    claimed: readonly ClaimedInvitation[],
  ): Promise<void> {
    const at = this.clock.now();
    for (const { oauthClientId, clientId, invitedBy } of claimed) {
      const client = { id: oauthClientId, clientId };
      await this.developers.insert(tx, [client], { userId, actorId: invitedBy, at });
    }
  }

  /** @throws ApiError forbidden for somebody who has been disabled, or is no operator any more */
  private async lockOperator(tx: EntityManager, userId: string): Promise<UserRecord> {
    const inviter = await this.users.lockActive(tx, userId);
    if (inviter && isOperator(inviter)) return inviter;
    throw new ApiError('forbidden', 'This takes the role operator, which is no longer yours.');
  }

  private async send(
    tx: EntityManager,
    { id, email, locale }: Row,
    {
      token,
      client,
      inviter,
    }: { token: string; client: { name: string; publisher: string }; inviter: UserRecord },
  ): Promise<void> {
    await this.limits.lock(tx, inviter.accountId);
    await this.limits.count(tx, inviter.accountId, [email]);
    const to = { email, locale, userId: null };
    const data = {
      token,
      application: client.name,
      publisher: client.publisher,
      inviter: `${inviter.firstName} ${inviter.lastName}`,
    };
    await this.mail.enqueue(tx, 'developer-invitation', to, data, { id });
  }

  private record(
    tx: EntityManager,
    action: AuditAction,
    { id }: Row,
    {
      client,
      actorId,
      at,
    }: { client: { id: string; clientId: string }; actorId: string; at: Date },
  ): Promise<void> {
    const detail = { clientId: client.clientId, oauthClientId: client.id };
    return this.audit.record(tx, { actorId, action, subjectId: id, detail, at });
  }
}

const isOperator = ({ status, role }: UserRecord): boolean =>
  status === 'active' && role === 'operator';

const KNOWN_USER =
  'Somebody has this address at Flixcheck already. Make them a developer with POST /admin/v7/oauth-clients/{id}/developers.';

function knownUser(): ApiError {
  return validationFailed([{ field: 'email', code: 'known_user', message: KNOWN_USER }]);
}

function alreadyInvited(): ApiError {
  const message = 'An invitation is open. Send that one again.';
  return validationFailed([{ field: 'email', code: 'already_invited', message }]);
}

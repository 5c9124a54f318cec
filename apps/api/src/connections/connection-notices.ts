import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { MailData } from '../mail/mail-kinds.js';
import { OAuthClientsService } from '../oauth-clients/oauth-clients.service.js';
import { Notices } from '../users/notices.js';
import { UsersService } from '../users/users.service.js';

interface Subject {
  id: string;
  userId: string;
  oauthClientId: string;
}

/** As many applications as anybody reads in a mail. */
const NAMED = 20;

/** Tells people by mail what has happened to their connections. */
@Injectable()
export class ConnectionNotices {
  constructor(
    private readonly clients: OAuthClientsService,
    private readonly users: UsersService,
    private readonly notices: Notices,
  ) {}

  /** @param kind whether the connection is new, or may do more than before */
  async granted(
    tx: EntityManager,
    kind: 'connection-made' | 'connection-widened',
    { id, userId, oauthClientId }: Subject,
    at: Date,
  ): Promise<void> {
    const application = await this.nameOf(tx, oauthClientId);
    await this.notices.tell(tx, kind, [userId], {
      ...{ connectionId: id, application, at: at.toISOString() },
    });
  }

  /** A token or code was used twice, so what came of it has ended. */
  async reused(tx: EntityManager, connectionId: string, at: Date): Promise<void> {
    const [found] = await this.subjects(tx, [connectionId]);
    if (!found) return;
    const application = await this.nameOf(tx, found.oauthClientId);
    await this.notices.tell(tx, 'connection-reuse', [found.userId], {
      ...{ connectionId, application, at: at.toISOString() },
    });
  }

  /**
   * Tells those whose connections somebody else has ended, one mail for each person.
   * @param ending `notAllowed`: because the company does not allow the applications any more
   */
  async ended(
    tx: EntityManager,
    ids: readonly string[],
    { actorId, at, notAllowed }: { actorId: string; at: Date; notAllowed?: true },
  ): Promise<void> {
    const others = (await this.subjects(tx, ids)).filter(({ userId }) => userId !== actorId);
    if (others.length === 0) return;
    const clientIds = [...new Set(others.map(({ oauthClientId }) => oauthClientId))];
    const clients = await this.clients.byIds(clientIds, tx);
    const by = await this.personOf(tx, actorId);
    const told = { by, at: at.toISOString(), ...(notAllowed && { notAllowed }) };
    const names = new Map<string, string[]>();
    for (const { userId, oauthClientId } of others) {
      const name = clients.get(oauthClientId)?.name ?? '';
      names.set(userId, [...(names.get(userId) ?? []), name]);
    }
    const notices = [...names].map(([userId, theirs]) => ({
      userId,
      data: { ...applicationsOf(theirs), ...told },
    }));
    await this.notices.tellEach(tx, 'connection-ended', notices);
  }

  /** Somebody else has ended all connections of this user. */
  async endedAll(
    tx: EntityManager,
    userId: string,
    { actorId, at }: { actorId: string; at: Date },
  ): Promise<void> {
    if (userId === actorId) return;
    const by = await this.personOf(tx, actorId);
    const data = { application: null, by, at: at.toISOString() };
    await this.notices.tell(tx, 'connection-ended', [userId], data);
  }

  private subjects(tx: EntityManager, ids: readonly string[]): Promise<Subject[]> {
    return tx.query(
      `SELECT id, user_id AS "userId", oauth_client_id AS "oauthClientId"
         FROM connections WHERE id = ANY ($1::uuid[]) ORDER BY id`,
      [ids],
    );
  }

  private async nameOf(tx: EntityManager, oauthClientId: string): Promise<string> {
    return (await this.clients.byIds([oauthClientId], tx)).get(oauthClientId)?.name ?? '';
  }

  private async personOf(tx: EntityManager, id: string): Promise<string> {
    const person = (await this.users.people([id], tx)).get(id);
    return person ? `${person.firstName} ${person.lastName}`.trim() : '';
  }
}

function applicationsOf(
  names: readonly string[],
): Pick<MailData['connection-ended'], 'application' | 'several'> {
  const [application = ''] = names;
  if (names.length === 1) return { application };
  const sorted = names.toSorted((one, other) => one.localeCompare(other, 'de'));
  const several = { names: sorted.slice(0, NAMED), more: Math.max(0, names.length - NAMED) };
  return { application: null, several };
}

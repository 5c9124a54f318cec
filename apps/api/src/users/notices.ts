import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Mail } from '../mail/mail.js';
import type { MailData, MailKind } from '../mail/mail-kinds.js';
import { isOptional } from '../mail/optional-kinds.js';
import type { Recipient } from '../mail/mail-outbox.js';

/** Tells users by mail what has happened to what is theirs. */
@Injectable()
export class Notices {
  constructor(private readonly mail: Mail) {}

  /**
   * Sends each of these users a mail, if and only if the transaction commits. Left out are users who
   * are disabled or whose company is closed, and those who do without mails of this kind, where it is
   * an optional one.
   * @param data what the text needs; the same for all of them
   */
  async tell<Kind extends MailKind>(
    tx: EntityManager,
    kind: Kind,
    userIds: readonly string[],
    data: MailData[Kind],
  ): Promise<void> {
    await this.tellThose(tx, kind, 'id = ANY ($3::uuid[])', userIds, data);
  }

  /** The same where each mail says something else; all of them with one statement. */
  async tellEach<Kind extends MailKind>(
    tx: EntityManager,
    kind: Kind,
    notices: readonly { userId: string; data: MailData[Kind] }[],
  ): Promise<void> {
    if (notices.length === 0) return;
    const ids = notices.map(({ userId }) => userId);
    const recipients = await this.recipients(tx, kind, 'id = ANY ($3::uuid[])', ids);
    const byId = new Map(recipients.map((to) => [to.userId, to]));
    const mails = notices.flatMap(({ userId, data }) => {
      const to = byId.get(userId);
      return to ? [{ to, data }] : [];
    });
    await this.mail.enqueueAll(tx, kind, mails);
  }

  /** Tells the admins of an account. */
  async tellAdmins<Kind extends MailKind>(
    tx: EntityManager,
    kind: Kind,
    accountId: string,
    data: MailData[Kind],
  ): Promise<void> {
    await this.tellThose(tx, kind, `account_id = $3 AND role = 'admin'`, accountId, data);
  }

  /** Tells the admins of an account that has been closed. */
  async tellAdminsOfClosed<Kind extends MailKind>(
    tx: EntityManager,
    kind: Kind,
    accountId: string,
    data: MailData[Kind],
  ): Promise<void> {
    const recipients: Recipient[] = await tx.query(
      `SELECT id AS "userId", email, locale FROM users
        WHERE account_id = $1 AND role = 'admin' AND status = 'active' ORDER BY id`,
      [accountId],
    );
    const mails = recipients.map((to) => ({ to, data }));
    await this.mail.enqueueAll(tx, kind, mails);
  }

  /** Tells everybody who works for Flixcheck. */
  async tellOperators<Kind extends MailKind>(
    tx: EntityManager,
    kind: Kind,
    data: MailData[Kind],
  ): Promise<void> {
    await this.tellThose(tx, kind, 'role = $3', 'operator', data);
  }

  private async tellThose<Kind extends MailKind>(
    tx: EntityManager,
    kind: Kind,
    condition: string,
    value: unknown,
    data: MailData[Kind],
  ): Promise<void> {
    const recipients = await this.recipients(tx, kind, condition, value);
    await this.mail.enqueueAll(
      tx,
      kind,
      recipients.map((to) => ({ to, data })),
    );
  }

  private recipients(
    tx: EntityManager,
    kind: MailKind,
    condition: string,
    value: unknown,
  ): Promise<Recipient[]> {
    return tx.query(
      `SELECT id AS "userId", email, locale FROM users
        WHERE ${condition} AND status = 'active' AND NOT ($2 AND $1 = ANY (muted_notices))
          AND account_id NOT IN (SELECT id FROM accounts WHERE closed_at IS NOT NULL)
        ORDER BY id`,
      [kind, isOptional(kind), value],
    );
  }
}

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { BackgroundWork } from '../background/background-work.js';
import { MAIL_KINDS, type MailData, type MailKind } from './mail-kinds.js';
import { MailOutbox, type Recipient } from './mail-outbox.js';
import { MAIL_QUEUE } from './mail-sender.js';

/** Sends mails, each with the transaction that does what it tells about. */
@Injectable()
export class Mail {
  constructor(
    private readonly outbox: MailOutbox,
    private readonly background: BackgroundWork,
  ) {}

  /**
   * Puts a mail into the outbox: it is sent if and only if the transaction commits, soon after that,
   * and again and again until the server takes it or it is of no use any more.
   * @param kind one of `MAIL_KINDS`, which says what it reads like
   * @param data what its text needs. It may hold a secret, which then stands nowhere else: encrypted
   *   until the mail has been sent, and erased after that
   */
  async enqueue<Kind extends MailKind>(
    tx: EntityManager,
    kind: Kind,
    to: Recipient,
    data: MailData[Kind],
  ): Promise<void> {
    const { sendWithinMs } = MAIL_KINDS[kind];
    const mailId = await this.outbox.add(tx, { kind, content: { to, data }, sendWithinMs });
    await this.background.enqueue(tx, MAIL_QUEUE, { mailId });
  }
}

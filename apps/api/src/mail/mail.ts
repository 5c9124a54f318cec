import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { BackgroundWork } from '../background/background-work.js';
import { MAIL_KINDS, type MailData, type MailKind } from './mail-kinds.js';
import { type MailAbout, MailOutbox, type Recipient, type SettledHook } from './mail-outbox.js';
import { MAIL_QUEUE } from './mail-sender.js';

/** Sends mails, each with the transaction that does what it tells about. */
@Injectable()
export class Mail {
  constructor(
    private readonly outbox: MailOutbox,
    private readonly background: BackgroundWork,
  ) {}

  /** Registers what must happen in the same transaction when a mail has been sent or given up. */
  onSettled(hook: SettledHook): void {
    this.outbox.onSettled(hook);
  }

  /** The same as `enqueueAll`, for one mail. */
  enqueue<Kind extends MailKind>(
    tx: EntityManager,
    kind: Kind,
    to: Recipient,
    data: MailData[Kind],
    about?: MailAbout,
  ): Promise<void> {
    return this.enqueueAll(tx, kind, [{ to, data, about }]);
  }

  /**
   * Puts mails into the outbox, however many with one statement: they are sent if and only if the
   * transaction commits, soon after that, and again and again until the server takes them or they
   * are of no use any more.
   * @param kind one of `MAIL_KINDS`, which says what they read like
   * @param mails to whom, with the `data` that the text needs. It may hold a secret, which then
   *   stands nowhere else: encrypted until the mail has been sent, and erased after that. `about`:
   *   of those that go to no user
   */
  async enqueueAll<Kind extends MailKind>(
    tx: EntityManager,
    kind: Kind,
    mails: readonly { to: Recipient; data: MailData[Kind]; about?: MailAbout | undefined }[],
  ): Promise<void> {
    if (mails.length === 0) return;
    const { sendWithinMs } = MAIL_KINDS[kind];
    const ids = await this.outbox.addAll(tx, { kind, sendWithinMs }, mails);
    await this.background.enqueueAll(
      tx,
      MAIL_QUEUE,
      ids.map((mailId) => ({ mailId })),
    );
  }
}

import { Injectable, type OnModuleInit } from '@nestjs/common';
import { BackgroundWork } from '../background/background-work.js';
import { Clock, HOUR, SECOND } from '../config/clock.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { MailMetrics } from './mail-metrics.js';
import { type ClaimedMail, MailOutbox } from './mail-outbox.js';
import { MailRefused, MailTransport } from './mail-transport.js';
import { MailWriter } from './mail-writer.js';

export const MAIL_QUEUE = 'mail.send';
/** A job that finds more mails waiting sends them too, and returns after this many. */
const MAILS_PER_JOB = 100;

/** Sends what is in the outbox. */
@Injectable()
export class MailSender implements OnModuleInit {
  constructor(
    private readonly outbox: MailOutbox,
    private readonly writer: MailWriter,
    private readonly transport: MailTransport,
    private readonly metrics: MailMetrics,
    private readonly background: BackgroundWork,
    private readonly clock: Clock,
    private readonly logger: AppLogger,
  ) {}

  onModuleInit(): void {
    this.background.queue<{ mailId: string }>({
      name: MAIL_QUEUE,
      concurrency: 2,
      // The pace alone: what is left after the last try, housekeeping puts into the queue again,
      // until it is of no use any more (`sendWithinMs` in mail-kinds.ts).
      retries: { retryLimit: 12, retryDelayMax: HOUR / SECOND },
      handle: ({ mailId }, signal) => this.send(mailId, signal),
    });
  }

  /**
   * Sends one mail, and those besides that nobody has tried to send yet.
   * @throws Error for a failure that may pass, without the address
   */
  async send(mailId: string, signal: AbortSignal): Promise<void> {
    if (!this.transport.available) return;
    const mail = await this.outbox.claim(mailId);
    if (mail) await this.hand(mail);
    else if (await this.outbox.isWaiting(mailId)) throw new Error('another node is sending it');
    for (let sent = 1; sent < MAILS_PER_JOB && !signal.aborted; sent += 1) {
      const next = await this.outbox.claimNext();
      if (!next) return;
      // Its own job tries it again.
      await this.hand(next).catch(() => undefined);
    }
  }

  private async hand({ id, kind, content, sendBy }: ClaimedMail): Promise<void> {
    if (sendBy <= this.clock.now()) return this.fail(id, kind, 'too_late');
    try {
      if (!content) throw new Error('other_secret');
      await this.transport.send(id, content.to.email, this.writer.write(kind, content));
    } catch (error) {
      const reason = (error as Error).message;
      if (error instanceof MailRefused) return this.fail(id, kind, reason);
      await this.outbox.release(id, reason);
      throw new Error(`a mail (${kind}) was not sent: ${reason}`, { cause: error });
    }
    await this.outbox.settle(id, 'sent', null);
    this.metrics.count('sent');
  }

  private async fail(id: string, kind: string, reason: string): Promise<void> {
    this.logger.warn(`a mail (${kind}, ${id}) will not be sent: ${reason}`);
    await this.outbox.settle(id, 'failed', reason);
    this.metrics.count('failed');
  }
}

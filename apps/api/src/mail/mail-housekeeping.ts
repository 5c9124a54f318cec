import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { BackgroundWork } from '../background/background-work.js';
import { deleteOld, type KeptRows } from '../background/retention.js';
import { Clock, HOUR } from '../config/clock.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { MailOutbox } from './mail-outbox.js';
import { MAIL_QUEUE } from './mail-sender.js';
import { MailTransport } from './mail-transport.js';

/** That there was a mail, of which kind and to which user. Its text is erased when it is sent. */
export const SETTLED_MAILS: KeptRows = {
  table: 'mails',
  condition: 'settled_at <= $1',
  period: 'mails',
};
/** Twice the longest time between two tries: by then nobody tries it any more. */
const OVERDUE_MS = 2 * HOUR;

/** Forgets mails, and takes up those whose tries are used up or that had no server until now. */
@Injectable()
export class MailHousekeeping implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly outbox: MailOutbox,
    private readonly transport: MailTransport,
    private readonly background: BackgroundWork,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
  ) {}

  onModuleInit(): void {
    this.background.step({
      name: 'mail.outbox',
      schedule: '17 * * * *',
      run: async (signal) => {
        const at = { now: this.clock.now(), periods: this.config.retention };
        const deleted = await deleteOld(this.dataSource, SETTLED_MAILS, at, signal);
        return deleted + (await this.takeUp());
      },
    });
  }

  private async takeUp(): Promise<number> {
    if (!this.transport.available) return 0;
    const before = new Date(this.clock.now().getTime() - OVERDUE_MS);
    const ids = await this.outbox.overdue(before);
    const jobs = ids.map((mailId) => ({ mailId }));
    await this.dataSource.transaction((tx) => this.background.enqueueAll(tx, MAIL_QUEUE, jobs));
    return ids.length;
  }
}

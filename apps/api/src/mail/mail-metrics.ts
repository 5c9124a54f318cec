import { Injectable } from '@nestjs/common';
import { Clock, SECOND } from '../config/clock.js';
import { Metrics } from '../telemetry/metrics.js';
import { MailOutbox } from './mail-outbox.js';

const OUTCOMES = ['sent', 'failed'] as const;

@Injectable()
export class MailMetrics {
  private readonly mails;
  private waiting: { count: number; since: Date | null } = { count: 0, since: null };
  private reading: Promise<void> | undefined;

  constructor(
    metrics: Metrics,
    private readonly outbox: MailOutbox,
    clock: Clock,
  ) {
    this.mails = metrics.counter('mails_total', 'Mails, as they were settled', ['outcome']);
    // A series that begins with its first event hides that event from increase().
    for (const outcome of OUTCOMES) this.mails.inc({ outcome }, 0);
    metrics.gauge('mails_waiting', 'Mails in the outbox, of all nodes', [], 'max', (gauge) => {
      this.refresh();
      gauge.set(this.waiting.count);
    });
    metrics.gauge('mails_waiting_seconds', 'The age of the oldest of them', [], 'max', (gauge) => {
      const { since } = this.waiting;
      gauge.set(since ? (clock.now().getTime() - since.getTime()) / SECOND : 0);
    });
  }

  count(outcome: (typeof OUTCOMES)[number]): void {
    this.mails.inc({ outcome });
  }

  /** One scrape late: no scrape waits for the database. */
  private refresh(): void {
    this.reading ??= this.outbox
      .waiting()
      .then((waiting) => void (this.waiting = waiting))
      .catch(() => undefined)
      .finally(() => (this.reading = undefined));
  }
}

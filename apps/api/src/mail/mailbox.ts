import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Clock } from '../config/clock.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { notFound } from '../http/api-error.js';

const KEPT = 200;
const LISTED = 50;

export interface MailboxMail {
  id: string;
  to: string;
  subject: string;
  text: string;
  html: string;
}

/**
 * Where a demo without a mail server puts its mails, for whoever tries it out to read. A program
 * with a mail server, or without demo data, has none.
 */
@Injectable()
export class Mailbox {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
  ) {}

  /** Keeps the mail, once however often it comes. */
  async put({ id, to, subject, text, html }: MailboxMail): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO demo_mails (id, at, recipient, subject, text, html)
       VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING`,
      [id, this.clock.now(), to, subject, text, html],
    );
    await this.dataSource.query(
      `DELETE FROM demo_mails WHERE id IN
         (SELECT id FROM demo_mails ORDER BY at DESC, id DESC OFFSET ${KEPT})`,
    );
  }

  /**
   * The latest first.
   * @throws ApiError not_found where there is no mailbox
   */
  async list(): Promise<(MailboxMail & { at: Date })[]> {
    if (this.config.mail.to !== 'mailbox') throw notFound('The mailbox of the demo');
    return this.dataSource.query(
      `SELECT id, at, recipient AS "to", subject, text, html FROM demo_mails
        ORDER BY at DESC, id DESC LIMIT ${LISTED}`,
    );
  }
}

import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Transporter } from 'nodemailer';
import { SECOND } from '../config/clock.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { Mailbox } from './mailbox.js';
import type { WrittenMail } from './mail-writer.js';

/** All of it takes less than a mail stays claimed. */
const LIMITS = {
  connectionTimeout: 15 * SECOND,
  greetingTimeout: 15 * SECOND,
  socketTimeout: 30 * SECOND,
};

/** The server will not take this mail, however often it is asked. The message names no address. */
export class MailRefused extends Error {}

/** Hands mails to the SMTP server, or to the mailbox of a demo. */
@Injectable()
export class MailTransport implements OnModuleDestroy {
  private readonly host: string;
  private smtp: Promise<Transporter> | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    private readonly mailbox: Mailbox,
    logger: AppLogger,
  ) {
    this.host = new URL(config.publicUrl).hostname;
    if (!this.available) {
      logger.warn('SMTP_URL is not set: mails wait until it is, and nobody gets one until then');
    }
  }

  /** Whether there is anything that takes mails. */
  get available(): boolean {
    return this.config.mail.to !== 'nowhere';
  }

  async onModuleDestroy(): Promise<void> {
    (await this.smtp)?.close();
  }

  /**
   * @param id of the mail: its Message-ID (RFC 5322 §3.6.4) is the same at every try, so that a mail
   *   which was sent twice is shown once
   * @throws MailRefused; Error for a failure that may pass. Neither message names the address
   */
  async send(id: string, to: string, { subject, text, html }: WrittenMail): Promise<void> {
    const { mail } = this.config;
    if (mail.to === 'mailbox') return this.mailbox.put({ id, to, subject, text, html });
    if (mail.to === 'nowhere') throw new Error('no_server');
    const smtp = await (this.smtp ??= this.open(mail.url));
    try {
      await smtp.sendMail({
        // An object, which nodemailer never reads as a list of addresses.
        to: { name: '', address: to },
        ...{ from: mail.from, subject, text, html },
        messageId: `<${id}@${this.host}>`,
        // No answers from holiday to a program (RFC 3834 §5).
        headers: { 'Auto-Submitted': 'auto-generated' },
        disableFileAccess: true,
        disableUrlAccess: true,
      });
    } catch (error) {
      throw withoutAddress(error);
    }
  }

  /** Loaded here, because most of what starts this program sends no mail. */
  private async open(url: string): Promise<Transporter> {
    const { createTransport } = await import('nodemailer');
    const requireTLS = this.config.production;
    return createTransport({ url, pool: true, maxConnections: 2, requireTLS, ...LIMITS });
  }
}

/** What a server says often repeats the address; its code says enough. */
function withoutAddress(error: unknown): Error {
  const { code, responseCode } = error as { code?: string; responseCode?: number };
  const reason = [code ?? 'unknown', ...(responseCode ? [responseCode] : [])].join(' ');
  // A 5xx to the sign-in is our configuration, which somebody will mend (RFC 5321 §4.2.1).
  const final = ['EENVELOPE', 'EMESSAGE'].includes(code ?? '') && (responseCode ?? 0) >= 500;
  return final ? new MailRefused(reason) : new Error(reason);
}

import { Module } from '@nestjs/common';
import { Mail } from './mail.js';
import { MailOriginController } from './mail-origin.controller.js';
import { MailHousekeeping } from './mail-housekeeping.js';
import { MailMetrics } from './mail-metrics.js';
import { MailOutbox } from './mail-outbox.js';
import { MailSender } from './mail-sender.js';
import { MailTransport } from './mail-transport.js';
import { MailWriter } from './mail-writer.js';
import { Mailbox } from './mailbox.js';
import { MailboxController } from './mailbox.controller.js';
import { mailPersonalData } from './mail-personal-data.js';

/** Mails, from the outbox to the server. To whom and when, the modules above it decide. */
@Module({
  controllers: [MailboxController, MailOriginController],
  providers: [
    mailPersonalData,
    Mail,
    Mailbox,
    MailHousekeeping,
    MailMetrics,
    MailOutbox,
    MailSender,
    MailTransport,
    MailWriter,
  ],
  exports: [Mail],
})
export class MailModule {}

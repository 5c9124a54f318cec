import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { MAIL_KINDS, type MailData, type MailKind } from './mail-kinds.js';
import { asHtml, asText } from './mail-layout.js';
import type { MailContent } from './mail-outbox.js';
import { wordsIn } from './mail-text.js';
import { isOptional } from './optional-kinds.js';

/** A mail as it is sent. */
export interface WrittenMail {
  subject: string;
  text: string;
  html: string;
}

/** Writes mails in the recipient's language. */
@Injectable()
export class MailWriter {
  constructor(@Inject(CONFIG) private readonly config: RuntimeConfig) {}

  write<Kind extends MailKind>(kind: Kind, { to, data }: MailContent): WrittenMail {
    const { locale } = to;
    const { text } = MAIL_KINDS[kind];
    const said = text[locale](data as MailData[Kind], wordsIn(locale));
    const form = { ...said, locale, optional: isOptional(kind), publicUrl: this.config.publicUrl };
    return { subject: said.subject, text: asText(form), html: asHtml(form) };
  }
}

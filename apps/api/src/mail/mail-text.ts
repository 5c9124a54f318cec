import { DAY } from '../config/clock.js';

/** After this time, what a mail without a link of limited life tells is no news any more. */
export const NEWS_WITHIN_MS = 3 * DAY;

export type Locale = 'de' | 'en';

/** What a mail says, before it has a form. All of it is plain text. */
export interface MailText {
  subject: string;
  paragraphs: string[];
  /** Below the paragraphs, one a line. */
  list?: string[];
  /** Label and value. */
  facts?: [label: string, value: string][];
  /** `path` begins with /portal/, so that no mail leads anywhere else. */
  button?: { label: string; path: `/portal/${string}` };
  /** Below the button. */
  after?: string[];
}

/** Writes values in the recipient's language. */
export interface Words {
  /** @param at ISO 8601 */
  moment: (at: string) => string;
}

/** The recipients' time zone is not known; most of them have this one, and it is named. */
const TIME_ZONE = 'Europe/Berlin';

export function wordsIn(locale: Locale): Words {
  const moments = new Intl.DateTimeFormat(locale === 'de' ? 'de-DE' : 'en-GB', {
    ...{ day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit' },
    ...{ timeZone: TIME_ZONE, timeZoneName: 'short' },
  } as Intl.DateTimeFormatOptions);
  return { moment: (at) => moments.format(new Date(at)) };
}

/** A kind of mail, which needs this data. */
export interface KindOfMail<Data> {
  /** After this time the mail is of no use any more. */
  sendWithinMs: number;
  text: Record<Locale, (data: Data, words: Words) => MailText>;
}

import { inject, Injectable } from '@angular/core';
import { Preferences } from './preferences';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MONTH = 30.4 * DAY;
const YEAR = 365.25 * DAY;

/** Dates, times and numbers in the language that is spoken. Reads a signal: call it in templates. */
@Injectable({ providedIn: 'root' })
export class Formats {
  private readonly preferences = inject(Preferences);

  language(): 'de' | 'en' {
    return this.preferences.language();
  }

  /** 22. November 2026 */
  date(iso: string): string {
    return this.format(iso, { dateStyle: 'long' });
  }

  /** 22. November 2026 um 14:05 */
  dateTime(iso: string): string {
    return this.format(iso, { dateStyle: 'long', timeStyle: 'short' });
  }

  /** 22.11.2026, 14:05 */
  dateTimeShort(iso: string): string {
    return this.format(iso, { dateStyle: 'medium', timeStyle: 'short' });
  }

  /** 22.11.2026, 14:05:09 */
  dateTimeExact(iso: string): string {
    return this.format(iso, { dateStyle: 'medium', timeStyle: 'medium' });
  }

  /** 22.11.2026 */
  dateShort(iso: string): string {
    return this.format(iso, { dateStyle: 'medium' });
  }

  /** Sa., 22. Nov. */
  day(iso: string): string {
    return this.format(iso, { weekday: 'short', day: 'numeric', month: 'short' });
  }

  /** 22. Nov. */
  dayShort(iso: string): string {
    return this.format(iso, { day: 'numeric', month: 'short' });
  }

  /** vor 3 Tagen, gestern, gerade eben */
  relative(iso: string, now = Date.now()): string {
    const then = new Date(iso);
    const seconds = Math.round((then.getTime() - now) / 1000);
    // "gestern" is the day before, however many hours ago that was.
    const days = dayNumber(then) - dayNumber(new Date(now));
    const distance = Math.abs(seconds);
    // "gestern" and "gerade eben" are plain; "letzten Monat" could be any day of it.
    const numeric = distance < 26 * DAY ? 'auto' : 'always';
    const format = new Intl.RelativeTimeFormat(this.locale(), { numeric });
    const say = (value: number, unit: Intl.RelativeTimeFormatUnit) =>
      glued(format.format(Math.round(value), unit));
    // Intl says "jetzt", which fits no sentence about what has happened.
    if (distance < 45) return this.preferences.language() === 'de' ? 'gerade eben' : 'just now';
    if (distance < 45 * MINUTE) return say(seconds / MINUTE, 'minute');
    if (distance < 22 * HOUR || days === 0) return say(seconds / HOUR, 'hour');
    if (distance < 26 * DAY) return say(days, 'day');
    // What is a year and a half away is neither one year nor two, but 59 days are as good as two
    // months: the next one counts where less than a quarter of it is missing.
    const whole = (length: number) => seconds / length - Math.sign(seconds) / 4;
    if (distance < 23.75 * MONTH) return say(whole(MONTH), 'month');
    return say(whole(YEAR), 'year');
  }

  /** 4:07, for a time that runs down */
  duration(seconds: number): string {
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  }

  number(value: number): string {
    return new Intl.NumberFormat(this.locale()).format(value);
  }

  /** Belegscanner, Maklerwelt CRM und Zahlbar */
  list(names: readonly string[]): string {
    return new Intl.ListFormat(this.locale(), { type: 'conjunction' }).format(names);
  }

  /** Picks the plural form: `forms.one` for one, `forms.other` for everything else. */
  plural<T>(count: number, forms: { one: T; other: T }): T {
    return new Intl.PluralRules(this.locale()).select(count) === 'one' ? forms.one : forms.other;
  }

  private format(iso: string, options: Intl.DateTimeFormatOptions): string {
    return glued(new Intl.DateTimeFormat(this.locale(), options).format(new Date(iso)));
  }

  private locale(): string {
    return this.preferences.language() === 'de' ? 'de-DE' : 'en-GB';
  }
}

/** Counts the calendar's days in the reader's time zone; a day of 23 or 25 hours is one too. */
function dayNumber(date: Date): number {
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / (DAY * 1000);
}

/** A number keeps its word on the same line: "22. November", "3 Tagen". */
function glued(text: string): string {
  return text.replace(/(\d\.?) (?=\p{L})/gu, '$1\u00a0');
}

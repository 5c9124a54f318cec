import { beforeEach, describe, expect, it } from '@jest/globals';
import { TestBed } from '@angular/core/testing';
import { providePortal } from '../../testing/portal-testing';
import { Formats } from './formats';
import { Preferences } from './preferences';

const NOW = Date.parse('2026-11-22T12:00:00.000Z');
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();
const DAY = 24 * 60 * 60;
const spaced = (text: string) => text.replaceAll('\u00a0', ' ');

let formats: Formats;
let preferences: Preferences;

beforeEach(() => {
  TestBed.configureTestingModule({ providers: providePortal([]) });
  preferences = TestBed.inject(Preferences);
  formats = TestBed.inject(Formats);
});

describe('times in words', () => {
  it.each([
    [10, 'gerade eben', 'just now'],
    [180, 'vor 3 Minuten', '3 minutes ago'],
    [2 * 3600, 'vor 2 Stunden', '2 hours ago'],
    [44, 'gerade eben', 'just now'],
    [45, 'vor 1 Minute', '1 minute ago'],
    [44 * 60, 'vor 44 Minuten', '44 minutes ago'],
    [45 * 60, 'vor 1 Stunde', '1 hour ago'],
    [25 * DAY, 'vor 25 Tagen', '25 days ago'],
    [26 * DAY, 'vor 1 Monat', '1 month ago'],
    [-59 * DAY, 'in 2 Monaten', 'in 2 months'],
    [DAY, 'gestern', 'yesterday'],
    [5 * DAY, 'vor 5 Tagen', '5 days ago'],
    [41 * DAY, 'vor 1 Monat', '1 month ago'],
    [46 * DAY, 'vor 1 Monat', '1 month ago'],
    [53 * DAY, 'vor 1 Monat', '1 month ago'],
    [54 * DAY, 'vor 2 Monaten', '2 months ago'],
    [59 * DAY, 'vor 2 Monaten', '2 months ago'],
    [62 * DAY, 'vor 2 Monaten', '2 months ago'],
    [364 * DAY, 'vor 12 Monaten', '12 months ago'],
    [557 * DAY, 'vor 18 Monaten', '18 months ago'],
    [721 * DAY, 'vor 23 Monaten', '23 months ago'],
    [725 * DAY, 'vor 2 Jahren', '2 years ago'],
    [800 * DAY, 'vor 2 Jahren', '2 years ago'],
    [1092 * DAY, 'vor 3 Jahren', '3 years ago'],
  ])('%s seconds ago', (seconds, german, english) => {
    expect(spaced(formats.relative(ago(seconds), NOW))).toBe(german);
    preferences.setLanguage('en');
    expect(spaced(formats.relative(ago(seconds), NOW))).toBe(english);
  });

  it.each([
    ['36 hours, over one midnight', [22, 13], [21, 1], 'gestern'],
    ['46 hours, over one midnight', [22, 23], [21, 1], 'gestern'],
    ['26 hours, over two midnights', [22, 1], [20, 23], 'vorgestern'],
    ['2 hours, over midnight', [22, 1], [21, 23], 'vor 2 Stunden'],
    ['22.75 hours of one day', [22, 23.75], [22, 1], 'vor 23 Stunden'],
    ['36 hours ahead', [21, 1], [22, 13], 'morgen'],
  ])('days are those of the calendar: %s', (_, now, then, german) => {
    // In the zone of the reader, whichever that is.
    const at = ([day, hour]: number[]) => new Date(2026, 10, day, 0, hour! * 60);
    expect(spaced(formats.relative(at(then).toISOString(), at(now).getTime()))).toBe(german);
  });

  it('dates and numbers follow the language', () => {
    expect(spaced(formats.date('2026-11-22T12:00:00.000Z'))).toBe('22. November 2026');
    expect(formats.number(1292)).toBe('1.292');
    preferences.setLanguage('en');
    expect(spaced(formats.date('2026-11-22T12:00:00.000Z'))).toBe('22 November 2026');
    expect(formats.number(1292)).toBe('1,292');
  });

  it('a list reads as a sentence does', () => {
    expect(formats.list(['A', 'B', 'C'])).toBe('A, B und C');
    preferences.setLanguage('en');
    expect(formats.list(['A', 'B'])).toBe('A and B');
  });

  it('a number and its word stay on one line', () => {
    expect(formats.date('2026-11-22T12:00:00.000Z')).toBe('22.\u00a0November 2026');
    expect(formats.relative(ago(5 * DAY), NOW)).toBe('vor 5\u00a0Tagen');
  });

  it('a time that runs down is minutes and seconds', () => {
    expect([formats.duration(247), formats.duration(9)]).toEqual(['4:07', '0:09']);
  });
});

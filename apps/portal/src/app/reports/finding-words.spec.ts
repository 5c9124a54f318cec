import { TestBed } from '@angular/core/testing';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { providePortal } from '../../testing/portal-testing';
import { Finding } from '../api/types';
import { Formats } from '../i18n/formats';
import german from '../../i18n/reports/de.json';
import { say } from './finding-words';

const finding = (change: object): Finding => ({
  code: 'no_traffic',
  severity: 'notice',
  parameters: { days: 30 },
  seen: 'There was no request in the last 30 days.',
  remedy: 'Have the client disabled.',
  docs: '/docs/doctor#no_traffic',
  ...change,
});

/** As Transloco does it. */
function translate(key: string, values: Record<string, unknown> = {}): string {
  const text = key
    .split('.')
    .slice(1)
    .reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], german);
  return String(text).replace(/{{(\w+)}}/g, (_, name: string) => String(values[name]));
}

describe('what the doctor finds, in words', () => {
  let formats: Formats;
  beforeEach(() => {
    TestBed.configureTestingModule({ providers: providePortal([]) });
    formats = TestBed.inject(Formats);
  });
  const seen = (change: object) => say(finding(change), formats, translate).seen;

  it('says the figures, and dates, as the reader writes them', () => {
    expect(
      seen({ code: 'refresh_too_often', parameters: { refreshes: 1200, early: 1100 } }),
    ).toContain('Von den letzten 1.200 Erneuerungen kamen 1.100');
    const expiresAt = '2026-12-01T12:00:00.000Z';
    expect(
      seen({ code: 'secret_expires', parameters: { lastFour: 'a1b2', expiresAt, days: 3 } }),
    ).toContain(`läuft am ${formats.dateTime(expiresAt)} ab`);
  });

  it('has a sentence of its own where nothing, or one thing, was seen', () => {
    expect(seen({ code: 'refresh_token_reused', parameters: { requests: 1 } })).toContain('einmal');
    expect(seen({ code: 'refresh_token_reused', parameters: { requests: 2 } })).toContain('2-mal');
    expect(seen({ code: 'pkce_not_required', parameters: { looked: 0 } })).not.toContain('0');
    const states = (withoutPkce: number) =>
      seen({ code: 'state_constant', parameters: { looked: 12, repeated: 7, withoutPkce } });
    expect(states(2)).toContain('ohne PKCE: 2');
    expect(states(0)).toContain('Alle hatten PKCE');
  });

  it('leaves what it does not know in the API’s words', () => {
    const unknown = finding({ code: 'quite_new', seen: 'Seen.', remedy: 'Mend.' });
    expect(say(unknown, formats, translate)).toEqual({
      seen: 'Seen.',
      remedy: 'Mend.',
      foreign: true,
    });
  });
});

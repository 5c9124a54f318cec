import { beforeEach, describe, expect, it } from '@jest/globals';
import { ComponentFixture, TestBed } from '@angular/core/testing';
import { providePortal, shown, textOf } from '../../testing/portal-testing';
import { errorFromAnswer, unreachableError } from '../api/problem';
import { Formats } from '../i18n/formats';
import { Trouble, troubleWords } from './trouble';

let fixture: ComponentFixture<Trouble>;

beforeEach(() => {
  TestBed.configureTestingModule({ providers: providePortal([]) });
  fixture = TestBed.createComponent(Trouble);
  fixture.componentRef.setInput('words', null);
});

const refused = (status: number, code: string, headers = {}) =>
  errorFromAnswer(status, new Headers(headers), { code });

function wordsOf(...[error, own]: [ReturnType<typeof refused>, Record<string, string>?]) {
  return troubleWords(error, TestBed.inject(Formats), own);
}

describe('why a request has failed', () => {
  it('is said in the same words everywhere', () => {
    expect(wordsOf(unreachableError()).text).toBe('trouble.unreachable');
    expect(wordsOf(refused(503, 'service_unavailable')).text).toBe('trouble.unavailable');
    expect(wordsOf(refused(500, 'internal_error')).text).toBe('trouble.failed');
  });

  it('is said better where the page knows better', () => {
    const own = { conflict: 'its.own', other: 'its.other' };
    expect(wordsOf(refused(409, 'conflict'), own).text).toBe('its.own');
    expect(wordsOf(refused(400, 'validation_failed'), own).text).toBe('its.other');
    expect(wordsOf(unreachableError(), own).text).toBe('trouble.unreachable');
  });

  it('is said by the field that is wrong, where the page knows about fields', () => {
    const errors = [{ field: 'email', code: 'taken' }];
    const error = errorFromAnswer(400, new Headers(), { code: 'validation_failed', errors });
    const own = { validation_failed: 'its.own', taken: 'its.taken' };
    expect(wordsOf(error, own).text).toBe('its.taken');
  });

  it('says when to try again', async () => {
    const error = refused(429, 'too_many_attempts', { 'retry-after': '600' });
    fixture.componentRef.setInput('words', wordsOf(error));
    await shown(fixture, () => textOf(fixture) !== '');
    expect(textOf(fixture).replaceAll('\u00a0', ' ')).toBe(
      'Zu viele Versuche. Bitte versuchen Sie es in 10 Minuten erneut.',
    );
  });

  it('reaches screen readers: what announces it is there before it', async () => {
    await fixture.whenStable();
    const host = fixture.nativeElement as HTMLElement;
    expect(host.getAttribute('role')).toBe('alert');
    expect(textOf(fixture)).toBe('');
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { KNOWN_SCOPES } from '../../testing/known-scopes';
import { ExistingConnection } from '../api/types';
import { askFor, Right, rightsOf, scopeName, termsOf, viewOnlyPart } from './scope-words';

const existing = (scope: string): ExistingConnection => ({
  id: '1',
  scope,
  grantedAt: '2026-11-01T08:00:00.000Z',
  lastUsedAt: null,
  expiresAt: null,
});
const inGerman = (rights: Right[]) => rights.map(({ de }) => de);
const terms = (asked: string, held: string | null) =>
  termsOf(asked, KNOWN_SCOPES, held === null ? null : existing(held));

const VIEW = ['Flixchecks und deren Stand ansehen', 'Den Namen sehen'];
const WRITE = 'Flixchecks anlegen und ändern';
const DELETE = 'Flixchecks löschen';

it('no page knows a scope by its name', () => {
  const sources = readdirSync(join(__dirname, '../..'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|html|json)$/.test(file) && !/\.spec\.ts$|^testing\//.test(file))
    .map((file) => [file, readFileSync(join(__dirname, '../..', file), 'utf8')] as const);
  const naming = sources.filter(([, content]) => /['"`]read(write)?['"`]/.test(content));
  expect(naming.map(([file]) => file)).toEqual([]);
});

describe('what a scope allows', () => {
  it('has what it includes, and what changes something first', () => {
    expect(inGerman(rightsOf('readwrite', KNOWN_SCOPES))).toEqual([WRITE, ...VIEW]);
    expect(inGerman(rightsOf('read checks:delete', KNOWN_SCOPES))).toEqual([DELETE, ...VIEW]);
  });

  it('is named by the widest of its scopes', () => {
    const name = (scope: string) => scopeName(scope, KNOWN_SCOPES, 'de');
    expect(name('read readwrite')).toBe('Ansehen, anlegen und ändern');
    expect(name('read checks:delete')).toBe('Nur ansehen; Löschen');
    expect(scopeName('readwrite', KNOWN_SCOPES, 'en')).toBe('View, create and change');
  });

  it('is named as the API does while the page does not know it', () => {
    expect(scopeName('checks:archive', KNOWN_SCOPES, 'de')).toBe('checks:archive');
    expect(scopeName('read', [], 'de')).toBe('read');
  });

  it('is asked for with the fewest words', () => {
    expect(askFor(['read', 'readwrite'], KNOWN_SCOPES)).toBe('readwrite');
    expect(askFor(['checks:delete', 'read'], KNOWN_SCOPES)).toBe('read checks:delete');
    expect(askFor(['read', 'readwrite'], [])).toBe('read readwrite');
  });
});

describe('the part of a scope that changes nothing', () => {
  it.each([
    ['readwrite', 'read'],
    ['read readwrite', 'read'],
    ['readwrite checks:delete', 'read'],
    ['read', null],
    ['checks:delete', null],
    ['unknown', null],
  ])('of %s it is %s', (granted, part) => {
    expect(viewOnlyPart(granted, KNOWN_SCOPES)).toBe(part);
  });
});

describe('what granting a scope comes to', () => {
  it('the application may not do what only other scopes allow', () => {
    expect(inGerman(terms('readwrite', null).mayNot)).toEqual([DELETE]);
    expect(inGerman(terms('read', null).mayNot)).toEqual([WRITE, DELETE]);
  });

  it('a wider request marks what is new against the connection', () => {
    const added = terms('read readwrite', 'read').may.filter((term) => term.added);
    expect(inGerman(added.map(({ right }) => right))).toEqual([WRITE]);
  });

  it('a narrower request names what is dropped, once', () => {
    const { dropped, may, mayNot } = terms('read', 'readwrite');
    expect(inGerman(dropped)).toEqual([WRITE]);
    expect(may.some(({ added }) => added)).toBe(false);
    expect(inGerman(mayNot)).toEqual([DELETE]);
  });

  it('the same request marks nothing', () => {
    const { dropped, may } = terms('readwrite', 'readwrite');
    expect([dropped, may.filter(({ added }) => added)]).toEqual([[], []]);
  });
});

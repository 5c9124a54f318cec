import { describe, expect, it } from '@jest/globals';
import { ExistingConnection } from '../api/types';
import { termsOf } from './scope-terms';

const existing = (scope: string): ExistingConnection => ({
  id: '1',
  scope,
  grantedAt: '2026-11-01T08:00:00.000Z',
  lastUsedAt: null,
});
const WRITE = 'authorize.may.writeChecks';

describe('what a scope means', () => {
  it('readwrite includes read', () => {
    const { may, mayNot } = termsOf(['readwrite'], null);
    expect(may.map(({ text }) => text)).toEqual([
      WRITE,
      'authorize.may.readChecks',
      'authorize.may.readProfile',
    ]);
    expect(mayNot).not.toContain('authorize.mayNot.write');
  });

  it('read says that nothing can be changed', () => {
    expect(termsOf(['read'], null).mayNot).toContain('authorize.mayNot.write');
  });

  it('a wider request marks what is new against the connection', () => {
    const added = termsOf(['read', 'readwrite'], existing('read')).may.filter((term) => term.added);
    expect(added.map(({ text }) => text)).toEqual([WRITE]);
  });

  it('a narrower request names what is dropped', () => {
    const terms = termsOf(['read'], existing('readwrite'));
    expect(terms.dropped).toEqual([WRITE]);
    expect(terms.may.some(({ added }) => added)).toBe(false);
    expect(terms.mayNot).not.toContain('authorize.mayNot.write');
  });

  it('the same request marks nothing', () => {
    const terms = termsOf(['readwrite'], existing('readwrite'));
    expect([terms.dropped, terms.may.filter((term) => term.added)]).toEqual([[], []]);
  });
});

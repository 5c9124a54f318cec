import { describe, expect, it } from '@jest/globals';
import {
  limitScope,
  narrowScope,
  resolveRequestedScope,
  scopeAllows,
  scopeCovers,
  scopesAllowing,
} from './scope.js';

const BOTH = ['read', 'readwrite'];

describe('what a scope allows', () => {
  it.each([
    ['readwrite', 'read', true],
    ['readwrite', 'readwrite', true],
    ['read', 'readwrite', false],
    ['read', 'read', true],
    ['read readwrite', 'readwrite', true],
    ['readwrites', 'read', false],
    ['', 'read', false],
  ] as const)('%j allows %s: %s', (held, needed, expected) => {
    expect(scopeAllows(held, needed)).toBe(expected);
  });

  it('a wider scope covers a narrower one, never the other way round', () => {
    expect(scopeCovers('readwrite', 'read readwrite')).toBe(true);
    expect(scopeCovers('read', 'readwrite')).toBe(false);
    expect(scopeCovers('readwrite', 'admin')).toBe(false);
    expect(scopeCovers('read', 'read readwrite')).toBe(false);
  });
});

describe('the scope of a grant', () => {
  it('absent or empty means readwrite, or read for a client that may have no more', () => {
    expect(resolveRequestedScope(undefined, BOTH)).toEqual({ ok: true, scope: 'readwrite' });
    expect(resolveRequestedScope('', ['read'])).toEqual({ ok: true, scope: 'read' });
    expect(resolveRequestedScope('  ', BOTH)).toEqual({ ok: true, scope: 'readwrite' });
  });

  it('must be named where the client may have neither', () => {
    expect(resolveRequestedScope(undefined, ['none:of-these'])).toMatchObject({ ok: false });
  });

  it('is what was asked, in the order asked, each once', () => {
    expect(resolveRequestedScope('readwrite read read', BOTH)).toEqual({
      ok: true,
      scope: 'readwrite read',
    });
  });

  it('is read whatever the spaces between and around, up to 200 characters', () => {
    const scope = { ok: true, scope: 'read readwrite' };
    expect(resolveRequestedScope(' read  readwrite '.padEnd(200), BOTH)).toEqual(scope);
    expect(resolveRequestedScope(' read  readwrite '.padEnd(201), BOTH).ok).toBe(false);
  });

  it('an unknown one is told from one that the client may not have', () => {
    const reasons = ['read admin', 'readwrite'].map((scope) =>
      resolveRequestedScope(scope, ['read']),
    );
    expect(reasons).toEqual([
      { ok: false, reason: expect.stringContaining('unknown') },
      { ok: false, reason: expect.stringContaining('registered for') },
    ]);
  });

  it('a client registered for readwrite alone may ask for read', () => {
    expect(resolveRequestedScope('read', ['readwrite'])).toEqual({ ok: true, scope: 'read' });
  });

  it.each([
    ['an unknown one', 'read admin'],
    ['more than the client may have', 'readwrite'],
    ['a giant one, which is refused unread (CVE-2026-4634)', 'read '.repeat(100_000)],
    ['a name that every object has', 'constructor'],
  ])('refuses %s', (_, scope) => {
    expect(resolveRequestedScope(scope, ['read']).ok).toBe(false);
  });
});

describe('the scope of a refresh (RFC 6749 §6)', () => {
  it('absent means all that was granted', () => {
    for (const absent of [undefined, '', ' ']) {
      expect(narrowScope(absent, 'read readwrite')).toEqual({ ok: true, scope: 'read readwrite' });
    }
  });

  it('may narrow, never widen', () => {
    expect(narrowScope('read', 'readwrite')).toEqual({ ok: true, scope: 'read' });
    expect(narrowScope('readwrite', 'read').ok).toBe(false);
  });
});

describe('what is left of a grant', () => {
  it.each([
    ['readwrite', ['readwrite'], 'readwrite'],
    ['readwrite', ['readwrite', 'read'], 'read'],
    ['readwrite', ['read readwrite', 'read'], 'read'],
    ['read', ['readwrite', 'readwrite'], 'read'],
    ['read readwrite', ['read'], 'read'],
    ['readwrite read', ['readwrite'], 'readwrite read'],
    ['readwrite', [''], ''],
  ])('%j under %j is %j', (granted, limits, left) => {
    expect(limitScope(granted, ...limits)).toBe(left);
  });

  it('a scope is allowed by itself and by each that includes it', () => {
    expect(scopesAllowing('read')).toEqual(expect.arrayContaining(['read', 'readwrite']));
    expect(scopesAllowing('readwrite')).toEqual(['readwrite']);
  });
});

import { describe, expect, it } from '@jest/globals';
import { createSecretKey } from 'node:crypto';
import {
  createRefreshToken,
  hashSecret,
  hashesEqual,
  parseRefreshToken,
  randomBytes,
  randomSecret,
  succeedingRefreshToken,
} from './tokens.js';

const newKey = () => createSecretKey(randomBytes(32));
const KEY = newKey();

describe('refresh tokens (docs/adr/0005)', () => {
  it('a token has one successor, however often it is derived', () => {
    const token = createRefreshToken(KEY);
    const first = succeedingRefreshToken(token, KEY);
    expect(succeedingRefreshToken(token, KEY).value).toBe(first.value);
    expect(first.value).not.toBe(token.value);
    expect(first.handle).toEqual(token.handle);
  });

  it('the successor cannot be derived without the server’s key', () => {
    const token = createRefreshToken(KEY);
    expect(succeedingRefreshToken(token, newKey()).secret).not.toEqual(
      succeedingRefreshToken(token, KEY).secret,
    );
  });

  it('an ancestor is recognised as genuine, a changed token is not', () => {
    const token = createRefreshToken(KEY);
    expect(parseRefreshToken(token.value, [KEY])).toEqual(token);
    const bytes = Buffer.from(token.value, 'base64url');
    for (const at of [0, 20, 60]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(parseRefreshToken(changed.toString('base64url'), [KEY])?.genuine).toBe(false);
    }
  });

  it('one that was made under a previous key is genuine while that key counts', () => {
    const token = createRefreshToken(KEY);
    expect(parseRefreshToken(token.value, [newKey(), KEY])?.genuine).toBe(true);
    expect(parseRefreshToken(token.value, [newKey(), newKey()])?.genuine).toBe(false);
  });

  it.each([
    ['a truncated one', (value: string) => value.slice(0, -1)],
    ['a longer one', (value: string) => `${value}A`],
    ['one with padding', (value: string) => `${value.slice(0, -1)}=`],
    ['another spelling of the same bytes', (value: string) => respell(value)],
    ['another alphabet', (value: string) => `+${value.slice(1)}`],
  ])('%s is not one', (_, change) => {
    expect(parseRefreshToken(change(createRefreshToken(KEY).value), [KEY])).toBeNull();
  });
});

/** The last character of 64 bytes in base64url has two bits that mean nothing. */
function respell(value: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(value.slice(-1));
  return `${value.slice(0, -1)}${alphabet[last ^ 1]}`;
}

describe('secrets', () => {
  it('have 256 bits in characters that no client needs to encode', () => {
    expect(randomSecret()).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(randomSecret()).not.toBe(randomSecret());
  });

  it('are compared by hash', () => {
    expect(hashesEqual(hashSecret('a'), hashSecret('a'))).toBe(true);
    expect(hashesEqual(hashSecret('a'), hashSecret('b'))).toBe(false);
    expect(hashesEqual(hashSecret('a'), Buffer.alloc(0))).toBe(false);
  });
});

describe('random bytes', () => {
  it('are as many as asked for, and never given out twice', () => {
    const all = Array.from({ length: 1000 }, (_, index) => randomBytes(16 + (index % 33)));
    expect(all.map(({ length }) => length)).toEqual(all.map((_, index) => 16 + (index % 33)));
    expect(new Set(all.map((bytes) => bytes.toString('hex', 0, 16))).size).toBe(1000);
  });

  it('are of their owner alone: changing them changes no others', () => {
    const first = randomBytes(32).fill(0);
    expect(randomBytes(32).equals(first)).toBe(false);
  });
});

import { describe, expect, it } from '@jest/globals';
import { PasswordHasher } from './password-hasher.js';

const hasher = new PasswordHasher();

describe('a password', () => {
  it('is stored as argon2id with 19 MiB, two passes and one lane', async () => {
    expect(await hasher.hash('demo-passwort-2026')).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('is verified against its hash', async () => {
    const hash = await hasher.hash('demo-passwort-2026');
    expect(await hasher.verify(hash, 'demo-passwort-2026')).toBe(true);
    expect(await hasher.verify(hash, 'demo-passwort-2025')).toBe(false);
  });

  it('is the same however a keyboard composes its characters', async () => {
    const hash = await hasher.hash('m\u00fcnchen-im-mai');
    expect(await hasher.verify(hash, 'mu\u0308nchen-im-mai')).toBe(true);
  });

  it('of nobody is wrong, after the same work as for anybody', async () => {
    const shape = (hash: string) => hash.replaceAll(/[^$]{20,}/g, (part) => String(part.length));
    const somebodys = await hasher.hash('demo-passwort-2026');
    expect(shape(hasher['dummyHash'])).toBe(shape(somebodys));
    expect(shape(somebodys)).toBe('$argon2id$v=19$m=19456,t=2,p=1$22$43');
    expect(await hasher.verify(undefined, 'demo-passwort-2026')).toBe(false);
  });
});

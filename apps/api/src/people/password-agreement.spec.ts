import { knownPasswordsFile } from '@flixcheck/password-strength';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { MINUTE } from '../config/clock.js';
import { type PortalUser, signIn } from '../testing/portal-user.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { DEMO_PASSWORD } from '../database/demo-data.js';

const ME = '/user/v7/users/me';
let test: TestApp;
let user: PortalUser;

beforeAll(async () => {
  test = await createTestApp();
  user = await signIn(test.url);
});
afterAll(() => test.close());

/** Every third with an ending that people add, so that the lists do not know it. */
function passwords(count: number): string[] {
  const list = readFileSync(knownPasswordsFile(), 'utf8');
  const words = list.split('\n').filter((word) => word.length >= 8);
  return Array.from({ length: count }, (_, n) => {
    const word = words[Math.floor((n * words.length) / count)] ?? '';
    return [word, `${word}-2026`, `${word} ${words[n] ?? ''}`][n % 3] ?? word;
  }).filter((word) => word.length >= 12);
}

describe('the page and the API', () => {
  it('agree on each of hundreds of passwords: what is shown as fair or better is taken, all else refused', async () => {
    const hasher = test.app.get(PasswordHasher);
    // The judgement is what matters here; hashing would take minutes.
    jest.spyOn(hasher, 'verify').mockResolvedValue(true);
    jest.spyOn(hasher, 'hash').mockRejectedValue(new Error('taken'));
    const all = passwords(1000);
    const disagreements: string[] = [];
    let taken = 0;
    for (const password of all) {
      test.clock.advance(MINUTE / 50);
      const resource = { currentPassword: DEMO_PASSWORD, newPassword: password };
      const shown = await user.call('POST', `${ME}/password-strength`, { resource: { password } });
      const { status } = await user.call('POST', `${ME}/password`, { resource });
      // Past every check the hash was asked for.
      const isTaken = status === 500;
      if (isTaken) taken += 1;
      if (isTaken !== shown.body.resource.level >= 2) disagreements.push(password);
    }
    expect(disagreements).toEqual([]);
    expect(taken).toBeGreaterThan(all.length / 20);
    expect(taken).toBeLessThan((all.length * 19) / 20);
  }, 300_000);
});

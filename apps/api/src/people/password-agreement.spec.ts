import { knownPasswordsFile } from '@flixcheck/password-strength';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { MINUTE } from '../config/clock.js';
import type { SessionCaller } from '../http/access.js';
import { person } from '../testing/person.js';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { DEMO_PASSWORD } from '../database/demo-data.js';
import { PasswordsService } from './passwords.service.js';
import { PeopleModule } from './people.module.js';

let test: TestContext;
let user: SessionCaller;

beforeAll(async () => {
  test = await createTestModule([PeopleModule]);
  const { id: userId, accountId } = await person(test);
  user = { via: 'session', sessionId: '', userId, accountId, role: 'member', freshlyProven: true };
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
    const service = test.app.get(PasswordsService);
    const { signal } = new AbortController();
    const from = { ip: '::1', userAgent: undefined, deviceCookie: undefined, signal };
    const source = { purpose: 'password_change', ...from } as const;
    const all = passwords(1000);
    const disagreements: string[] = [];
    let taken = 0;
    for (const password of all) {
      test.clock.advance(MINUTE / 50);
      const change = { currentPassword: DEMO_PASSWORD, newPassword: password };
      const { level } = await service.judge(user, password, signal);
      const refusal = await service.change(user, change, source).catch((error) => error);
      // Past every check the hash was asked for.
      const isTaken = refusal.message === 'taken';
      if (isTaken) taken += 1;
      else expect(refusal).toMatchObject({ code: 'validation_failed' });
      if (isTaken !== level >= 2) disagreements.push(password);
    }
    expect(disagreements).toEqual([]);
    expect(taken).toBeGreaterThan(all.length / 20);
    expect(taken).toBeLessThan((all.length * 19) / 20);
  }, 300_000);
});

import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { BackgroundWork } from '../background/background-work.js';
import { HOUR, MINUTE } from '../config/clock.js';
import { person } from '../testing/person.js';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { AuthModule } from './auth.module.js';
import { SessionsService } from './sessions.service.js';
import { SignInLimits } from './sign-in-limits.js';

let test: TestContext;
beforeAll(async () => {
  test = await createTestModule([AuthModule]);
});
afterAll(() => test.close());

const fail = () =>
  test.app.get(SignInLimits).begin({ email: 'a@b.example', ip: '::1', knownDevice: null });
const signIn = async () => {
  const { id } = await person(test);
  return test.app.get(SessionsService).start(test.dataSource.manager, {
    ...{ user: { id, role: 'member' }, ip: '::1', userAgent: undefined },
    at: test.clock.now(),
  });
};
const prune = async () => {
  for (const step of ['auth.sessions', 'auth.sign-in-failures']) {
    await test.app.get(BackgroundWork).run(step);
  }
};
const count = async (table: string) =>
  (await test.dataSource.query(`SELECT count(*)::integer AS count FROM ${table}`))[0].count;

it('sessions that have ended and failures that count no longer are forgotten, no others', async () => {
  await signIn();
  await fail();
  test.clock.advance(16 * MINUTE);
  await fail();
  await prune();
  expect([await count('sessions'), await count('sign_in_failures')]).toEqual([1, 1]);
  test.clock.advance(12 * HOUR - 10 * MINUTE);
  const { secret } = await signIn();
  await prune();
  expect([await count('sessions'), await count('sign_in_failures')]).toEqual([1, 0]);
  expect(await test.app.get(SessionsService).findCaller(secret)).not.toBeNull();
});

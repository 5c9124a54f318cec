import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { BackgroundWork } from '../background/background-work.js';
import { HOUR, MINUTE } from '../config/clock.js';
import { call, signIn } from '../testing/portal-user.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';

let test: TestApp;
beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());

const fail = () =>
  call(test.url, 'POST', '/guest/v7/sessions', {
    resource: { email: 'a@b.example', password: 'x' },
  });
const prune = async () => {
  for (const step of ['auth.sessions', 'auth.sign-in-failures']) {
    await test.app.get(BackgroundWork).run(step);
  }
};
const count = async (table: string) =>
  (await test.dataSource.query(`SELECT count(*)::integer AS count FROM ${table}`))[0].count;

it('sessions that have ended and failures that count no longer are forgotten, no others', async () => {
  await signIn(test.url);
  await fail();
  test.clock.advance(16 * MINUTE);
  await fail();
  await prune();
  expect([await count('sessions'), await count('sign_in_failures')]).toEqual([1, 1]);
  test.clock.advance(12 * HOUR - 10 * MINUTE);
  const later = await signIn(test.url);
  await prune();
  expect([await count('sessions'), await count('sign_in_failures')]).toEqual([1, 0]);
  expect((await later.call('GET', '/user/v7/sessions/current')).status).toBe(200);
});

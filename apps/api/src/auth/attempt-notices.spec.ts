import { call, PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BackgroundWork } from '../background/background-work.js';
import { MINUTE } from '../config/clock.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { ATTEMPTS_WITHIN_MS } from './attempt-notices.js';

const EMAIL = 'user@musterhaus.example';
let test: TestApp;
beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());
beforeEach(async () => {
  for (const table of ['mails', 'sign_in_failures', 'audit_records']) {
    await test.dataSource.query(`DELETE FROM ${table}`);
  }
});

const fail = async (times: number, email = EMAIL) => {
  for (let n = 0; n < times; n++) {
    await call(test.url, 'POST', '/guest/v7/sessions', { resource: { email, password: 'wrong' } });
  }
};
const tell = () => test.app.get(BackgroundWork).run('auth.attempt-notices');
const mails = async (): Promise<string[]> => {
  const rows: { email: string }[] = await test.dataSource.query(
    `SELECT u.email FROM mails m JOIN users u ON u.id = m.user_id
      WHERE m.kind = 'sign-in-attempts'`,
  );
  return rows.map(({ email }) => email);
};

describe('ten wrong passwords in a row', () => {
  it('are told to the owner of the account by mail, and stand in the trail', async () => {
    await fail(9);
    expect(await tell()).toBe(0);
    await fail(1);
    expect(await tell()).toBe(1);
    expect(await mails()).toEqual([EMAIL]);
    const records = await test.dataSource.query(
      `SELECT r.actor_id, u.email, r.detail FROM audit_records r JOIN users u ON u.id = r.subject_id
        WHERE r.action = 'sign_in_attempts_told'`,
    );
    expect(records).toEqual([{ actor_id: null, email: EMAIL, detail: { attempts: 10 } }]);
  });

  it('are told once a day at most', async () => {
    await fail(10);
    await tell();
    test.clock.advance(16 * MINUTE);
    await fail(10);
    expect(await tell()).toBe(0);
    test.clock.advance(ATTEMPTS_WITHIN_MS - 15 * MINUTE);
    await fail(10);
    expect(await tell()).toBe(1);
  });

  it('begin anew with a sign-in', async () => {
    await fail(9);
    test.clock.advance(16 * MINUTE);
    await PortalUser.signIn(test.url, EMAIL);
    test.clock.advance(MINUTE);
    await fail(9);
    expect(await tell()).toBe(0);
  });

  it('for an address that nobody has are told to nobody', async () => {
    await fail(10, 'nobody@musterhaus.example');
    expect(await tell()).toBe(0);
    expect(await mails()).toEqual([]);
  });
});

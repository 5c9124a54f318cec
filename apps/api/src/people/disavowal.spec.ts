import { call, DEMO_CLIENTS, PortalUser, ThirdParty } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY, SECOND } from '../config/clock.js';
import { DEMO_PASSWORD } from '../database/demo-data.js';
import { demoMails } from '../testing/demo-mails.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';

const USER = 'user@musterhaus.example';
const NEW_PASSWORD = 'drei-blaue-elefanten';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0';

let test: TestApp;
let mails: Awaited<ReturnType<typeof demoMails>>;
let originalHash: string;
/** Known: it has signed in before. */
let home: PortalUser;
beforeAll(async () => {
  test = await createTestApp({ env: { DEMO_DATA: 'on' } });
  mails = await demoMails(test);
  const [row] = await test.dataSource.query('SELECT password_hash FROM users LIMIT 1');
  originalHash = row.password_hash;
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.dataSource.query('UPDATE users SET password_hash = $1', [originalHash]);
  home = await PortalUser.signIn(test.url, USER);
  await test.dataSource.query('DELETE FROM sign_in_notices');
  await mails.forget();
});

const signIn = (userAgent = FIREFOX, cookie = '') =>
  call(test.url, 'POST', '/guest/v7/sessions', {
    headers: { 'user-agent': userAgent, ...(cookie && { cookie }) },
    resource: { email: USER, password: DEMO_PASSWORD },
  });
const noticesSent = async (): Promise<number> =>
  (await test.dataSource.query('SELECT count(*)::int AS n FROM sign_in_notices'))[0].n;
const disavow = (token: string) =>
  call(test.url, 'POST', '/guest/v7/sessions/disavowals', { resource: { token } });
async function tokenAfterSignIn(): Promise<string> {
  await mails.forget();
  await signIn();
  const { text } = await mails.next(USER, /neuen Gerät/);
  return /\/portal\/not-me#(\S+)/.exec(text)?.[1] ?? 'none';
}

describe('a mail about a new device', () => {
  it('says when, with what and from where', async () => {
    await signIn();
    const { text } = await mails.next(USER, /Anmeldung auf einem neuen Gerät/);
    expect(text).toContain('Firefox auf Linux');
    expect(text).toContain('127.0.0.1');
  });

  it('is not sent for a browser in which the user has signed in before', async () => {
    await signIn(FIREFOX, home.cookie);
    expect(await noticesSent()).toBe(0);
  });

  it('is not sent at the first sign-in of all', async () => {
    await test.dataSource.query('UPDATE users SET last_sign_in_at = NULL WHERE id = $1', [home.id]);
    await signIn();
    expect(await noticesSent()).toBe(0);
  });

  it('is sent once in 7 days for a program that keeps no cookies', async () => {
    await signIn('curl/8.14.1');
    await signIn('curl/8.14.1');
    expect(await noticesSent()).toBe(1);
    await signIn('wget/1.25');
    expect(await noticesSent()).toBe(2);
    test.clock.advance(7 * DAY + SECOND);
    await signIn('curl/8.14.1');
    expect(await noticesSent()).toBe(3);
  });
});

describe('"this was not me"', () => {
  it('ends every session and the password, and lets its owner set a new one', async () => {
    const { status, body } = await disavow(await tokenAfterSignIn());
    expect(status).toBe(201);
    expect((await home.call('GET', '/user/v7/users/me')).status).toBe(401);
    expect((await signIn()).status).toBe(401);
    const { token } = body.resource;
    const set = await call(test.url, 'POST', '/guest/v7/password-recoveries/completions', {
      resource: { token, newPassword: NEW_PASSWORD },
    });
    expect(set.status).toBe(204);
    await PortalUser.signIn(test.url, USER, NEW_PASSWORD);
  });

  it('ends the connections that were granted since, and no others', async () => {
    const crm = new ThirdParty(test.url);
    const { access_token: before } = await crm.connect(home);
    test.clock.advance(SECOND);
    const scanner = new ThirdParty(test.url, DEMO_CLIENTS.scanner);
    const token = await tokenAfterSignIn();
    test.clock.advance(SECOND);
    const { access_token: since } = await scanner.connect(home);
    await disavow(token);
    expect([await crm.use(before), await scanner.use(since)]).toEqual([200, 401]);
  });

  it('removes a second factor that was switched on since', async () => {
    const factor = async (at: Date) => {
      await test.dataSource.query('DELETE FROM second_factors');
      await test.dataSource.query(
        `INSERT INTO second_factors (user_id, sealed_secret, created_at, confirmed_at)
         VALUES ($1, $2, $3, $3)`,
        [home.id, Buffer.alloc(8), at],
      );
    };
    const left = async () =>
      (await test.dataSource.query('SELECT FROM second_factors')).length as number;
    const token = await tokenAfterSignIn();
    test.clock.advance(SECOND);
    await factor(test.clock.now());
    await disavow(token);
    expect(await left()).toBe(0);
  });

  it('makes no browser known: the next sign-in there is told, too', async () => {
    const { headers } = await signIn(FIREFOX);
    const cookie = (headers['set-cookie'] ?? []).find((line) => line.startsWith('device='));
    await mails.forget();
    test.clock.advance(SECOND);
    await signIn('curl/8.14.1');
    const { text } = await mails.next(USER, /neuen Gerät/);
    test.clock.advance(SECOND);
    await disavow(/not-me#(\S+)/.exec(text)?.[1] ?? '');
    await test.dataSource.query('UPDATE users SET password_hash = $1', [originalHash]);
    const before = await noticesSent();
    test.clock.advance(SECOND);
    await signIn(FIREFOX, cookie?.split(';', 1)[0]);
    expect(await noticesSent()).toBe(before + 1);
  });

  it('works once, ends the links about later sign-ins and leaves that about an earlier one', async () => {
    await signIn('wget/1.25');
    test.clock.advance(SECOND);
    const token = await tokenAfterSignIn();
    test.clock.advance(SECOND);
    await signIn('curl/8.14.1');
    expect(await noticesSent()).toBe(3);
    expect((await disavow(token)).status).toBe(201);
    const again = await disavow(token);
    expect([again.status, again.body.errors?.[0]]).toMatchObject([
      400,
      { field: 'token', code: 'link_invalid' },
    ]);
    expect(await noticesSent()).toBe(1);
  });

  it('does not work after 7 days, nor for a user who has been disabled; nothing changes', async () => {
    const late = await tokenAfterSignIn();
    test.clock.advance(7 * DAY);
    expect((await disavow(late)).status).toBe(400);
    const token = await tokenAfterSignIn();
    await test.dataSource.query(`UPDATE users SET status = 'disabled' WHERE id = $1`, [home.id]);
    expect((await disavow(token)).status).toBe(400);
    await test.dataSource.query(`UPDATE users SET status = 'active' WHERE id = $1`, [home.id]);
    expect((await signIn()).status).toBe(201);
  });

  it('is in the audit trail', async () => {
    await disavow(await tokenAfterSignIn());
    const [record] = await test.dataSource.query(
      `SELECT actor_id, detail FROM audit_records WHERE action = 'sign_in_disavowed'
        ORDER BY id DESC LIMIT 1`,
    );
    expect(record).toEqual({
      actor_id: home.id,
      detail: { ip: '127.0.0.1', connectionsEnded: 0, secondFactorRemoved: false },
    });
  });
});

import { call, eventually, PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { HOUR, MINUTE } from '../config/clock.js';
import { DEMO_PASSWORD } from '../database/demo-data.js';
import { demoMails } from '../testing/demo-mails.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { PasswordsService } from './passwords.service.js';

const RECOVERIES = '/guest/v7/password-recoveries';
const USER = 'user@musterhaus.example';
const NEW_PASSWORD = 'drei-blaue-elefanten';

let test: TestApp;
let mails: Awaited<ReturnType<typeof demoMails>>;
let originalHash: string;
beforeAll(async () => {
  test = await createTestApp({ env: { DEMO_DATA: 'on' } });
  mails = await demoMails(test);
  const [row] = await test.dataSource.query('SELECT password_hash FROM users LIMIT 1');
  originalHash = row.password_hash;
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.dataSource.query(`UPDATE users SET password_hash = $1, status = 'active'`, [
    originalHash,
  ]);
  for (const table of ['recovery_requests', 'password_recoveries', 'sign_in_failures']) {
    await test.dataSource.query(`DELETE FROM ${table}`);
  }
  await mails.forget();
});

const ask = (email = USER) => call(test.url, 'POST', RECOVERIES, { resource: { email } });
const complete = (token: string, newPassword = NEW_PASSWORD) =>
  call(test.url, 'POST', `${RECOVERIES}/completions`, { resource: { token, newPassword } });
async function link(email = USER): Promise<string> {
  await mails.forget();
  await ask(email);
  const { text } = await mails.next(email, /Neues Passwort/);
  return /\/portal\/reset-password#(\S+)/.exec(text)?.[1] ?? 'none';
}
const canSignIn = async (password: string) =>
  (await call(test.url, 'POST', '/guest/v7/sessions', { resource: { email: USER, password } }))
    .status;
const audited = (action: string) =>
  test.dataSource.query(
    'SELECT actor_id, subject_id, detail FROM audit_records WHERE action = $1 ORDER BY id DESC',
    [action],
  );
/** What has been asked for before now has been done. */
const settled = () =>
  eventually(async () => {
    const [{ open }] = await test.dataSource.query(
      `SELECT count(*)::int AS open FROM pgboss.job WHERE state IN ('created', 'active', 'retry')
         AND name = 'people.password-recovery-mail'`,
    );
    return open === 0;
  });

describe('a forgotten password', () => {
  it('is replaced through a link sent by mail, and every session ends', async () => {
    const user = await PortalUser.signIn(test.url, USER);
    const token = await link();
    expect((await complete(token)).status).toBe(204);
    expect([await canSignIn(DEMO_PASSWORD), await canSignIn(NEW_PASSWORD)]).toEqual([401, 201]);
    expect((await user.call('GET', '/user/v7/users/me')).status).toBe(401);
  });

  it('leaves audit records and tells the user by mail', async () => {
    const user = await PortalUser.signIn(test.url, USER);
    await complete(await link());
    await mails.next(USER, /Ihr Passwort wurde geändert/);
    const [requested] = await audited('password_reset_requested');
    expect(requested).toMatchObject({ actor_id: null, subject_id: user.id });
    const [reset] = await audited('password_reset');
    expect(reset).toMatchObject({ actor_id: user.id, detail: { by: 'mail', ip: '127.0.0.1' } });
  });

  it('can be replaced by somebody who is locked out by failures, and who then signs in', async () => {
    for (let n = 0; n < 10; n += 1) await canSignIn('wrong');
    expect(await canSignIn(DEMO_PASSWORD)).toBe(429);
    await complete(await link());
    expect(await canSignIn(NEW_PASSWORD)).toBe(201);
  });
});

describe('the link', () => {
  const refused = async (token: string) => {
    const { status, body } = await complete(token);
    expect([status, body.errors?.[0]]).toMatchObject([
      400,
      { field: 'token', code: 'link_invalid' },
    ]);
  };

  it('can be looked up as long as it works, which uses nothing up', async () => {
    const lookUp = (token: string) =>
      call(test.url, 'POST', '/guest/v7/password-recoveries/lookups', { resource: { token } });
    const token = await link();
    for (let n = 0; n < 2; n += 1) {
      const { status, body } = await lookUp(token);
      expect([status, body.resource]).toEqual([200, { expiresAt: expect.any(String) }]);
    }
    await complete(token);
    const expired = await link();
    test.clock.advance(30 * MINUTE);
    const disabled = await link();
    await test.dataSource.query(`UPDATE users SET status = 'disabled' WHERE email = $1`, [USER]);
    for (const useless of [token, expired, disabled, 'made-up']) {
      const { status, body } = await lookUp(useless);
      expect([status, body.errors?.[0]]).toMatchObject([
        400,
        { field: 'token', code: 'link_invalid' },
      ]);
    }
  });

  it('works once, and ends all others of the user', async () => {
    const [first, second] = [await link(), await link()];
    await complete(first);
    await refused(first);
    await refused(second);
  });

  it('does not work once the password has been changed', async () => {
    const user = await PortalUser.signIn(test.url, USER);
    const token = await link();
    const { status } = await user.call('POST', '/user/v7/users/me/password', {
      resource: { currentPassword: DEMO_PASSWORD, newPassword: NEW_PASSWORD },
    });
    expect(status).toBe(204);
    await refused(token);
  });

  it('does not work once an operator has replaced the password', async () => {
    const { id } = await PortalUser.signIn(test.url, USER);
    const token = await link();
    await test.app.get(PasswordsService).reset(id, { newPassword: NEW_PASSWORD });
    await refused(token);
  });

  it('used by two at the same time works for one of them', async () => {
    const token = await link();
    const statuses = (await Promise.all([complete(token), complete(token)])).map((a) => a.status);
    expect(statuses.sort()).toEqual([204, 400]);
  });

  it('and another one, used at the same time, replace the password once', async () => {
    const links = [await link(), await link()];
    const statuses = (await Promise.all(links.map((token) => complete(token)))).map(
      ({ status }) => status,
    );
    expect(statuses.sort()).toEqual([204, 400]);
  });

  it('works for 30 minutes', async () => {
    const token = await link();
    test.clock.advance(30 * MINUTE);
    await refused(token);
    expect(await canSignIn(DEMO_PASSWORD)).toBe(201);
  });

  it('does not work for a user who has been disabled since', async () => {
    const token = await link();
    await test.dataSource.query(`UPDATE users SET status = 'disabled' WHERE email = $1`, [USER]);
    await refused(token);
  });

  it('is not used up by a password that is refused', async () => {
    const token = await link();
    for (const [password, code] of [
      ['kurz', 'min_length'],
      ['passwort1234', 'too_common'],
      ['Musterhaus-2026', 'too_common'],
    ] as const) {
      const { status, body } = await complete(token, password);
      expect([status, body.errors[0]]).toMatchObject([400, { field: 'newPassword', code }]);
    }
    expect((await complete(token)).status).toBe(204);
  });

  it('is stored as a hash only', async () => {
    const token = await link();
    for (const table of ['password_recoveries', 'mails', 'pgboss.job', 'audit_records']) {
      const rows = await test.dataSource.query(`SELECT t::text FROM ${table} t`);
      expect(JSON.stringify(rows)).not.toContain(token);
    }
  });
});

describe('asking for a new password', () => {
  it('has the same answer for known, unknown and disabled addresses', async () => {
    await test.dataSource.query(
      `UPDATE users SET status = 'disabled' WHERE email = 'admin@beispiel.example'`,
    );
    const answers = [];
    for (const email of [USER, 'nobody@musterhaus.example', 'admin@beispiel.example']) {
      const { status, headers } = await ask(email);
      const names = Object.keys(headers).filter((name) => name !== 'x-request-id');
      answers.push({ status, names, length: headers['content-length'] });
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]?.status).toBe(204);
    await settled();
    await mails.next(USER, /Neues Passwort/);
    expect((await mails.all()).map(({ to }) => to)).toEqual([USER]);
  });

  it('takes an address only', async () => {
    const { status, body } = await ask('no address');
    expect([status, body.errors[0]?.field]).toEqual([400, 'email']);
  });

  it('is limited to 5 times an hour for an address, known or not', async () => {
    for (const email of [USER, 'nobody@musterhaus.example']) {
      await test.dataSource.query('DELETE FROM recovery_requests');
      for (let n = 0; n < 5; n += 1) expect((await ask(email)).status).toBe(204);
      const limited = await ask(email.toUpperCase());
      expect([limited.status, limited.body.code]).toEqual([429, 'too_many_attempts']);
      expect(Number(limited.headers['retry-after'])).toBeGreaterThan(3000);
      test.clock.advance(HOUR);
      expect((await ask(email)).status).toBe(204);
    }
  });

  it('is limited to 5 also where they come at the same time', async () => {
    const statuses = await Promise.all(
      Array.from({ length: 12 }, async () => (await ask()).status),
    );
    expect(statuses.filter((status) => status === 204)).toHaveLength(5);
  });

  it('is limited to 50 times an hour from a network', async () => {
    for (let n = 0; n < 50; n += 1) await ask(`person${n}@musterhaus.example`);
    expect((await ask('another@musterhaus.example')).status).toBe(429);
  });
});

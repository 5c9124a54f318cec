import { call, PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Secret, TOTP } from 'otpauth';
import { SecondStep } from '../auth/second-step.js';
import { DAY, MINUTE, SECOND } from '../config/clock.js';
import { DEMO_PASSWORD } from '../database/demo-data.js';
import { demoMails } from '../testing/demo-mails.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';

const FACTOR = '/user/v7/users/me/second-factor';
const USER = 'user@musterhaus.example';
const STEP = 30 * SECOND;
const APP_SECRET = 'the first secret of these tests at length';

let test: TestApp;
let mails: Awaited<ReturnType<typeof demoMails>>;
beforeAll(async () => {
  test = await createTestApp({ env: { DEMO_DATA: 'on', APP_SECRET } });
  mails = await demoMails(test);
});
afterAll(() => test.close());
beforeEach(async () => {
  for (const table of ['second_factors', 'sign_in_failures', 'audit_records']) {
    await test.dataSource.query(`DELETE FROM ${table}`);
  }
  await mails.forget();
});

/** Signs in with the password, and a code where one is given. */
const attempt = (secondFactor?: string, headers = {}) =>
  call(test.url, 'POST', '/guest/v7/sessions', {
    headers,
    resource: { email: USER, password: DEMO_PASSWORD, ...(secondFactor && { secondFactor }) },
  });
const outcome = async (answer: Promise<{ status: number; body: { code: string } }>) => {
  const { status, body } = await answer;
  return status === 201 ? 201 : body.code;
};
const at = async (answer: ReturnType<PortalUser['call']>) => {
  const { status, body } = await answer;
  return [status, body.errors?.[0]?.field, body.errors?.[0]?.code];
};
const audited = async () =>
  (
    await test.dataSource.query(
      `SELECT action FROM audit_records WHERE action LIKE '%factor%' OR action LIKE 'recovery%' ORDER BY id`,
    )
  ).map(({ action }: { action: string }) => action);

const warnings = async (): Promise<number> => {
  const mails = `SELECT count(*)::int AS n FROM mails WHERE kind = 'second-factor'`;
  return (await test.dataSource.query(mails))[0].n;
};

/** An authenticator app that has been set up, whose next code has not been shown before. */
class App {
  private readonly totp: TOTP;
  constructor(base32: string) {
    this.totp = new TOTP({ secret: Secret.fromBase32(base32) });
  }
  /** The code that is shown when the clock has moved on to the next one. */
  next(): string {
    test.clock.advance(STEP);
    return this.code();
  }
  code(steps = 0): string {
    return this.totp.generate({ timestamp: test.clock.now().getTime() + steps * STEP });
  }
}

async function begin(user: PortalUser): Promise<App> {
  const { status, body } = await user.call('POST', FACTOR, {
    resource: { currentPassword: DEMO_PASSWORD },
  });
  expect(status).toBe(201);
  return new App(body.resource.secret);
}

/** Somebody who has switched two steps on. */
async function withFactor() {
  const before = await PortalUser.signIn(test.url, USER);
  const app = await begin(before);
  const answer = await before.call('POST', `${FACTOR}/confirmations`, {
    resource: { code: app.code() },
  });
  expect(answer.status).toBe(201);
  const codes = answer.body.resource.recoveryCodes as string[];
  return { before, user: before.after(answer), app, codes };
}

describe('signing in in two steps', () => {
  it('asks for a code once the password is right, and for nothing more than the password before', async () => {
    const { app } = await withFactor();
    expect(await outcome(attempt())).toBe('second_factor_required');
    const wrong = { email: USER, password: 'not the password', secondFactor: app.next() };
    const answer = call(test.url, 'POST', '/guest/v7/sessions', { resource: wrong });
    expect(await outcome(answer)).toBe('invalid_credentials');
    expect(await outcome(attempt(app.code()))).toBe(201);
  });

  it('takes each code once (RFC 6238 §5.2)', async () => {
    const { app } = await withFactor();
    const code = app.next();
    const twice = await Promise.all([outcome(attempt(code)), outcome(attempt(code))]);
    expect(twice.sort()).toEqual([201, 'invalid_second_factor']);
    expect(await outcome(attempt(app.code(-1)))).toBe('invalid_second_factor');
  });

  it('takes the code before and the one after, and none that is older', async () => {
    const { app } = await withFactor();
    test.clock.advance(5 * STEP);
    expect(await outcome(attempt(app.code(-2)))).toBe('invalid_second_factor');
    expect(await outcome(attempt(app.code(-1)))).toBe(201);
    expect(await outcome(attempt(app.code(1)))).toBe(201);
    expect(await outcome(attempt(app.code(2)))).toBe('invalid_second_factor');
  });

  it('asks for a code that has become necessary while the password was verified', async () => {
    const secondStep = test.app.get(SecondStep);
    const prove = secondStep.prove.bind(secondStep);
    jest.spyOn(secondStep, 'prove').mockImplementationOnce(async (...proof) => {
      const hasProved = await prove(...proof);
      await withFactor();
      return hasProved;
    });
    expect(await outcome(attempt())).toBe('second_factor_required');
  });

  it('takes a code as people read it, in two groups', async () => {
    const { app } = await withFactor();
    expect(await outcome(attempt(app.next().replace(/^.../, '$& ')))).toBe(201);
  });

  it('counts a wrong code as a failure: after ten no code is tried', async () => {
    const { app } = await withFactor();
    for (let n = 0; n < 10; n += 1)
      expect(await outcome(attempt('000000'))).toBe('invalid_second_factor');
    expect(await outcome(attempt(app.next()))).toBe('too_many_attempts');
    test.clock.advance(15 * MINUTE);
    expect(await outcome(attempt(app.next()))).toBe(201);
  });

  it('tells the user of wrong codes, once a day, and the audit trail of each', async () => {
    await withFactor();
    const before = await warnings();
    await attempt('000000');
    await attempt('000000');
    await mails.next(USER, /konnte sich an Ihrem Konto nicht anmelden/);
    expect(await warnings()).toBe(before + 1);
    test.clock.advance(DAY);
    await attempt('000000');
    expect(await warnings()).toBe(before + 2);
    expect(await audited()).toEqual([
      'second_factor_enabled',
      ...Array(3).fill('second_factor_failed'),
    ]);
  });

  it('goes on after APP_SECRET has changed, as long as the earlier one is valid, too', async () => {
    const { app } = await withFactor();
    const other = await createTestApp({
      clock: test.clock,
      databaseUrl: test.config.databaseUrl,
      env: {
        APP_SECRET: 'the second secret of these tests at length',
        APP_SECRET_PREVIOUS: APP_SECRET,
      },
    });
    const resource = { email: USER, password: DEMO_PASSWORD, secondFactor: app.next() };
    const answer = await call(other.url, 'POST', '/guest/v7/sessions', { resource });
    await other.close();
    expect(answer.status).toBe(201);
  });
});

describe('recovery codes', () => {
  it('are ten; each takes the place of a code once, and the user is told', async () => {
    const { codes, user } = await withFactor();
    expect([codes.length, new Set(codes).size]).toEqual([10, 10]);
    const typed = codes[3]?.toUpperCase().replaceAll('-', ' ');
    expect(await outcome(attempt(typed))).toBe(201);
    expect(await outcome(attempt(typed))).toBe('invalid_second_factor');
    expect((await mails.next(USER, /Wiederherstellungscode/)).text).toContain('sind noch 9');
    const { body } = await user.call('GET', FACTOR);
    expect(body.resource).toMatchObject({ enabled: true, recoveryCodesLeft: 9 });
  });

  it('have 140 random bits, more than anybody could try (OWASP ASVS 6.5.2, 11.5.1)', async () => {
    const { codes } = await withFactor();
    const letters = codes.map((code) => code.replaceAll('-', ''));
    for (const code of letters) expect(code).toMatch(/^[0-9a-hjkmnp-tv-z]{28}$/);
    // Of 280 letters out of 32, hardly ever fewer than 28 are different.
    expect(new Set(letters.join('')).size).toBeGreaterThan(24);
  });

  it('are void once new ones have been made', async () => {
    const { app, user, codes } = await withFactor();
    const proof = { currentPassword: DEMO_PASSWORD, code: app.next() };
    const { status, body } = await user.call('POST', `${FACTOR}/recovery-codes`, {
      resource: proof,
    });
    expect(status).toBe(201);
    expect(await outcome(attempt(codes[0]))).toBe('invalid_second_factor');
    expect(await outcome(attempt(body.resource.recoveryCodes[0]))).toBe(201);
  });

  it('and the secret of the app are stored unreadable', async () => {
    const user = await PortalUser.signIn(test.url, USER);
    const { body } = await user.call('POST', FACTOR, {
      resource: { currentPassword: DEMO_PASSWORD },
    });
    const { secret } = body.resource;
    const confirmed = await user.call('POST', `${FACTOR}/confirmations`, {
      resource: { code: new App(secret).code() },
    });
    const known = [secret, Buffer.from(Secret.fromBase32(secret).bytes).toString('hex')];
    known.push(...confirmed.body.resource.recoveryCodes);
    for (const table of ['second_factors', 'recovery_codes', 'audit_records', 'mails']) {
      const rows = JSON.stringify(await test.dataSource.query(`SELECT t::text FROM ${table} t`));
      for (const text of known) expect(rows).not.toContain(text);
    }
  });
});

describe('switching two steps on', () => {
  it('changes nothing until the app has proved to have the secret', async () => {
    const user = await PortalUser.signIn(test.url, USER);
    await begin(user);
    expect(await outcome(attempt())).toBe(201);
    const second = await begin(user);
    const confirm = (code: string) =>
      user.call('POST', `${FACTOR}/confirmations`, { resource: { code } });
    expect(await at(confirm('000000'))).toEqual([400, 'code', 'wrong_code']);
    expect(await outcome(attempt())).toBe(201);
    expect((await confirm(second.code())).status).toBe(201);
    expect(await outcome(attempt())).toBe('second_factor_required');
  });

  it('ends every other session, gives this one a new id, and tells the user', async () => {
    const elsewhere = await PortalUser.signIn(test.url, USER);
    const { before, user } = await withFactor();
    const status = async (who: PortalUser) => (await who.call('GET', FACTOR)).status;
    expect([await status(elsewhere), await status(before), await status(user)]).toEqual([
      401, 401, 200,
    ]);
    await mails.next(USER, /zwei Schritten ist eingeschaltet/);
  });

  it('needs the password, and is not done twice', async () => {
    const user = await PortalUser.signIn(test.url, USER);
    const wrong = { resource: { currentPassword: 'not the password' } };
    expect(await at(user.call('POST', FACTOR, wrong))).toEqual([
      400,
      'currentPassword',
      'wrong_password',
    ]);
    const { user: now } = await withFactor();
    const again = { resource: { currentPassword: DEMO_PASSWORD } };
    expect((await now.call('POST', FACTOR, again)).status).toBe(409);
  });
});

describe('switching two steps off', () => {
  it('needs the password and a code', async () => {
    const { app, user } = await withFactor();
    const remove = (currentPassword: string, code: string) =>
      user.call('POST', `${FACTOR}/removals`, { resource: { currentPassword, code } });
    expect(await at(remove('not the password', app.next()))).toEqual([
      400,
      'currentPassword',
      'wrong_password',
    ]);
    expect(await at(remove(DEMO_PASSWORD, '000000'))).toEqual([400, 'code', 'wrong_code']);
    expect(await outcome(attempt())).toBe('second_factor_required');
    expect((await remove(DEMO_PASSWORD, app.next())).status).toBe(204);
    expect(await outcome(attempt())).toBe(201);
    await mails.next(USER, /zwei Schritten ist ausgeschaltet/);
  });
});

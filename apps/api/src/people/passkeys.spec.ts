import { type Answer, call, cookieOf, type HouseBody, PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MINUTE } from '../config/clock.js';
import { PasskeySignIn } from '../auth/passkey-sign-in.js';
import { POOL_SIZE } from '../database/data-source.js';
import { DEMO_PASSWORD } from '../database/demo-data.js';
import { Authenticator } from '../testing/authenticator.js';
import { demoMails } from '../testing/demo-mails.js';
import { StoppedClock } from '../testing/stopped-clock.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { MAX_PASSKEYS } from '../users/passkeys.service.js';
import { OwnPasskeys } from './own-passkeys.js';
import { PasswordsService } from './passwords.service.js';

const USER = 'user@musterhaus.example';
const PASSKEYS = '/user/v7/users/me/passkeys';
const RECOVERIES = '/guest/v7/password-recoveries';
const SIGN_IN = '/guest/v7/sessions/passkeys';
const ME = '/user/v7/users/me';
const ORIGIN = 'http://localhost:3000';
const clock = new StoppedClock();

let test: TestApp;
let mails: Awaited<ReturnType<typeof demoMails>>;
let user: PortalUser;
let authenticator: Authenticator;
beforeAll(async () => {
  test = await createTestApp({ clock, env: { DEMO_DATA: 'on', PUBLIC_URL: ORIGIN } });
  mails = await demoMails(test);
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.dataSource.query(`
    DELETE FROM passkeys;
    DELETE FROM spent_passkey_challenges;
    DELETE FROM second_factors;
    DELETE FROM sign_in_failures;
    UPDATE users SET status = 'active' WHERE email = '${USER}'`);
  await mails.forget();
  user = await PortalUser.signIn(test.url, USER);
  authenticator = new Authenticator(ORIGIN);
});

const begin = (who = user, more: object = {}) =>
  who.call('POST', `${PASSKEYS}/challenges`, {
    resource: { currentPassword: DEMO_PASSWORD, ...more },
  });
const finish = (credential: object, who = user, name = 'Diensthandy') =>
  who.call('POST', PASSKEYS, { resource: { name, credential } });
async function add(made = authenticator): Promise<string> {
  const { body } = await begin();
  const answer = await finish(made.create(body.resource.publicKey));
  expect(answer.status).toBe(201);
  return answer.body.resource.id;
}

const challenge = async () =>
  (await call(test.url, 'POST', '/guest/v7/sessions/passkey-challenges')).body.resource.publicKey;
const present = (credential: object, headers: Record<string, string> = {}) =>
  call(test.url, 'POST', SIGN_IN, { resource: { credential }, headers });
const signIn = async (made = authenticator) => {
  clock.advance(1);
  return present(made.get(await challenge()));
};
const said = ({ status, body }: Answer<HouseBody>) => [status, body.code];
const fieldOf = ({ status, body }: Answer<HouseBody>) => [
  status,
  body.errors[0]?.field,
  body.errors[0]?.code,
];
const REFUSED = [401, 'invalid_passkey'];

describe('signing in with a passkey', () => {
  it('takes neither password nor code, and starts a session like any other', async () => {
    const id = await add();
    const answer = await signIn();
    expect([answer.status, answer.body.resource]).toMatchObject([
      201,
      { user: { email: USER }, account: { id: user.accountId } },
    ]);
    const me = await call(test.url, 'GET', ME, { headers: { cookie: cookieOf(answer) } });
    expect(me.body.resource.email).toBe(USER);
    const { body } = await user.call('GET', PASSKEYS);
    expect(body.resource.passkeys).toEqual([
      {
        ...{ id, name: 'Diensthandy', synced: false },
        createdAt: expect.stringMatching(/Z$/),
        lastUsedAt: expect.stringMatching(/Z$/),
      },
    ]);
  });

  it('stands for both steps where sign-in has two', async () => {
    await add();
    await test.dataSource.query(
      `INSERT INTO second_factors (user_id, sealed_secret, created_at, confirmed_at)
       VALUES ($1, 'x', now(), now())`,
      [user.id],
    );
    const resource = { email: USER, password: DEMO_PASSWORD };
    const byPassword = await call(test.url, 'POST', '/guest/v7/sessions', { resource });
    expect(byPassword.body.code).toBe('second_factor_required');
    expect((await signIn()).status).toBe(201);
  });

  it('is not kept out by whoever tries the password', async () => {
    await add();
    const resource = { email: USER, password: 'wrong' };
    for (let n = 0; n < 11; n++) await call(test.url, 'POST', '/guest/v7/sessions', { resource });
    const { status } = await call(test.url, 'POST', '/guest/v7/sessions', { resource });
    expect(status).toBe(429);
    expect((await signIn()).status).toBe(201);
  });

  it('ends the session that the browser had', async () => {
    await add();
    const { cookie } = user;
    const answer = await present(authenticator.get(await challenge()), { cookie });
    expect(answer.status).toBe(201);
    expect((await user.call('GET', ME)).status).toBe(401);
  });

  it('may be asked for in one tab while another one signs in', async () => {
    await add();
    const [older, younger] = [await challenge(), await challenge()];
    expect((await present(authenticator.get(younger))).status).toBe(201);
    expect((await present(authenticator.get(older))).status).toBe(201);
  });

  it('needs one connection of the pool, so that many at once never wait for each other', async () => {
    await add();
    const held = Array.from({ length: POOL_SIZE - 1 }, () => test.dataSource.createQueryRunner());
    try {
      await Promise.all(held.map((runner) => runner.connect()));
      const response = authenticator.get(await challenge()) as never;
      const device = {
        ...{ ip: '::1', userAgent: undefined, oldSecret: undefined, deviceCookie: undefined },
      };
      const { user: found } = await test.app.get(PasskeySignIn).start(response, device);
      expect(found.id).toBe(user.id);
    } finally {
      await Promise.all(held.map((runner) => runner.release()));
    }
  });

  it('is in the audit trail as what it was', async () => {
    await add();
    const { body } = await signIn();
    const [record] = await test.dataSource.query(
      `SELECT action, detail FROM audit_records WHERE subject_id = $1 ORDER BY id DESC LIMIT 1`,
      [user.id],
    );
    expect(record).toMatchObject({
      action: 'signed_in',
      detail: { sessionId: body.resource.id, passkey: true },
    });
  });
});

describe('a passkey is refused, always in the same words,', () => {
  it.each<[string, (options: { challenge: string }) => object | Promise<object>]>([
    ['that nobody has added', (options) => new Authenticator(ORIGIN).get(options)],
    ['whose challenge we did not make', () => authenticator.get({ challenge: 'c'.repeat(43) })],
    [
      'that signed at another address',
      (options) => {
        const other = new Authenticator('https://evil.example');
        return { ...other.get(options), id: authenticator.id, rawId: authenticator.id };
      },
    ],
    [
      'of another key',
      (options) => ({
        ...new Authenticator(ORIGIN).get(options),
        ...{ id: authenticator.id, rawId: authenticator.id },
      }),
    ],
    [
      'that comes too late',
      (options) => {
        clock.advance(5 * MINUTE + 1);
        return authenticator.get(options);
      },
    ],
    [
      'with an answer that was used before',
      async (options) => {
        const answer = authenticator.get(options);
        expect((await present(answer)).status).toBe(201);
        return answer;
      },
    ],
    [
      'of a user who has been disabled',
      async (options) => {
        await test.dataSource.query(`UPDATE users SET status = 'disabled' WHERE id = $1`, [
          user.id,
        ]);
        return authenticator.get(options);
      },
    ],
    [
      'with a made-up answer',
      () => ({ id: authenticator.id, type: 'public-key', response: { clientDataJSON: 7 } }),
    ],
  ])('%s', async (_, answerTo) => {
    await add();
    clock.advance(1);
    const answer = await present(await answerTo(await challenge()));
    expect(said(answer)).toEqual(REFUSED);
    const { detail } = (await present(new Authenticator(ORIGIN).get(await challenge()))).body;
    expect(answer.body.detail).toBe(detail);
    expect(answer.headers).not.toHaveProperty('set-cookie');
  });

  it('and is in the audit trail where it is known, and where not, is not', async () => {
    await add();
    await test.dataSource.query(`DELETE FROM audit_records WHERE action = 'sign_in_failed'`);
    await present(authenticator.get({ challenge: 'c'.repeat(43) }));
    await present(new Authenticator(ORIGIN).get(await challenge()));
    const records = await test.dataSource.query(
      `SELECT subject_id, detail FROM audit_records WHERE action = 'sign_in_failed'`,
    );
    expect(records).toMatchObject([
      { subject_id: user.id, detail: { reason: 'passkey_refused', ip: '127.0.0.1' } },
    ]);
  });

  it('that its user has not unlocked', async () => {
    const locked = new Authenticator(ORIGIN, false);
    const { body } = await begin();
    expect(fieldOf(await finish(locked.create(body.resource.publicKey)))).toEqual([
      ...[400, 'credential', 'not_accepted'],
    ]);
  });

  it.each([{}, { id: 7 }, { id: 'x', type: 'password', response: {} }, 'x', null, []])(
    'and %j is not even one: 400',
    async (credential) => {
      expect(fieldOf(await present(credential as object))).toEqual([
        ...[400, 'credential', 'passkey_answer'],
      ]);
    },
  );

  it('from another site', async () => {
    const answer = await present(authenticator.get(await challenge()), {
      origin: 'https://evil.example',
    });
    expect(answer.status).toBe(403);
  });
});

describe('adding a passkey', () => {
  it('asks for the password, and for a code as well where sign-in has two steps', async () => {
    expect(fieldOf(await begin(user, { currentPassword: 'wrong' }))).toEqual([
      ...[400, 'currentPassword', 'wrong_password'],
    ]);
    await test.dataSource.query(
      `INSERT INTO second_factors (user_id, sealed_secret, created_at, confirmed_at)
       VALUES ($1, 'x', now(), now())`,
      [user.id],
    );
    expect(fieldOf(await begin())).toEqual([400, 'code', 'required']);
  });

  it('with a wrong password stands in the audit trail as that', async () => {
    await begin(user, { currentPassword: 'wrong' });
    const [record] = await test.dataSource.query(
      'SELECT action, subject_id FROM audit_records ORDER BY id DESC LIMIT 1',
    );
    expect(record).toEqual({ action: 'passkey_change_failed', subject_id: user.id });
  });

  it('is not done again with the answer that a removed one was added with', async () => {
    const { body } = await begin();
    const credential = authenticator.create(body.resource.publicKey);
    const { id } = (await finish(credential)).body.resource;
    await user.call('DELETE', `${PASSKEYS}/${id}`);
    expect(fieldOf(await finish(credential))).toEqual([400, 'credential', 'not_accepted']);
  });

  it('is not done by a session that has ended in the meantime', async () => {
    const { body } = await begin();
    const credential = authenticator.create(body.resource.publicKey) as never;
    const { id: userId, accountId, sessionId } = user;
    const caller = { via: 'session', sessionId, userId, accountId, role: 'member' } as const;
    await user.call('DELETE', '/user/v7/sessions/current');
    await expect(test.app.get(OwnPasskeys).add(caller, 'x', credential)).rejects.toMatchObject({
      code: 'session_required',
    });
  });

  it.each<[string, () => object]>([
    [
      'ways to reach the device that are no list',
      () => ({ answer: authenticator, transports: 'usb' }),
    ],
    ['an id that is longer than any', () => ({ answer: new Authenticator(ORIGIN, true, 3000) })],
  ])('with %s is no error of ours', async (_, make) => {
    const { answer, transports } = make() as { answer: Authenticator; transports?: unknown };
    const { body } = await begin();
    const { status } = await finish(answer.create(body.resource.publicKey, transports));
    expect(status).toBe(transports === undefined ? 400 : 201);
  });

  it('tells the user, and leaves an audit record', async () => {
    const id = await add();
    await mails.next(USER, /Neuer Passkey/);
    const [record] = await test.dataSource.query(
      `SELECT detail FROM audit_records WHERE action = 'passkey_added' ORDER BY id DESC LIMIT 1`,
    );
    expect(record.detail).toEqual({ passkeyId: id, name: 'Diensthandy' });
  });

  it('is done by the session that has given the password, soon, and once', async () => {
    const { body } = await begin();
    const credential = authenticator.create(body.resource.publicKey);
    const elsewhere = await PortalUser.signIn(test.url, USER);
    const stranger = await PortalUser.signIn(test.url, 'admin@musterhaus.example');
    const notAccepted = [400, 'credential', 'not_accepted'];
    expect(fieldOf(await finish(credential, elsewhere))).toEqual(notAccepted);
    expect(fieldOf(await finish(credential, stranger))).toEqual(notAccepted);
    expect((await finish(credential)).status).toBe(201);
    expect(fieldOf(await finish(credential))).toEqual(notAccepted);
    const late = new Authenticator(ORIGIN).create((await begin()).body.resource.publicKey);
    clock.advance(5 * MINUTE + 1);
    expect(fieldOf(await finish(late))).toEqual(notAccepted);
  });

  it('does not add the same device twice, and no more than anybody has', async () => {
    await add();
    const { body } = await begin();
    expect(body.resource.publicKey.excludeCredentials).toMatchObject([{ id: authenticator.id }]);
    await test.dataSource.query(
      `INSERT INTO passkeys (id, user_id, credential_id, public_key, transports, counter, name,
                             synced, created_at)
       SELECT gen_random_uuid(), user_id, n::text, public_key, '{}', 0, name, false, created_at
         FROM passkeys, generate_series(2, $1) n`,
      [MAX_PASSKEYS],
    );
    expect(said(await begin())).toEqual([409, 'conflict']);
    await test.dataSource.query(`DELETE FROM passkeys WHERE credential_id = '2'`);
    const made = [];
    for (let n = 0; n < 2; n++) {
      const { publicKey } = (await begin()).body.resource;
      made.push(new Authenticator(ORIGIN).create(publicKey));
    }
    const answers = await Promise.all(made.map((credential) => finish(credential)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  });
});

describe('removing a passkey', () => {
  it('ends signing in with it, and tells the user', async () => {
    const id = await add();
    expect((await user.call('DELETE', `${PASSKEYS}/${id}`)).status).toBe(204);
    expect(said(await signIn())).toEqual(REFUSED);
    await mails.next(USER, /Passkey wurde entfernt/);
    expect((await user.call('DELETE', `${PASSKEYS}/${id}`)).status).toBe(404);
  });

  it('is not possible for others', async () => {
    const id = await add();
    const admin = await PortalUser.signIn(test.url, 'admin@musterhaus.example');
    expect((await admin.call('DELETE', `${PASSKEYS}/${id}`)).status).toBe(404);
    expect((await signIn()).status).toBe(201);
  });

  it.each<[string, () => Promise<void>]>([
    [
      'an operator resets the password',
      () => test.app.get(PasswordsService).reset(user.id, { newPassword: DEMO_PASSWORD }),
    ],
    [
      'a forgotten password is replaced through a link',
      async () => {
        await call(test.url, 'POST', RECOVERIES, { resource: { email: USER } });
        const { text } = await mails.next(USER, /Neues Passwort/);
        const token = /reset-password#(\S+)/.exec(text)?.[1];
        const resource = { token, newPassword: DEMO_PASSWORD };
        const path = `${RECOVERIES}/completions`;
        expect((await call(test.url, 'POST', path, { resource })).status).toBe(204);
      },
    ],
  ])('happens to all of them when %s, and the user is told', async (_, reset) => {
    await add();
    await reset();
    expect(said(await signIn())).toEqual(REFUSED);
    await mails.next(USER, /Ihre Passkeys wurden entfernt/);
  });

  it('of somebody with nothing else is a matter of the admin, too, who sees who has one', async () => {
    const admin = await PortalUser.signIn(test.url, 'admin@musterhaus.example');
    const seen = async () => (await admin.call('GET', `/user/v7/users/${user.id}`)).body.resource;
    expect(await seen()).toMatchObject({ secondFactor: false, passkey: false });
    await add();
    expect(await seen()).toMatchObject({ secondFactor: false, passkey: true });
  });

  it('happens to all of them when an admin resets the sign-in of who has lost the device', async () => {
    await add();
    const admin = await PortalUser.signIn(test.url, 'admin@musterhaus.example');
    const { status } = await admin.call('DELETE', `/user/v7/users/${user.id}/second-factor`);
    expect(status).toBe(204);
    expect(said(await signIn())).toEqual(REFUSED);
    expect((await user.call('GET', ME)).status).toBe(401);
  });
});

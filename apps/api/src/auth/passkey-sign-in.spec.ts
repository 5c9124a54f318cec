import { call, cookieOf, PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MINUTE } from '../config/clock.js';
import { POOL_SIZE } from '../database/data-source.js';
import { DEMO_PASSWORD } from '../database/demo-data.js';
import { Authenticator } from '../testing/authenticator.js';
import {
  fieldOf,
  ME,
  ORIGIN,
  PASSKEYS,
  PasskeyWorld,
  REFUSED,
  said,
  USER,
} from '../testing/passkeys.js';
import type { TestApp } from '../testing/test-app.js';
import { PasskeySignIn } from './passkey-sign-in.js';

let world: PasskeyWorld;
let test: TestApp;
let user: PortalUser;
let authenticator: Authenticator;
beforeAll(async () => {
  world = await PasskeyWorld.start();
  test = world.test;
});
afterAll(() => test.close());
beforeEach(async () => {
  await world.reset();
  ({ user, authenticator } = world);
});

describe('signing in with a passkey', () => {
  it('takes neither password nor code, and starts a session like any other', async () => {
    const id = await world.add();
    const answer = await world.signIn();
    expect([answer.status, answer.body.resource]).toMatchObject([
      201,
      { user: { email: USER }, account: { id: user.accountId } },
    ]);
    const me = await call(test.url, 'GET', ME, { headers: { cookie: cookieOf(answer) } });
    expect(me.body.resource.email).toBe(USER);
    const { body } = await world.user.call('GET', PASSKEYS);
    expect(body.resource.passkeys).toEqual([
      {
        ...{ id, name: 'Diensthandy', synced: false },
        createdAt: expect.stringMatching(/Z$/),
        lastUsedAt: expect.stringMatching(/Z$/),
      },
    ]);
  });

  it('stands for both steps where sign-in has two', async () => {
    await world.add();
    await test.dataSource.query(
      `INSERT INTO second_factors (user_id, sealed_secret, created_at, confirmed_at)
       VALUES ($1, 'x', now(), now())`,
      [user.id],
    );
    const resource = { email: USER, password: DEMO_PASSWORD };
    const byPassword = await call(test.url, 'POST', '/guest/v7/sessions', { resource });
    expect(byPassword.body.code).toBe('second_factor_required');
    expect((await world.signIn()).status).toBe(201);
  });

  it('is not kept out by whoever tries the password', async () => {
    await world.add();
    const resource = { email: USER, password: 'wrong' };
    for (let n = 0; n < 11; n++) await call(test.url, 'POST', '/guest/v7/sessions', { resource });
    const { status } = await call(test.url, 'POST', '/guest/v7/sessions', { resource });
    expect(status).toBe(429);
    expect((await world.signIn()).status).toBe(201);
  });

  it('ends the session that the browser had', async () => {
    await world.add();
    const { cookie } = user;
    const answer = await world.present(authenticator.get(await world.challenge()), { cookie });
    expect(answer.status).toBe(201);
    expect((await user.call('GET', ME)).status).toBe(401);
  });

  it('may be asked for in one tab while another one signs in', async () => {
    await world.add();
    const [older, younger] = [await world.challenge(), await world.challenge()];
    expect((await world.present(authenticator.get(younger))).status).toBe(201);
    expect((await world.present(authenticator.get(older))).status).toBe(201);
  });

  it('needs one connection of the pool, so that many at once never wait for each other', async () => {
    await world.add();
    const held = Array.from({ length: POOL_SIZE - 1 }, () => test.dataSource.createQueryRunner());
    try {
      await Promise.all(held.map((runner) => runner.connect()));
      const response = authenticator.get(await world.challenge()) as never;
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
    await world.add();
    const { body } = await world.signIn();
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
        world.clock.advance(5 * MINUTE + 1);
        return authenticator.get(options);
      },
    ],
    [
      'with an answer that was used before',
      async (options) => {
        const answer = authenticator.get(options);
        expect((await world.present(answer)).status).toBe(201);
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
    await world.add();
    world.clock.advance(1);
    const answer = await world.present(await answerTo(await world.challenge()));
    expect(said(answer)).toEqual(REFUSED);
    const { detail } = (await world.present(new Authenticator(ORIGIN).get(await world.challenge())))
      .body;
    expect(answer.body.detail).toBe(detail);
    expect(answer.headers).not.toHaveProperty('set-cookie');
  });

  it('and is in the audit trail where it is known, and where not, is not', async () => {
    await world.add();
    await test.dataSource.query(`DELETE FROM audit_records WHERE action = 'sign_in_failed'`);
    await world.present(authenticator.get({ challenge: 'c'.repeat(43) }));
    await world.present(new Authenticator(ORIGIN).get(await world.challenge()));
    const records = await test.dataSource.query(
      `SELECT subject_id, detail FROM audit_records WHERE action = 'sign_in_failed'`,
    );
    expect(records).toMatchObject([
      { subject_id: user.id, detail: { reason: 'passkey_refused', ip: '127.0.0.1' } },
    ]);
  });

  it('that its user has not unlocked', async () => {
    const locked = new Authenticator(ORIGIN, false);
    const { body } = await world.begin();
    expect(fieldOf(await world.finish(locked.create(body.resource.publicKey)))).toEqual([
      ...[400, 'credential', 'not_accepted'],
    ]);
  });

  it.each([{}, { id: 7 }, { id: 'x', type: 'password', response: {} }, 'x', null, []])(
    'and %j is not even one: 400',
    async (credential) => {
      expect(fieldOf(await world.present(credential as object))).toEqual([
        ...[400, 'credential', 'passkey_answer'],
      ]);
    },
  );

  it('from another site', async () => {
    const answer = await world.present(authenticator.get(await world.challenge()), {
      origin: 'https://evil.example',
    });
    expect(answer.status).toBe(403);
  });
});

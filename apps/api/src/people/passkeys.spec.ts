import { call, PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MINUTE } from '../config/clock.js';
import { DEMO_PASSWORD } from '../database/demo-data.js';
import { Authenticator } from '../testing/authenticator.js';
import {
  fieldOf,
  ORIGIN,
  PASSKEYS,
  PasskeyWorld,
  REFUSED,
  said,
  USER,
} from '../testing/passkeys.js';
import type { TestApp } from '../testing/test-app.js';
import { MAX_PASSKEYS } from '../users/passkeys.service.js';
import { OwnPasskeys } from './own-passkeys.js';
import { PasswordsService } from './passwords.service.js';

const RECOVERIES = '/guest/v7/password-recoveries';

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

describe('adding a passkey', () => {
  it('asks for the password, and for a code as well where sign-in has two steps', async () => {
    expect(fieldOf(await world.begin(user, { currentPassword: 'wrong' }))).toEqual([
      ...[400, 'currentPassword', 'wrong_password'],
    ]);
    await test.dataSource.query(
      `INSERT INTO second_factors (user_id, sealed_secret, created_at, confirmed_at)
       VALUES ($1, 'x', now(), now())`,
      [user.id],
    );
    expect(fieldOf(await world.begin())).toEqual([400, 'code', 'required']);
  });

  it('with a wrong password stands in the audit trail as that', async () => {
    await world.begin(user, { currentPassword: 'wrong' });
    const [record] = await test.dataSource.query(
      'SELECT action, subject_id FROM audit_records ORDER BY id DESC LIMIT 1',
    );
    expect(record).toEqual({ action: 'passkey_change_failed', subject_id: user.id });
  });

  it('is not done again with the answer that a removed one was added with', async () => {
    const { body } = await world.begin();
    const credential = authenticator.create(body.resource.publicKey);
    const { id } = (await world.finish(credential)).body.resource;
    await world.remove(id);
    expect(fieldOf(await world.finish(credential))).toEqual([400, 'credential', 'not_accepted']);
  });

  it('is not done by a session that has ended in the meantime', async () => {
    const { body } = await world.begin();
    const credential = authenticator.create(body.resource.publicKey) as never;
    const { id: userId, accountId, sessionId } = user;
    const caller = {
      via: 'session',
      sessionId,
      userId,
      accountId,
      role: 'member',
      freshlyProven: true,
    } as const;
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
    const { body } = await world.begin();
    const { status } = await world.finish(answer.create(body.resource.publicKey, transports));
    expect(status).toBe(transports === undefined ? 400 : 201);
  });

  it('tells the user, and leaves an audit record', async () => {
    const id = await world.add();
    await world.mails.next(USER, /Neuer Passkey/);
    const [record] = await test.dataSource.query(
      `SELECT detail FROM audit_records WHERE action = 'passkey_added' ORDER BY id DESC LIMIT 1`,
    );
    expect(record.detail).toEqual({ passkeyId: id });
  });

  it('is done by the session that has given the password, soon, and once', async () => {
    const { body } = await world.begin();
    const credential = authenticator.create(body.resource.publicKey);
    const elsewhere = await PortalUser.signIn(test.url, USER);
    const stranger = await PortalUser.signIn(test.url, 'admin@musterhaus.example');
    const notAccepted = [400, 'credential', 'not_accepted'];
    expect(fieldOf(await world.finish(credential, elsewhere))).toEqual(notAccepted);
    expect(fieldOf(await world.finish(credential, stranger))).toEqual(notAccepted);
    expect((await world.finish(credential)).status).toBe(201);
    expect(fieldOf(await world.finish(credential))).toEqual(notAccepted);
    const late = new Authenticator(ORIGIN).create((await world.begin()).body.resource.publicKey);
    world.clock.advance(5 * MINUTE + 1);
    expect(fieldOf(await world.finish(late))).toEqual(notAccepted);
  });

  it('does not add the same device twice, and no more than anybody has', async () => {
    await world.add();
    const { body } = await world.begin();
    expect(body.resource.publicKey.excludeCredentials).toMatchObject([{ id: authenticator.id }]);
    await test.dataSource.query(
      `INSERT INTO passkeys (id, user_id, credential_id, public_key, transports, counter, name,
                             synced, created_at)
       SELECT gen_random_uuid(), user_id, n::text, public_key, '{}', 0, name, false, created_at
         FROM passkeys, generate_series(2, $1) n`,
      [MAX_PASSKEYS],
    );
    expect(said(await world.begin())).toEqual([409, 'conflict']);
    await test.dataSource.query(`DELETE FROM passkeys WHERE credential_id = '2'`);
    // Each of its own: the id of a session that has added one changes.
    const sessions = [world.user, await PortalUser.signIn(test.url, USER)];
    const made = await Promise.all(
      sessions.map(async (session) => {
        const { publicKey } = (await world.begin(session)).body.resource;
        return new Authenticator(ORIGIN).create(publicKey);
      }),
    );
    const answers = await Promise.all(
      made.map((credential, n) => world.finish(credential, sessions[n])),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  });
});

describe('removing a passkey', () => {
  it('ends signing in with it, and tells the user', async () => {
    const id = await world.add();
    expect((await world.remove(id)).status).toBe(204);
    expect(said(await world.signIn())).toEqual(REFUSED);
    await world.mails.next(USER, /Passkey wurde entfernt/);
    expect((await world.remove(id)).status).toBe(404);
  });

  it('is not possible for others', async () => {
    const id = await world.add();
    const admin = await PortalUser.signIn(test.url, 'admin@musterhaus.example');
    expect((await admin.call('DELETE', `${PASSKEYS}/${id}`)).status).toBe(404);
    expect((await world.signIn()).status).toBe(201);
  });

  it.each<[string, () => Promise<void>]>([
    [
      'an operator resets the password',
      () =>
        test.app.get(PasswordsService).reset(user.id, { newPassword: DEMO_PASSWORD, keep: true }),
    ],
    [
      'a forgotten password is replaced through a link',
      async () => {
        await call(test.url, 'POST', RECOVERIES, { resource: { email: USER } });
        const { text } = await world.mails.next(USER, /Neues Passwort/);
        const token = /reset-password#(\S+)/.exec(text)?.[1];
        const resource = { token, newPassword: DEMO_PASSWORD };
        const path = `${RECOVERIES}/completions`;
        expect((await call(test.url, 'POST', path, { resource })).status).toBe(204);
      },
    ],
  ])('happens to all of them when %s, and the user is told', async (_, reset) => {
    await world.add();
    await reset();
    expect(said(await world.signIn())).toEqual(REFUSED);
    await world.mails.next(USER, /Ihre Passkeys wurden entfernt/);
  });

  it('of somebody with nothing else is a matter of the admin, too, who sees who has one', async () => {
    const admin = await PortalUser.signIn(test.url, 'admin@musterhaus.example');
    const seen = async () => (await admin.call('GET', `/user/v7/users/${user.id}`)).body.resource;
    expect(await seen()).toMatchObject({ secondFactor: false, passkey: false });
    await world.add();
    expect(await seen()).toMatchObject({ secondFactor: false, passkey: true });
  });
});

import { call, PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BackgroundWork } from '../background/background-work.js';
import { DEFAULT_FACTOR_RESET_HOURS } from '../config/config.js';
import { HOUR, MINUTE, SECOND } from '../config/clock.js';
import { DEMO_PASSWORD } from '../database/demo-data.js';
import { Authenticator } from '../testing/authenticator.js';
import { ORIGIN, PASSKEYS, PasskeyWorld, REFUSED, said, USER } from '../testing/passkeys.js';
import type { TestApp } from '../testing/test-app.js';
import { authenticatorApp } from '../testing/authenticator-app.js';

const ADMIN = 'admin@musterhaus.example';
const WAIT = DEFAULT_FACTOR_RESET_HOURS * HOUR;
const STOPS = '/guest/v7/factor-resets/stops';

let world: PasskeyWorld;
let test: TestApp;
let user: PortalUser;
let reset: string;
beforeAll(async () => {
  world = await PasskeyWorld.start();
  ({ test } = world);
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.dataSource.query(`DELETE FROM factor_resets; DELETE FROM audit_records`);
  await world.reset();
  ({ user } = world);
  reset = `/user/v7/users/${user.id}/factor-reset`;
});

const admin = (email = ADMIN) => PortalUser.signIn(test.url, email);
const ask = async (by = ADMIN) => (await admin(by)).call('POST', reset);
const listed = async () => {
  const { body } = await (await admin()).call('GET', `/user/v7/users/${user.id}`);
  return body.resource;
};
/** Signs in with the password, and a code where one is given. */
const attempt = async (secondFactor?: string) => {
  const resource = { email: USER, password: DEMO_PASSWORD, ...(secondFactor && { secondFactor }) };
  const { status, body } = await call(test.url, 'POST', '/guest/v7/sessions', { resource });
  return status === 201 ? 201 : body.code;
};
const link = async () => {
  const { text } = await world.mails.next(USER, /Anmeldung wird zurückgesetzt/);
  return /keep-factor#([\w-]+)/.exec(text)?.[1] ?? '';
};
const stop = async (token: string) => {
  const { status } = await call(test.url, 'POST', STOPS, { resource: { token } });
  return status;
};
const audited = async () =>
  (
    await test.dataSource.query(
      `SELECT action FROM audit_records WHERE action LIKE 'second_factor_reset%' ORDER BY id`,
    )
  ).map(({ action }: { action: string }) => action.slice('second_factor_'.length));
const housekeeping = () => test.app.get(BackgroundWork).run('auth.factor-resets');

describe('a lost second factor', () => {
  it('is announced to its owner at once, and reset once the waiting time is over', async () => {
    const app = await authenticatorApp(test, user);
    const { status, body } = await ask();
    expect([status, body.resource]).toEqual([
      201,
      {
        askedAt: expect.any(String),
        dueAt: expect.any(String),
        askedBy: expect.objectContaining({ email: ADMIN }),
      },
    ]);
    expect(Date.parse(body.resource.dueAt) - Date.parse(body.resource.askedAt)).toBe(WAIT);
    expect(await listed()).toMatchObject({ secondFactor: true, factorReset: body.resource });
    expect(await link()).not.toBe('');
    world.clock.advance(WAIT - SECOND);
    expect(await attempt()).toBe('second_factor_required');
    expect(await housekeeping()).toBe(0);
    world.clock.advance(SECOND);
    // Nobody waits for the housekeeping: neither who lost it, nor who found it.
    expect(await attempt(app.code())).toBe(201);
    expect(await listed()).toMatchObject({ secondFactor: false, factorReset: null });
    await world.mails.next(USER, /Ihre Anmeldung wurde zurückgesetzt/);
    expect(await audited()).toEqual(['reset_asked', 'reset']);
  });

  it('signs nobody in from that moment on, and what was signed in is out', async () => {
    await world.add();
    await ask();
    world.clock.advance(WAIT - MINUTE);
    const current = await PortalUser.signIn(test.url, USER);
    world.clock.advance(MINUTE);
    expect((await current.call('GET', PASSKEYS)).status).toBe(401);
    expect(said(await world.signIn())).toEqual(REFUSED);
  });

  it('is reset by the housekeeping where nobody signs in, once', async () => {
    await authenticatorApp(test, user);
    await ask();
    world.clock.advance(WAIT);
    expect(await Promise.all([housekeeping(), housekeeping()])).toEqual(
      expect.arrayContaining([1, 0]),
    );
    expect(await audited()).toEqual(['reset_asked', 'reset']);
  });

  it('is asked for once: another admin changes neither time nor name', async () => {
    await authenticatorApp(test, user);
    const { body } = await ask();
    world.clock.advance(HOUR);
    expect((await ask()).body.resource).toEqual(body.resource);
  });

  it('is reset by an admin of the same account alone, with a fresh proof, and not by the owner', async () => {
    await authenticatorApp(test, user);
    const statusOf = async (by: string) => (await ask(by)).status;
    expect([
      await statusOf('admin@beispiel.example'),
      await statusOf('operator@flixcheck.example'),
    ]).toEqual([404, 403]);
    const self = await admin();
    const own = `/user/v7/users/${self.id}/factor-reset`;
    expect(said(await self.call('POST', own))).toEqual([409, 'conflict']);
    world.clock.advance(11 * MINUTE);
    expect(said(await self.call('POST', reset))).toEqual([403, 'identity_proof_required']);
    expect(await audited()).toEqual([]);
  });

  it('cannot be reset where there is none', async () => {
    expect(said(await ask())).toEqual([409, 'conflict']);
  });
});

describe('the reset of a second factor', () => {
  it('is stopped by the link in the mail, once, and the admin hears of it', async () => {
    await authenticatorApp(test, user);
    await ask();
    const token = await link();
    expect([await stop(token), await stop(token)]).toEqual([204, 400]);
    await world.mails.next(ADMIN, /wird nicht zurückgesetzt/);
    world.clock.advance(WAIT);
    expect(await attempt()).toBe('second_factor_required');
    expect(await audited()).toEqual(['reset_asked', 'reset_stopped']);
  });

  it('is stopped by a code of the app, and both hear of it', async () => {
    const app = await authenticatorApp(test, user);
    await ask();
    expect(await attempt(app.next())).toBe(201);
    expect((await listed()).factorReset).toBeNull();
    await world.mails.next(USER, /wird nicht zurückgesetzt/);
    await world.mails.next(ADMIN, /wird nicht zurückgesetzt/);
  });

  it('is stopped by a passkey, used or added', async () => {
    await world.add();
    await ask();
    expect((await world.signIn()).status).toBe(201);
    expect((await listed()).factorReset).toBeNull();
    await ask();
    await world.add(new Authenticator(ORIGIN));
    expect((await listed()).factorReset).toBeNull();
  });

  it('is called off by an admin of the account, and the owner hears of it', async () => {
    await authenticatorApp(test, user);
    await ask();
    const statusOf = async (by: string) => (await (await admin(by)).call('DELETE', reset)).status;
    expect(await statusOf('admin@beispiel.example')).toBe(404);
    expect([await statusOf(ADMIN), await statusOf(ADMIN)]).toEqual([204, 204]);
    await world.mails.next(USER, /wird nicht zurückgesetzt/);
    world.clock.advance(WAIT);
    expect(await attempt()).toBe('second_factor_required');
  });

  it('cannot be stopped any more once it is due', async () => {
    await authenticatorApp(test, user);
    await ask();
    const token = await link();
    world.clock.advance(WAIT);
    expect(await stop(token)).toBe(400);
    expect((await (await admin()).call('DELETE', reset)).status).toBe(204);
    expect(await attempt()).toBe(201);
  });

  it('ends with a user who is disabled', async () => {
    await authenticatorApp(test, user);
    await ask();
    const setStatus = async (status: string) =>
      (await admin()).call('PATCH', `/user/v7/users/${user.id}`, { resource: { status } });
    await setStatus('disabled');
    await setStatus('active');
    world.clock.advance(WAIT);
    expect(await attempt()).toBe('second_factor_required');
  });
});

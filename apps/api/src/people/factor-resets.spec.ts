import { call, PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BackgroundWork } from '../background/background-work.js';
import { DEFAULT_FACTOR_RESET_HOURS } from '../config/config.js';
import { HOUR, MINUTE, SECOND } from '../config/clock.js';
import { DEMO_PASSWORD } from '../database/demo-data.js';
import { Provisioning } from '../users/provisioning.js';
import { Authenticator } from '../testing/authenticator.js';
import { ORIGIN, PASSKEYS, PasskeyWorld, REFUSED, said, USER } from '../testing/passkeys.js';
import type { TestApp } from '../testing/test-app.js';
import { authenticatorApp } from '../testing/authenticator-app.js';
import { untilBlocked } from '../testing/until-blocked.js';

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
const stops = async () =>
  (
    await test.dataSource.query(
      `SELECT detail ->> 'how' AS how FROM audit_records
        WHERE action = 'second_factor_reset_stopped' ORDER BY id`,
    )
  ).map(({ how }: { how: string }) => how);

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
    const { text } = await world.mails.next(USER, /Anmeldung wird zurückgesetzt/);
    expect(text.replace(/\s+/g, ' ')).toContain('kein Passwort, oder kennen Sie es nicht mehr?');
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

  it('ends the sessions when it is reset, also where app and passkeys have gone before', async () => {
    await world.add();
    await ask();
    await test.dataSource.query('DELETE FROM passkeys');
    world.clock.advance(WAIT - MINUTE);
    const current = await PortalUser.signIn(test.url, USER);
    world.clock.advance(MINUTE);
    expect(await housekeeping()).toBe(1);
    expect((await current.call('GET', PASSKEYS)).status).toBe(401);
    expect(await audited()).toEqual(['reset_asked', 'reset']);
    await world.mails.next(USER, /Ihre Anmeldung wurde zurückgesetzt/);
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

  it('is reset at once where it is asked for again once it is due, never at a time that is over', async () => {
    await authenticatorApp(test, user);
    await ask();
    world.clock.advance(WAIT + MINUTE);
    const { status, body } = await ask();
    expect([status, body.resource.dueAt]).toEqual([201, world.clock.now().toISOString()]);
    expect(await attempt()).toBe(201);
    expect(await audited()).toEqual(['reset_asked', 'reset']);
    expect(said(await ask())).toEqual([409, 'conflict']);
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
    expect(await stops()).toEqual(['disabled']);
    await setStatus('active');
    world.clock.advance(WAIT);
    expect(await attempt()).toBe('second_factor_required');
  });

  it('ends with a company that is closed', async () => {
    await authenticatorApp(test, user);
    await ask();
    const operator = await PortalUser.signIn(test.url, 'operator@flixcheck.example');
    const setStatus = async (status: string) => {
      const path = `/admin/v7/accounts/${user.accountId}`;
      expect((await operator.call('PATCH', path, { resource: { status } })).status).toBe(200);
    };
    await setStatus('closed');
    expect(await stops()).toEqual(['closed']);
    await setStatus('active');
    world.clock.advance(WAIT);
    expect(await attempt()).toBe('second_factor_required');
  });

  it('ends with the last factor that its owner removes, and the admin hears of it', async () => {
    const id = await world.add();
    await world.add(new Authenticator(ORIGIN));
    await ask();
    await world.remove(id);
    expect(await stops()).toEqual([]);
    const { body } = await world.user.call('GET', PASSKEYS);
    await world.remove(body.resource.passkeys[0].id);
    expect(await stops()).toEqual(['removed']);
    await world.mails.next(ADMIN, /wird nicht zurückgesetzt/);
  });

  it('ends where a new password leaves nothing to reset', async () => {
    await world.add();
    await ask();
    await call(test.url, 'POST', '/guest/v7/password-recoveries', { resource: { email: USER } });
    const { text } = await world.mails.next(USER, /Passwort/);
    const token = /#([\w-]+)/.exec(text)?.[1] ?? '';
    await call(test.url, 'POST', '/guest/v7/password-recoveries/completions', {
      resource: { token, newPassword: 'drei-blaue-elefanten' },
    });
    await test.dataSource.query('UPDATE users SET password_hash = $1', [world.passwordHash]);
    expect(await stops()).toEqual(['removed']);
  });
});

describe('"this was not me"', () => {
  beforeEach(() => test.dataSource.query('DELETE FROM sign_in_notices'));
  const disavow = async () => {
    const { text } = await world.mails.next(USER, /neuen Gerät/);
    const token = /not-me#([\w-]+)/.exec(text)?.[1] ?? '';
    const path = '/guest/v7/sessions/disavowals';
    const { status } = await call(test.url, 'POST', path, { resource: { token } });
    await test.dataSource.query('UPDATE users SET password_hash = $1', [world.passwordHash]);
    return status;
  };

  it('stops a reset, which whoever got in may have asked for, and the admin hears of it', async () => {
    const app = await authenticatorApp(test, user);
    await attempt(app.next());
    await ask();
    expect(await disavow()).toBe(201);
    expect(await stops()).toEqual(['disavowed']);
    await world.mails.next(ADMIN, /wird nicht zurückgesetzt/);
    world.clock.advance(WAIT);
    expect(await attempt()).toBe('second_factor_required');
  });

  it('carries a reset out that is due: no pending one survives', async () => {
    const app = await authenticatorApp(test, user);
    await attempt(app.next());
    await ask();
    world.clock.advance(WAIT);
    expect(await disavow()).toBe(201);
    expect(await audited()).toEqual(['reset_asked', 'reset']);
    expect(await attempt()).toBe(201);
  });
});

describe('an admin who has asked for a reset', () => {
  const OTHER = 'vertretung@musterhaus.example';
  let other: string;
  beforeAll(async () => {
    const person = { email: OTHER, firstName: 'V', lastName: 'T', locale: 'de' as const };
    const input = { ...person, accountId: user.accountId, password: DEMO_PASSWORD };
    other = await test.app
      .get(Provisioning)
      .createUser({ ...input, role: 'admin' }, { keep: true });
  });
  const change = async (resource: object) =>
    (await (await admin()).call('PATCH', `/user/v7/users/${other}`, { resource })).status;
  beforeEach(async () => {
    await change({ status: 'active' });
    await change({ role: 'admin' });
    await test.dataSource.query('DELETE FROM audit_records');
  });

  it.each([
    ['a member', { role: 'member' }],
    ['disabled', { status: 'disabled' }],
  ])('and becomes %s takes it along: it is refused, recorded and told', async (_, resource) => {
    await authenticatorApp(test, user);
    expect((await ask(OTHER)).status).toBe(201);
    expect(await change(resource)).toBe(200);
    expect(await stops()).toEqual(['asker']);
    const { text } = await world.mails.next(USER, /wird nicht zurückgesetzt/);
    expect(text).toContain('gehört nicht mehr zur Administration');
    world.clock.advance(WAIT);
    expect(await housekeeping()).toBe(0);
    expect(await attempt()).toBe('second_factor_required');
  });

  it('has to be one still when it is written down', async () => {
    await authenticatorApp(test, user);
    const asker = await admin(OTHER);
    const { manager } = test.dataSource;
    const asked = await manager.transaction(async (tx) => {
      await tx.query(`UPDATE users SET role = 'member' WHERE id = $1`, [other]);
      const answer = asker.call('POST', reset);
      await untilBlocked(test.dataSource);
      return { answer };
    });
    expect(said(await asked.answer)).toEqual([403, 'forbidden']);
    expect((await listed()).factorReset).toBeNull();
  });

  it('and is demoted once it is due has reset it', async () => {
    await authenticatorApp(test, user);
    await ask(OTHER);
    world.clock.advance(WAIT);
    await change({ role: 'member' });
    expect(await attempt()).toBe(201);
  });
});

describe('what decides a reset', () => {
  it.each([
    ['a code', 'second_factors'],
    ['a passkey', 'passkeys'],
  ])(
    'locks its user first, so that %s and the reset never wait for each other',
    async (how, table) => {
      const app = how === 'a code' ? await authenticatorApp(test, user) : await world.add();
      await ask();
      const { answer } = await test.dataSource.transaction(async (tx) => {
        await tx.query('SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE', [user.id]);
        await tx.query('SELECT FROM factor_resets WHERE user_id = $1 FOR UPDATE', [user.id]);
        const answer = typeof app === 'string' ? world.signIn() : attempt(app.next());
        await untilBlocked(test.dataSource);
        const rows: unknown[] = await tx.query(
          `SELECT FROM ${table} WHERE user_id = $1 FOR UPDATE NOWAIT`,
          [user.id],
        );
        expect(rows).toHaveLength(1);
        return { answer };
      });
      expect(await answer).toBeTruthy();
    },
  );
});

import { call, PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MINUTE } from '../config/clock.js';
import { DEMO_PASSWORD } from '../database/demo-data.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';

const EMAIL = 'user@musterhaus.example';
const SESSIONS = '/user/v7/sessions';
let test: TestApp;
let user: PortalUser;

beforeAll(async () => {
  // So that a test can come from any address.
  test = await createTestApp({ env: { TRUST_PROXY: 'on' } });
});
afterAll(() => test.close());
beforeEach(async () => {
  for (const table of ['sessions', 'sign_in_failures']) {
    await test.dataSource.query(`DELETE FROM ${table}`);
  }
  test.clock.advance(16 * MINUTE);
  user = await PortalUser.signIn(test.url);
  await test.dataSource.query('DELETE FROM audit_records');
});

const attempt = (email: string, password: string, ip = '192.0.2.1') =>
  call(test.url, 'POST', '/guest/v7/sessions', {
    resource: { email, password },
    headers: { 'x-forwarded-for': ip },
  });
const trail = (): Promise<{ actor: string; action: string; subject: string; detail: object }[]> =>
  test.dataSource.query(
    `SELECT actor_id AS actor, action, subject_id AS subject, detail FROM audit_records
     WHERE action <> 'signed_in' ORDER BY id`,
  );
const failure = (reason: string) => ({
  reason,
  ip: '192.0.2.1',
  network: '192.0.2.1',
  address: expect.stringMatching(/^[0-9a-f]{16}$/),
});

describe('a failed sign-in leaves an audit record', () => {
  it.each([
    ['wrong_password', EMAIL, 'wrong', true],
    ['unknown_address', 'nobody@musterhaus.example', 'wrong', false],
  ])('that says from where and why: %s', async (reason, email, password, known) => {
    await attempt(email, password);
    expect(await trail()).toEqual([
      {
        actor: null,
        action: 'sign_in_failed',
        subject: known ? user.id : null,
        detail: failure(reason),
      },
    ]);
  });

  it('with the reason user_disabled for a right password', async () => {
    const disable = (status: string) =>
      test.dataSource.query(`UPDATE users SET status = $2 WHERE id = $1`, [user.id, status]);
    await disable('disabled');
    await attempt(EMAIL, DEMO_PASSWORD);
    await disable('active');
    expect(await trail()).toMatchObject([{ subject: user.id, detail: failure('user_disabled') }]);
  });

  it('in which a password typed into the wrong field is not to be read', async () => {
    await attempt('drei-blaue-elefanten', 'wrong');
    expect(JSON.stringify(await trail())).not.toContain('elefanten');
  });

  it('and once it is limited one for each network and window, with the number', async () => {
    for (let n = 0; n < 10; n++) await attempt(EMAIL, 'wrong');
    for (let n = 0; n < 5; n++) await attempt(EMAIL, 'wrong');
    const limited = async () =>
      (await trail()).filter(({ action }) => action === 'sign_in_limited');
    expect(await limited()).toEqual([
      {
        actor: null,
        action: 'sign_in_limited',
        subject: user.id,
        detail: { network: '192.0.2.1', limit: 'account', count: 1 },
      },
    ]);
    test.clock.advance(16 * MINUTE);
    for (let n = 0; n < 11; n++) await attempt(EMAIL, 'wrong');
    expect((await limited())[1]?.detail).toEqual({
      network: '192.0.2.1',
      limit: 'account',
      count: 5,
    });
  });

  it('and once a network is limited one that does not say so of the account', async () => {
    await test.dataSource.query(
      `INSERT INTO sign_in_failures (email_hash, network, at)
       SELECT sha256(n::text::bytea), '192.0.2.77', $1::timestamptz FROM generate_series(1, 100) n`,
      [test.clock.now()],
    );
    expect((await attempt(EMAIL, 'wrong', '192.0.2.77')).status).toBe(429);
    const limited = (await trail()).filter(({ action }) => action === 'sign_in_limited');
    expect(limited).toEqual([
      {
        actor: null,
        action: 'sign_in_limited',
        subject: user.id,
        detail: { network: '192.0.2.77', limit: 'network', count: 1 },
      },
    ]);
  });

  it('that counts the refused attempts of each account by themselves', async () => {
    const colleague = 'admin@musterhaus.example';
    const ip = '192.0.2.5';
    for (const email of [EMAIL, colleague]) {
      for (let n = 0; n < 12; n++) await attempt(email, 'wrong', ip);
    }
    const limited = (await trail()).filter(({ action }) => action === 'sign_in_limited');
    expect(limited.map(({ detail }) => detail)).toEqual([
      { network: ip, limit: 'account', count: 1 },
      { network: ip, limit: 'account', count: 1 },
    ]);
    expect(new Set(limited.map(({ subject }) => subject)).size).toBe(2);
  });

  it('as does a wrong current password', async () => {
    const resource = { currentPassword: 'wrong', newPassword: 'drei-blaue-elefanten' };
    await user.call('POST', '/user/v7/users/me/password', { resource });
    expect(await trail()).toMatchObject([{ action: 'password_change_failed', subject: user.id }]);
  });
});

describe('a session that ends leaves an audit record', () => {
  const ended = (id: string, reason: string, actor: string | null = user.id) => ({
    actor,
    action: 'session_ended',
    subject: user.id,
    detail: { sessionId: id, reason },
  });

  it('when its user signs out', async () => {
    await user.call('DELETE', `${SESSIONS}/current`);
    expect(await trail()).toEqual([
      {
        actor: user.id,
        action: 'signed_out',
        subject: user.id,
        detail: { sessionId: user.sessionId },
      },
    ]);
  });

  it.each([
    ['one', (id: string) => `${SESSIONS}/${id}`],
    ['all others', () => SESSIONS],
  ])('when its user ends %s', async (_, path) => {
    const phone = await PortalUser.signIn(test.url);
    await user.call('DELETE', path(phone.sessionId));
    expect(await trail()).toEqual([ended(phone.sessionId, 'by_user')]);
  });

  it('when the browser signs in again', async () => {
    await call(test.url, 'POST', '/guest/v7/sessions', {
      resource: { email: EMAIL, password: DEMO_PASSWORD },
      headers: { cookie: user.cookie },
    });
    expect(await trail()).toEqual([ended(user.sessionId, 'signed_in_again')]);
  });

  it('when an admin disables its user', async () => {
    const admin = await PortalUser.signIn(test.url, 'admin@musterhaus.example');
    const setStatus = (status: string) =>
      admin.call('PATCH', `/user/v7/users/${user.id}`, { resource: { status } });
    await setStatus('disabled');
    await setStatus('active');
    expect((await trail())[0]).toEqual(ended(user.sessionId, 'user_disabled', admin.id));
  });
});

describe('a changed profile leaves an audit record', () => {
  const change = (resource: object) => user.call('PATCH', '/user/v7/users/me', { resource });

  it('of what was changed, not of what was sent', async () => {
    const { firstName } = (await user.call('GET', '/user/v7/users/me')).body.resource;
    await change({ firstName, lastName: 'Andersmann' });
    await change({ lastName: 'Andersmann' });
    expect(await trail()).toEqual([
      {
        actor: user.id,
        action: 'profile_changed',
        subject: user.id,
        detail: { fields: ['lastName'] },
      },
    ]);
  });
});

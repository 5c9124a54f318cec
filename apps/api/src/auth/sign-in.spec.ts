import { call, cookieOf, PortalUser } from '@flixcheck/test-harness';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createHash } from 'node:crypto';
import { MINUTE, SECOND } from '../config/clock.js';
import { DEMO_PASSWORD } from '../database/demo-data.js';
import { deferred } from '../testing/deferred.js';
import { recordStatements } from '../testing/statements.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { USER_BY_EMAIL } from '../users/user-record.js';
import { Credentials } from './credentials.js';
import { SignInLimits } from './sign-in-limits.js';

const USER = 'user@musterhaus.example';
let test: TestApp;
const attempt = (email: string, password: string, headers = {}, url = test.url) =>
  call(url, 'POST', '/guest/v7/sessions', { resource: { email, password }, headers });

beforeAll(async () => {
  // So that a test can come from any address.
  test = await createTestApp({ env: { TRUST_PROXY: 'on' } });
});
afterAll(() => test.close());
afterEach(async () => {
  jest.restoreAllMocks();
  await test.dataSource.query('DELETE FROM sign_in_failures');
});

describe('signing in', () => {
  it('answers 201 with the session, its user and account', async () => {
    const { status, body } = await attempt(USER, DEMO_PASSWORD);
    expect(status).toBe(201);
    expect(body.resource).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      user: {
        id: expect.any(String),
        email: USER,
        firstName: expect.any(String),
        lastName: expect.any(String),
        role: 'member',
        locale: 'de',
      },
      account: {
        id: expect.any(String),
        name: 'Musterhaus Versicherungsmakler GmbH',
        kind: 'company',
      },
      createdAt: expect.stringMatching(/Z$/),
      expiresAt: expect.stringMatching(/Z$/),
      developer: false,
      news: { endingConnections: 0, approvalRequests: 0 },
    });
  });

  it('sets a cookie that no script reads, no other site sends and that lasts seven days', async () => {
    const { headers } = await attempt(USER, DEMO_PASSWORD);
    const [cookie, device, ...more] = headers['set-cookie'] ?? [];
    expect(more).toEqual([]);
    expect(device).toMatch(/^device=/);
    expect(cookie).toMatch(/^session=[A-Za-z0-9_-]{43}; /);
    expect(cookie?.split('; ').slice(1).sort()).toEqual([
      'HttpOnly',
      'Max-Age=604800',
      'Path=/',
      'SameSite=Lax',
    ]);
  });

  it('sets a __Host- cookie with Secure where the world sees https', async () => {
    const secure = await createTestApp({ env: { PUBLIC_URL: 'https://connect.example' } });
    try {
      const { headers } = await attempt(USER, DEMO_PASSWORD, {}, secure.url);
      const [cookie = ''] = headers['set-cookie'] ?? [];
      expect(cookie).toMatch(/^__Host-session=/);
      expect(cookie).toMatch(/; Secure(;|$)/);
      expect(cookie).toMatch(/; Path=\/(;|$)/);
      expect(cookie).not.toMatch(/Domain/i);
      const named = { cookie: cookie.split(';', 1)[0] ?? '' };
      const me = await call(secure.url, 'GET', '/user/v7/sessions/current', { headers: named });
      expect(me.status).toBe(200);
      const plain = { cookie: (cookie.split(';', 1)[0] ?? '').replace('__Host-', '') };
      const refused = await call(secure.url, 'GET', '/user/v7/sessions/current', {
        headers: plain,
      });
      expect(refused.status).toBe(401);
    } finally {
      await secure.close();
    }
  });

  it('stores the hash of the cookie, never its value', async () => {
    const { sessionCookie, sessionId } = await PortalUser.signIn(test.url);
    const [row] = await test.dataSource.query('SELECT * FROM sessions WHERE id = $1', [sessionId]);
    const value = sessionCookie.split('=')[1] ?? '';
    expect(row.secret_hash).toEqual(createHash('sha256').update(value).digest());
    const raw = Object.values(row).map((column) =>
      Buffer.isBuffer(column) ? column.toString('latin1') : String(column),
    );
    expect(raw.join(' ')).not.toContain(value);
  });

  it('gives a new id, and ends the session that the browser had', async () => {
    const first = await PortalUser.signIn(test.url);
    const second = await attempt(USER, DEMO_PASSWORD, { cookie: first.cookie });
    expect(second.body.resource.id).not.toBe(first.sessionId);
    expect(cookieOf(second)).not.toContain(first.sessionCookie);
    expect((await first.call('GET', '/user/v7/sessions/current')).status).toBe(401);
  });

  it('takes the e-mail address in any case', async () => {
    expect((await attempt('USER@Musterhaus.EXAMPLE', DEMO_PASSWORD)).status).toBe(201);
  });

  it('notes the last sign-in and leaves an audit record', async () => {
    const { id, sessionId } = await PortalUser.signIn(test.url);
    const [user] = await test.dataSource.query('SELECT last_sign_in_at FROM users WHERE id = $1', [
      id,
    ]);
    expect(test.clock.now().getTime() - user.last_sign_in_at.getTime()).toBeLessThan(MINUTE);
    const records = await test.dataSource.query(
      `SELECT actor_id, action FROM audit_records WHERE detail->>'sessionId' = $1`,
      [sessionId],
    );
    expect(records).toEqual([{ actor_id: id, action: 'signed_in' }]);
  });

  it.each([
    ['no body', undefined],
    ['no password', { email: USER }],
    ['an empty password', { email: USER, password: '' }],
    ['a password that is not a string', { email: USER, password: { $ne: '' } }],
    ['a list in place of an object', [{ email: USER, password: DEMO_PASSWORD }]],
    ['an unknown field', { email: USER, password: DEMO_PASSWORD, remember: true }],
    ['an endless password', { email: USER, password: 'a'.repeat(201) }],
    ['a NUL character', { email: `${USER}\0`, password: DEMO_PASSWORD }],
  ])('refuses %s with 400 and counts no failure', async (_, resource) => {
    const { status } = await call(test.url, 'POST', '/guest/v7/sessions', { resource });
    expect(status).toBe(400);
    expect(await test.dataSource.query('SELECT * FROM sign_in_failures')).toEqual([]);
  });

  it('never reads credentials from the query', async () => {
    const query = new URLSearchParams({
      'resource[email]': USER,
      'resource[password]': DEMO_PASSWORD,
    });
    const { status, headers } = await call(test.url, 'POST', `/guest/v7/sessions?${query}`, {
      resource: { email: USER, password: 'wrong' },
    });
    expect(status).toBe(401);
    expect(headers).not.toHaveProperty('set-cookie');
  });
});

describe('an unknown address, a wrong password and a disabled user', () => {
  const disable = (status: string) =>
    test.dataSource.query(`UPDATE users SET status = $2 WHERE email = $1`, [USER, status]);

  it('get the same answer', async () => {
    const wrong = await attempt(USER, 'wrong');
    const unknown = await attempt('nobody@musterhaus.example', DEMO_PASSWORD);
    await disable('disabled');
    const disabled = await attempt(USER, DEMO_PASSWORD);
    await disable('active');
    for (const { status, headers, body } of [wrong, unknown, disabled]) {
      expect(status).toBe(401);
      expect(body.code).toBe('invalid_credentials');
      expect({ ...body, requestId: '' }).toEqual({ ...wrong.body, requestId: '' });
      expect(Object.keys(headers).sort()).toEqual(Object.keys(wrong.headers).sort());
      expect(headers).not.toHaveProperty('set-cookie');
    }
  });

  it('cost the same work: one verification each, and one counted failure', async () => {
    const verify = jest.spyOn(test.app.get(PasswordHasher), 'verify');
    const query = jest.spyOn(test.dataSource, 'createQueryRunner');
    const costs = async (email: string, password: string) => {
      verify.mockClear();
      query.mockClear();
      await attempt(email, password);
      return { verifications: verify.mock.calls.length, connections: query.mock.calls.length };
    };
    const wrong = await costs(USER, 'wrong');
    const unknown = await costs('nobody@musterhaus.example', 'wrong');
    await disable('disabled');
    const disabled = await costs(USER, DEMO_PASSWORD);
    await disable('active');
    expect(wrong.verifications).toBe(1);
    expect([unknown, disabled]).toEqual([wrong, wrong]);
    expect(await test.dataSource.query('SELECT id FROM sign_in_failures')).toHaveLength(3);
  });
});

describe('a refused sign-in', () => {
  const disable = (status: string) =>
    test.dataSource.query(`UPDATE users SET status = $2 WHERE email = $1`, [USER, status]);
  const statements = (email: string) =>
    recordStatements(test.dataSource, () => attempt(email, 'wrong'));

  it('sends the database the same statements for whatever reason, and reads the same rows', async () => {
    const wrong = await statements(USER);
    const unknown = await statements('nobody@musterhaus.example');
    await disable('disabled');
    const disabled = await statements(USER);
    await disable('active');
    expect(wrong.length).toBeGreaterThan(3);
    expect(unknown).toEqual(wrong);
    expect(disabled).toEqual(wrong);
    const rows = async (email: string) =>
      (await test.dataSource.query(USER_BY_EMAIL, [email])) as object[];
    const columns = async (email: string) => (await rows(email)).map((row) => Object.keys(row));
    expect(await columns(USER)).toHaveLength(1);
    expect(await columns('nobody@musterhaus.example')).toEqual(await columns(USER));
  });

  it('sends the same ones over the limits, whether anybody has the address or not', async () => {
    for (let n = 0; n < 10; n++) await attempt(USER, 'wrong');
    for (let n = 0; n < 10; n++) await attempt('nobody@musterhaus.example', 'wrong');
    // The first of each leaves a record.
    const first = await statements(USER);
    expect(first.length).toBeGreaterThan(1);
    expect(await statements('nobody@musterhaus.example')).toEqual(first);
    const known = await statements(USER);
    expect(known).toHaveLength(1);
    expect(await statements('nobody@musterhaus.example')).toEqual(known);
  });
});

describe('the limit on failures to sign in', () => {
  const fail = async (times: number, email = USER, url = test.url) => {
    for (let n = 0; n < times; n++) {
      expect((await attempt(email, 'wrong', {}, url)).status).toBe(401);
    }
  };

  it('refuses even the right password after ten failures, and says for how long', async () => {
    await fail(10);
    const { status, headers, body } = await attempt(USER, DEMO_PASSWORD);
    expect(status).toBe(429);
    expect(body.code).toBe('too_many_attempts');
    expect(Number(headers['retry-after'])).toBe(body.retryAfterSeconds);
    expect(body.retryAfterSeconds).toBeGreaterThan(14 * 60);
    expect(body.retryAfterSeconds).toBeLessThanOrEqual(15 * 60);
  });

  it('is over when Retry-After says so, and not before', async () => {
    await fail(10);
    const { body } = await attempt(USER, DEMO_PASSWORD);
    test.clock.advance(((body.retryAfterSeconds ?? 0) - 30) * SECOND);
    expect((await attempt(USER, DEMO_PASSWORD)).status).toBe(429);
    test.clock.advance(30 * SECOND);
    expect((await attempt(USER, DEMO_PASSWORD)).status).toBe(201);
  });

  it('slides: old failures make room one by one, and refused attempts do not prolong it', async () => {
    await fail(5);
    test.clock.advance(10 * MINUTE);
    await fail(5);
    for (let n = 0; n < 5; n++) expect((await attempt(USER, 'wrong')).status).toBe(429);
    test.clock.advance(5 * MINUTE);
    await fail(5);
    expect((await attempt(USER, DEMO_PASSWORD)).status).toBe(429);
  });

  it('holds for one address, whether anybody has it or not', async () => {
    await fail(10, 'nobody@musterhaus.example');
    expect((await attempt('Nobody@musterhaus.example', 'wrong')).status).toBe(429);
    expect((await attempt(USER, DEMO_PASSWORD)).status).toBe(201);
  });

  it('is not cleared by a success in between', async () => {
    await fail(9);
    expect((await attempt(USER, DEMO_PASSWORD)).status).toBe(201);
    await fail(1);
    expect((await attempt(USER, DEMO_PASSWORD)).status).toBe(429);
  });

  it('holds across nodes', async () => {
    const other = await createTestApp({ databaseUrl: test.config.databaseUrl, clock: test.clock });
    try {
      await fail(5);
      await fail(5, USER, other.url);
      expect((await attempt(USER, DEMO_PASSWORD)).status).toBe(429);
      expect((await attempt(USER, DEMO_PASSWORD, {}, other.url)).status).toBe(429);
    } finally {
      await other.close();
    }
  });

  it('is not overshot by attempts at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => attempt(USER, 'wrong')));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(30);
  });

  it('is not overshot by attempts on many nodes, which wait for each other in the database', async () => {
    const limits = test.app.get(SignInLimits);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 40 }, () =>
        limits.begin({ email: USER, ip: '192.0.2.17', knownDevice: null }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
  });

  it('does not stop many who sign in rightly at the same time', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => attempt(USER, DEMO_PASSWORD)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(30).fill(201));
    expect(await test.dataSource.query('SELECT * FROM sign_in_failures')).toEqual([]);
  });

  describe('for one network', () => {
    const from = (ip: string) => ({ 'x-forwarded-for': ip });
    const failuresFrom = (network: string, times: number) =>
      test.dataSource.query(
        `INSERT INTO sign_in_failures (email_hash, network, at)
         SELECT sha256(n::text::bytea), $1, $2 FROM generate_series(1, $3::integer) n`,
        [network, test.clock.now(), times],
      );

    it('refuses everybody there after 100 failures, whatever the addresses', async () => {
      await failuresFrom('198.51.100.7', 99);
      expect((await attempt('a@b.example', 'wrong', from('198.51.100.7'))).status).toBe(401);
      const { status, body } = await attempt(USER, DEMO_PASSWORD, from('198.51.100.7'));
      expect(status).toBe(429);
      expect(body.retryAfterSeconds).toBeGreaterThan(14 * 60);
      expect((await attempt(USER, DEMO_PASSWORD, from('198.51.100.8'))).status).toBe(201);
    });

    it('takes an IPv6 /64 for one network', async () => {
      await failuresFrom('2001:db8:7:7::/64', 100);
      expect((await attempt(USER, DEMO_PASSWORD, from('2001:db8:7:7::1'))).status).toBe(429);
      expect((await attempt(USER, DEMO_PASSWORD, from('2001:db8:7:7:9:9:9:9'))).status).toBe(429);
      expect((await attempt(USER, DEMO_PASSWORD, from('2001:db8:7:8::1'))).status).toBe(201);
    });
  });

  it('keeps attempts that are over it away from the others: they take no slot', async () => {
    await fail(10);
    const begin = jest.spyOn(test.app.get(SignInLimits), 'begin');
    const answers = await Promise.all(Array.from({ length: 20 }, () => attempt(USER, 'wrong')));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(429));
    expect(begin).not.toHaveBeenCalled();
  });

  it('counts nobody who has left before it was their turn', async () => {
    const verify = jest.spyOn(test.app.get(PasswordHasher), 'verify');
    const { promise: held, resolve: release } = deferred<boolean>();
    const running = deferred();
    verify.mockImplementation(() => {
      if (verify.mock.calls.length === 4) running.resolve();
      return held;
    });
    const claims = jest.spyOn(test.app.get(Credentials), 'verify');
    const busy = Array.from({ length: 4 }, () => attempt(USER, 'wrong'));
    await running.promise;
    expect(claims.mock.lastCall?.[0].signal).toBeInstanceOf(AbortSignal);
    const limits = test.app.get(SignInLimits);
    const check = limits.check.bind(limits);
    const checked = deferred();
    jest.spyOn(limits, 'check').mockImplementationOnce(async (guess) => {
      await check(guess);
      checked.resolve();
    });
    const caller = new AbortController();
    const left = test.app.get(Credentials).verify({
      email: USER,
      password: 'wrong',
      ip: '127.0.0.1',
      deviceCookie: undefined,
      signal: caller.signal,
      purpose: 'sign_in',
    });
    const refused = expect(left).rejects.toMatchObject({ options: { reason: 'caller_gone' } });
    await checked.promise;
    caller.abort();
    await refused;
    release(false);
    expect((await Promise.all(busy)).map(({ status }) => status)).toEqual(Array(4).fill(401));
    expect(verify).toHaveBeenCalledTimes(4);
    expect(await test.dataSource.query('SELECT id FROM sign_in_failures')).toHaveLength(4);
  });

  it('keeps no e-mail address in the clear', async () => {
    await fail(1);
    const [row] = await test.dataSource.query('SELECT * FROM sign_in_failures');
    expect(row.email_hash).toHaveLength(32);
    expect(JSON.stringify(row)).not.toContain('musterhaus');
  });
});

import { type Answer, call, cookieOf, type HouseBody, PortalUser } from '@flixcheck/test-harness';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import { ConnectionsService } from '../connections/connections.service.js';
import { DEMO_PASSWORD } from '../database/demo-data.js';
import { AccessTokens } from '../oauth-tokens/access-tokens.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { PasswordPolicy } from '../users/password-policy.js';

const EMAIL = 'user@musterhaus.example';
const ME = '/user/v7/users/me';
const NEW_PASSWORD = 'drei-blaue-elefanten';
let test: TestApp;
let user: PortalUser;
let originalHash: string;

beforeAll(async () => {
  test = await createTestApp();
  const [row] = await test.dataSource.query('SELECT password_hash FROM users WHERE email = $1', [
    EMAIL,
  ]);
  originalHash = row.password_hash;
});
afterAll(() => test.close());
afterEach(() => {
  jest.restoreAllMocks();
});
beforeEach(async () => {
  await test.dataSource.query('UPDATE users SET password_hash = $2 WHERE email = $1', [
    EMAIL,
    originalHash,
  ]);
  await test.dataSource.query('DELETE FROM sign_in_failures');
  user = await PortalUser.signIn(test.url);
});

async function connect(): Promise<{ id: string; grantedAt: Date; token: string }> {
  const [client] = await test.dataSource.query(
    `SELECT id FROM oauth_clients WHERE client_id = 'maklerwelt-crm'`,
  );
  const at = test.clock.now();
  const { id, grantedAt } = await test.dataSource.transaction((tx) =>
    test.app.get(ConnectionsService).consent(tx, {
      oauthClientId: client.id,
      userId: user.id,
      accountId: user.accountId,
      scope: 'readwrite',
      at,
    }),
  );
  const { accessToken } = test.app.get(AccessTokens).issue(
    {
      userId: user.id,
      accountId: user.accountId,
      clientId: 'maklerwelt-crm',
      connectionId: id,
      familyId: id,
      scope: 'read',
    },
    at,
  );
  return { id, grantedAt, token: accessToken };
}

/** What a browser sends after this answer. */
const withCookieOf = (answer: Answer<HouseBody>) => ({ cookie: cookieOf(answer) });

const withToken = (token: string) =>
  call(test.url, 'GET', ME, { headers: { authorization: `Bearer ${token}` } });

describe('the user that the caller acts as', () => {
  it('is described to a session', async () => {
    const { status, body } = await user.call('GET', ME);
    expect(status).toBe(200);
    expect(body.resource).toEqual({
      id: user.id,
      email: EMAIL,
      firstName: expect.any(String),
      lastName: expect.any(String),
      role: 'member',
      locale: 'de',
      account: { id: user.accountId, name: 'Musterhaus Versicherungsmakler GmbH' },
    });
  });

  it('is described to a bearer with the connection, in the scope of the token', async () => {
    const { id, grantedAt, token } = await connect();
    const { status, body } = await withToken(token);
    expect(status).toBe(200);
    expect(body.resource).toMatchObject({ id: user.id, email: EMAIL });
    expect(body.resource.connection).toEqual({
      id,
      scope: 'read',
      grantedAt: grantedAt.toISOString(),
    });
  });
});

describe('changing the password', () => {
  const change = (resource: object, who = user) => who.call('POST', `${ME}/password`, { resource });
  const canSignIn = async (password: string) => {
    const resource = { email: EMAIL, password };
    return (await call(test.url, 'POST', '/guest/v7/sessions', { resource })).status;
  };

  it('takes effect at once, ends all other sessions and leaves this browser signed in', async () => {
    const phone = await PortalUser.signIn(test.url);
    const colleague = await PortalUser.signIn(test.url, 'admin@musterhaus.example');
    const answer = await change({ currentPassword: DEMO_PASSWORD, newPassword: NEW_PASSWORD });
    expect(answer.status).toBe(204);
    expect((await call(test.url, 'GET', ME, { headers: withCookieOf(answer) })).status).toBe(200);
    expect((await phone.call('GET', ME)).status).toBe(401);
    expect((await colleague.call('GET', ME)).status).toBe(200);
    expect(await canSignIn(DEMO_PASSWORD)).toBe(401);
    expect(await canSignIn(NEW_PASSWORD)).toBe(201);
  });

  it('gives this session a new id, and the cookie that it was done with is dead', async () => {
    const answer = await change({ currentPassword: DEMO_PASSWORD, newPassword: NEW_PASSWORD });
    expect((await user.call('GET', ME)).status).toBe(401);
    const [cookie, ...more] = answer.headers['set-cookie'] ?? [];
    expect(more).toEqual([]);
    expect(cookie).toMatch(/^session=[A-Za-z0-9_-]{43}; .*HttpOnly/);
    const { body } = await call(test.url, 'GET', '/user/v7/sessions', {
      headers: withCookieOf(answer),
    });
    expect(body.resources).toEqual([
      expect.objectContaining({ id: expect.not.stringMatching(user.sessionId), current: true }),
    ]);
  });

  it('changes nothing once the session has been ended from elsewhere', async () => {
    const hash = jest.spyOn(test.app.get(PasswordHasher), 'hash');
    const phone = await PortalUser.signIn(test.url);
    hash.mockImplementationOnce(async () => {
      await phone.call('DELETE', `/user/v7/sessions/${user.sessionId}`);
      return originalHash;
    });
    const answer = await change({ currentPassword: DEMO_PASSWORD, newPassword: NEW_PASSWORD });
    expect([answer.status, answer.body.code]).toEqual([401, 'session_required']);
    expect(answer.headers).not.toHaveProperty('set-cookie');
    expect((await phone.call('GET', ME)).status).toBe(200);
    expect(await canSignIn(DEMO_PASSWORD)).toBe(201);
  });

  it('leaves the connections, unless the user wants them gone too', async () => {
    const { id, token } = await connect();
    await change({ currentPassword: DEMO_PASSWORD, newPassword: NEW_PASSWORD });
    expect((await withToken(token)).status).toBe(200);
    await change(
      {
        currentPassword: NEW_PASSWORD,
        newPassword: 'vier-gelbe-elefanten',
        revokeConnections: true,
      },
      await PortalUser.signIn(test.url, EMAIL, NEW_PASSWORD),
    );
    expect((await withToken(token)).status).toBe(401);
    const [row] = await test.dataSource.query(
      'SELECT revocation_reason, revoked_by FROM current_connections WHERE id = $1',
      [id],
    );
    expect(row).toEqual({ revocation_reason: 'password_changed', revoked_by: user.id });
    const records = await test.dataSource.query(
      `SELECT actor_id, detail FROM audit_records
        WHERE action = 'connections_revoked' AND subject_id = $1`,
      [user.id],
    );
    expect(records).toEqual([
      { actor_id: user.id, detail: { connections: 1, reason: 'password_changed' } },
    ]);
  });

  it('leaves an audit record', async () => {
    await change({ currentPassword: DEMO_PASSWORD, newPassword: NEW_PASSWORD });
    const records = await test.dataSource.query(
      `SELECT actor_id, subject_id, detail FROM audit_records
       WHERE action = 'password_changed' ORDER BY id DESC LIMIT 1`,
    );
    expect(records).toEqual([
      {
        actor_id: user.id,
        subject_id: user.id,
        detail: { revokeConnections: false, sessionId: expect.any(String), ip: '127.0.0.1' },
      },
    ]);
  });

  it('refuses a wrong current password, and changes nothing', async () => {
    const answer = await change({ currentPassword: 'wrong', newPassword: NEW_PASSWORD });
    expect(answer.status).toBe(400);
    expect(answer.body.code).toBe('validation_failed');
    expect(answer.body.errors).toEqual([
      expect.objectContaining({ field: 'currentPassword', code: 'wrong_password' }),
    ]);
    expect(await canSignIn(DEMO_PASSWORD)).toBe(201);
  });

  it('counts a wrong current password as a failure to sign in', async () => {
    const attempt = (currentPassword: string) =>
      user.call('POST', `${ME}/password`, {
        headers: { cookie: user.sessionCookie },
        resource: { currentPassword, newPassword: NEW_PASSWORD },
      });
    for (let n = 0; n < 10; n++) expect((await attempt('wrong')).status).toBe(400);
    const limited = await attempt(DEMO_PASSWORD);
    expect(limited.status).toBe(429);
    expect(limited.headers['retry-after']).toBeDefined();
    expect(await canSignIn(DEMO_PASSWORD)).toBe(429);
  });

  it.each([
    ['shorter than 12 characters', 'elf-zeichen', 'min_length'],
    ['longer than 200 characters', 'x'.repeat(201), 'max_length'],
    ['the current one', DEMO_PASSWORD, 'same_as_current'],
    ['the e-mail address', EMAIL.toUpperCase(), 'same_as_email'],
    ['one character all along', 'aaaaaaaaaaaa', 'too_common'],
    ['a common one', 'passwort1234', 'too_common'],
    ['the company’s name', 'Musterhaus-2026', 'too_common'],
  ])('refuses a new password that is %s', async (_, newPassword, code) => {
    const { status, body } = await change({ currentPassword: DEMO_PASSWORD, newPassword });
    expect(status).toBe(400);
    expect(body.errors).toEqual([expect.objectContaining({ field: 'newPassword', code })]);
  });

  it('takes 12 and 200 characters, and counts characters, not bytes', async () => {
    const longest = 'drei-blaue-elefanten-übe'.repeat(9).slice(0, 200);
    expect(
      (await change({ currentPassword: DEMO_PASSWORD, newPassword: 'zwölf-🐘-mal' })).status,
    ).toBe(400);
    expect(
      (await change({ currentPassword: DEMO_PASSWORD, newPassword: 'zwölf-🐘-male' })).status,
    ).toBe(204);
    const again = await PortalUser.signIn(test.url, EMAIL, 'zwölf-🐘-male');
    expect(
      (await change({ currentPassword: 'zwölf-🐘-male', newPassword: longest }, again)).status,
    ).toBe(204);
    expect(await canSignIn(longest)).toBe(201);
  });

  it('that is refused only as too weak is no failed guess at the current one', async () => {
    await change({ currentPassword: DEMO_PASSWORD, newPassword: 'passwort1234' });
    expect(await test.dataSource.query('SELECT id FROM sign_in_failures')).toEqual([]);
  });

  it('advice on many passwords at a time holds up nobody’s change: a few wait, the others are 503', async () => {
    let release: (judgement: { level: 3; weakness: null }) => void = () => undefined;
    const held = new Promise<{ level: 3; weakness: null }>((resolve) => (release = resolve));
    const judged = jest.spyOn(test.app.get(PasswordPolicy), 'assess').mockReturnValue(held);
    const ask = () =>
      user.call('POST', '/user/v7/users/me/password-strength', {
        resource: { password: 'acht-gruene-elefanten' },
      });
    try {
      const asked = Array.from({ length: 6 }, ask);
      const refused = await Promise.race(asked);
      expect(refused).toMatchObject({ status: 503, body: { code: 'service_unavailable' } });
      expect(refused.headers['retry-after']).toBe('2');
      expect(judged).toHaveBeenCalledTimes(1);
      release({ level: 3, weakness: null });
      const statuses = (await Promise.all(asked)).map(({ status }) => status);
      expect(statuses.filter((status) => status === 200)).toHaveLength(5);
    } finally {
      judged.mockRestore();
    }
  });

  it('judges no new password for somebody who is over the limit on guessing', async () => {
    const assess = jest.spyOn(test.app.get(PasswordPolicy), 'assess');
    for (let n = 0; n < 10; n++)
      await change({ currentPassword: 'wrong', newPassword: NEW_PASSWORD });
    const limited = await change({ currentPassword: 'wrong', newPassword: NEW_PASSWORD });
    expect([limited.status, assess.mock.calls.length]).toEqual([429, 0]);
  });

  it('at the same time from two devices succeeds once', async () => {
    const phone = await PortalUser.signIn(test.url);
    const answers = await Promise.all([
      change({ currentPassword: DEMO_PASSWORD, newPassword: 'vom-schreibtisch' }),
      change({ currentPassword: DEMO_PASSWORD, newPassword: 'vom-telefon-aus' }, phone),
    ]);
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 204)).toHaveLength(1);
    // The other one lost its session, or finds that the current password is another.
    expect(statuses.some((status) => status === 400 || status === 401)).toBe(true);
  });

  it('lets nobody in who gave the old password a moment before', async () => {
    const [changed] = await Promise.all([
      change({ currentPassword: DEMO_PASSWORD, newPassword: NEW_PASSWORD }),
      ...Array.from({ length: 8 }, () => canSignIn(DEMO_PASSWORD)),
    ]);
    expect(changed.status).toBe(204);
    const headers = withCookieOf(changed);
    const { body } = await call(test.url, 'GET', '/user/v7/sessions', { headers });
    expect(body.resources).toEqual([expect.objectContaining({ current: true })]);
  });
});

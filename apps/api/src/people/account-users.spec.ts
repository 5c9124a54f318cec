import { call, eventually, PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ConnectionsService } from '../connections/connections.service.js';
import { DEMO_PASSWORD } from '../database/demo-data.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { UsersService } from '../users/users.service.js';

const USERS = '/user/v7/users';
const USER = 'user@musterhaus.example';
let test: TestApp;
let admin: PortalUser;
let user: PortalUser;

beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.dataSource.query(`UPDATE users SET status = 'active'`);
  admin = await PortalUser.signIn(test.url, 'admin@musterhaus.example');
  user = await PortalUser.signIn(test.url, USER);
});

const setStatus = (who: PortalUser, id: string, status: unknown) =>
  who.call('PATCH', `${USERS}/${id}`, { resource: { status } });

async function connect(): Promise<string> {
  const [client] = await test.dataSource.query(
    `SELECT id FROM oauth_clients WHERE client_id = 'maklerwelt-crm'`,
  );
  const { id } = await test.dataSource.transaction((tx) =>
    test.app.get(ConnectionsService).consent(tx, {
      oauthClientId: client.id,
      userId: user.id,
      accountId: user.accountId,
      scope: 'read',
      at: test.clock.now(),
    }),
  );
  return id;
}

describe('the account’s users', () => {
  it('are listed for an admin, with their active connections, and nobody else’s', async () => {
    await connect();
    const { status, body } = await admin.call('GET', USERS);
    expect(status).toBe(200);
    expect(
      body.resources.map(({ email, activeConnections }) => [email, activeConnections]),
    ).toEqual(
      expect.arrayContaining([
        ['admin@musterhaus.example', 0],
        [USER, 1],
      ]),
    );
    expect(body.resources).toHaveLength(2);
    expect(body.resources.find(({ email }) => email === USER)).toEqual({
      id: user.id,
      email: USER,
      factorReset: null,
      firstName: expect.any(String),
      lastName: expect.any(String),
      role: 'member',
      status: 'active',
      lastSignInAt: expect.stringMatching(/Z$/),
      createdAt: expect.stringMatching(/Z$/),
      activeConnections: 1,
      secondFactor: false,
      passkey: false,
    });
  });

  it('come in pages', async () => {
    const first = await admin.call('GET', `${USERS}?limit=1`);
    expect(first.body.resources).toHaveLength(1);
    const second = await admin.call('GET', `${USERS}?limit=1&cursor=${first.body.meta.nextCursor}`);
    expect(second.body.meta).toEqual({ total: 2 });
    expect(second.body.resources[0].id).not.toBe(first.body.resources[0].id);
  });

  it.each(['user@musterhaus.example', 'operator@flixcheck.example'])(
    'are none of the business of %s: 403',
    async (email) => {
      const other = await PortalUser.signIn(test.url, email);
      expect((await other.call('GET', USERS)).status).toBe(403);
      expect((await setStatus(other, user.id, 'disabled')).status).toBe(403);
    },
  );

  it.each(['limit=0', 'limit=101', 'limit=x', 'cursor=x', 'page=2'])(
    'refuse the query %s',
    async (query) => {
      expect((await admin.call('GET', `${USERS}?${query}`)).status).toBe(400);
    },
  );
});

describe('one of the account’s users', () => {
  const find = (who: PortalUser, id: string) => who.call('GET', `${USERS}/${id}`);

  it('is shown to an admin as in the list, also once disabled', async () => {
    await setStatus(admin, user.id, 'disabled');
    const { status, body } = await find(admin, user.id);
    const listed = (await admin.call('GET', USERS)).body.resources.find(({ id }) => id === user.id);
    expect([status, body.resource]).toEqual([200, listed]);
    expect(body.resource.status).toBe('disabled');
  });

  it('is 404 where the id is another account’s, nobody’s or malformed', async () => {
    const other = await PortalUser.signIn(test.url, 'admin@beispiel.example');
    for (const id of [other.id, '00000000-0000-4000-8000-000000000000', 'everybody']) {
      const { status, body } = await find(admin, id);
      expect([status, body.code]).toEqual([404, 'not_found']);
    }
  });

  it.each([USER, 'operator@flixcheck.example'])('is 403 for %s, also oneself', async (email) => {
    const other = await PortalUser.signIn(test.url, email);
    expect((await find(other, other.id)).status).toBe(403);
  });
});

describe('disabling a user', () => {
  it('ends the user’s sessions and connections, and sign-in', async () => {
    const connectionId = await connect();
    const { status, body } = await setStatus(admin, user.id, 'disabled');
    expect(status).toBe(200);
    expect(body.resource).toMatchObject({ id: user.id, status: 'disabled', activeConnections: 0 });
    expect((await user.call('GET', '/user/v7/users/me')).status).toBe(401);
    expect(
      await test.dataSource.query('SELECT id FROM sessions WHERE user_id = $1', [user.id]),
    ).toEqual([]);
    // The decision holds at once; the row follows.
    const ended = async () => {
      const [connection] = await test.dataSource.query(
        'SELECT revoked_by, revocation_reason FROM connections WHERE id = $1',
        [connectionId],
      );
      return connection;
    };
    await eventually(async () => (await ended()).revoked_by);
    expect(await ended()).toEqual({ revoked_by: admin.id, revocation_reason: 'user_disabled' });
    const again = await call(test.url, 'POST', '/guest/v7/sessions', {
      resource: { email: USER, password: DEMO_PASSWORD },
    });
    expect(again.status).toBe(401);
  });

  it('can be undone, which brings no session and no connection back', async () => {
    const connectionId = await connect();
    await setStatus(admin, user.id, 'disabled');
    const { body } = await setStatus(admin, user.id, 'active');
    expect(body.resource).toMatchObject({ status: 'active', activeConnections: 0 });
    expect((await user.call('GET', '/user/v7/users/me')).status).toBe(401);
    expect(await test.app.get(ConnectionsService).findRecord(connectionId)).toMatchObject({
      revokedAt: expect.any(Date),
    });
    await PortalUser.signIn(test.url, USER);
  });

  it('leaves an audit record, once', async () => {
    await setStatus(admin, user.id, 'disabled');
    await setStatus(admin, user.id, 'disabled');
    const records = await test.dataSource.query(
      `SELECT actor_id, action FROM audit_records WHERE subject_id = $1 AND action LIKE 'user_%'
       ORDER BY id DESC LIMIT 2`,
      [user.id],
    );
    expect(records[0]).toEqual({ actor_id: admin.id, action: 'user_disabled' });
    expect(records[1]?.action).not.toBe('user_disabled');
  });

  it('records how many connections it ended, and nothing where there were none', async () => {
    const ended = () =>
      test.dataSource.query(
        `SELECT actor_id, subject_id, detail FROM audit_records
          WHERE action = 'connections_revoked' AND subject_id = $1 ORDER BY id`,
        [user.id],
      );
    await connect();
    await setStatus(admin, user.id, 'disabled');
    const records = await ended();
    expect(records.at(-1)).toEqual({
      actor_id: admin.id,
      subject_id: user.id,
      detail: { connections: 1, reason: 'user_disabled' },
    });
    await setStatus(admin, user.id, 'active');
    await setStatus(admin, user.id, 'disabled');
    expect(await ended()).toEqual(records);
  });

  it('is refused for oneself, however the id is spelt: 409 cannot_disable_self', async () => {
    for (const id of [admin.id, admin.id.toUpperCase()]) {
      const { status, body } = await setStatus(admin, id, 'disabled');
      expect([status, body.code]).toEqual([409, 'cannot_disable_self']);
    }
    expect((await admin.call('GET', '/user/v7/users/me')).status).toBe(200);
  });

  it('is 404 for a user of another account, and for a malformed id', async () => {
    const other = await PortalUser.signIn(test.url, 'admin@beispiel.example');
    expect((await setStatus(admin, other.id, 'disabled')).status).toBe(404);
    expect((await other.call('GET', '/user/v7/users/me')).status).toBe(200);
    expect((await setStatus(admin, 'everybody', 'disabled')).status).toBe(404);
  });

  it.each([['removed'], [null], [true], [undefined]])('refuses the status %s', async (status) => {
    expect((await setStatus(admin, user.id, status)).status).toBe(400);
  });

  it('by two admins of each other succeeds for one of them only', async () => {
    await test.dataSource.query(`UPDATE users SET role = 'admin' WHERE id = $1`, [user.id]);
    const users = test.app.get(UsersService);
    const outcomes = await Promise.allSettled([
      users.setStatus(user.id, 'disabled', { userId: admin.id, accountId: admin.accountId }),
      users.setStatus(admin.id, 'disabled', { userId: user.id, accountId: admin.accountId }),
    ]);
    await test.dataSource.query(`UPDATE users SET role = 'member' WHERE id = $1`, [user.id]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('leaves no session of a sign-in at the same time', async () => {
    const resource = { email: USER, password: DEMO_PASSWORD };
    await Promise.all([
      ...Array.from({ length: 8 }, () =>
        call(test.url, 'POST', '/guest/v7/sessions', { resource }),
      ),
      setStatus(admin, user.id, 'disabled'),
    ]);
    expect(
      await test.dataSource.query('SELECT id FROM sessions WHERE user_id = $1', [user.id]),
    ).toEqual([]);
  });
});

describe('the query of the users’ list', () => {
  it.each([
    'sort=age',
    'sort=',
    'sort=name&sort=email',
    `q=${'a'.repeat(101)}`,
    'q=a&q=b',
    'q=%00',
    'cursor=WyJuYW1lIl0',
  ])('is refused: %s', async (query) => {
    const { status, body } = await admin.call('GET', `${USERS}?${query}`);
    expect([status, body.code]).toEqual([400, 'validation_failed']);
  });

  it('cannot take a cursor of another order', async () => {
    const { body: page } = await admin.call('GET', `${USERS}?sort=name&limit=1`);
    const { status, body } = await admin.call(
      'GET',
      `${USERS}?sort=email&cursor=${page.meta.nextCursor}`,
    );
    expect([status, body.errors[0]?.code]).toEqual([400, 'invalid_cursor']);
  });

  it.each([
    [['createdAt', '2026-02-31T00:00:00.000000Z', '0d6c8f3e-0000-4000-8000-000000000000']],
    [['createdAt', 'now', '0d6c8f3e-0000-4000-8000-000000000000']],
    [['createdAt', '2026-02-01T00:00:00.000000Z', "'; DROP TABLE users"]],
    [['name', 'a', '0d6c8f3e-0000-4000-8000-000000000000']],
    [['name', 'a', 'b\0', '0d6c8f3e-0000-4000-8000-000000000000']],
    [['name', 'a', 5, '0d6c8f3e-0000-4000-8000-000000000000']],
  ])('cannot take a cursor that somebody has made up: %j', async (key) => {
    const cursor = Buffer.from(JSON.stringify(key)).toString('base64url');
    const { status } = await admin.call('GET', `${USERS}?sort=${key[0]}&cursor=${cursor}`);
    expect(status).toBe(400);
  });
});

describe('erasing a user', () => {
  it('is 404 for a user of another account, and for a malformed id', async () => {
    const stranger = await PortalUser.signIn(test.url, 'admin@beispiel.example');
    for (const id of [stranger.id, 'made-up']) {
      for (const [method, path] of [
        ['GET', `${USERS}/${id}/erasure`],
        ['DELETE', `${USERS}/${id}/personal-data`],
      ] as const) {
        expect((await admin.call(method, path)).status).toBe(404);
      }
    }
  });

  // The last one: afterwards nobody can sign in as the user.
  it('is for an admin, once the user has been disabled: 204, and 204 again', async () => {
    const path = `${USERS}/${user.id}`;
    const erase = async (who = admin) => (await who.call('DELETE', `${path}/personal-data`)).status;
    expect([await erase(user), await erase()]).toEqual([403, 409]);
    await setStatus(admin, user.id, 'disabled');
    const effect = await admin.call('GET', `${path}/erasure`);
    expect(effect.body.resource).toEqual({
      ...{ deleted: expect.any(Number), connections: expect.any(Number) },
      ...{ checks: expect.any(Number), auditRecords: expect.any(Number) },
    });
    expect([await erase(), await erase()]).toEqual([204, 204]);
    for (const gone of [path, `${path}/erasure`]) {
      expect((await admin.call('GET', gone)).status).toBe(404);
    }
    expect((await setStatus(admin, user.id, 'active')).status).toBe(404);
  });
});

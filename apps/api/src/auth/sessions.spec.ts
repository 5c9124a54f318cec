import { call, PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY, HOUR, MINUTE, SECOND } from '../config/clock.js';
import { recordStatements } from '../testing/statements.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { IN_USE_MS, MAX_SESSIONS } from './sessions.service.js';

const CURRENT = '/user/v7/sessions/current';
const SESSIONS = '/user/v7/sessions';
let test: TestApp;
let user: PortalUser;

beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.dataSource.query('DELETE FROM sessions');
  user = await PortalUser.signIn(test.url);
});

const isAlive = async (who: PortalUser) => (await who.call('GET', CURRENT)).status === 200;

describe('a user', () => {
  it('has 20 sessions, more only while all of them are in use: the one that has gone unused longest ends', async () => {
    const signIn = async () => {
      test.clock.advance(SECOND);
      return PortalUser.signIn(test.url);
    };
    const unused = await signIn();
    test.clock.advance(IN_USE_MS - MINUTE);
    // Older, but in use.
    expect(await isAlive(user)).toBe(true);
    for (let sessions = 2; sessions < MAX_SESSIONS; sessions += 1) await signIn();
    // One too many, but all of them are in use.
    await signIn();
    const { body } = await user.call('GET', `${SESSIONS}?limit=100`);
    expect(body.resources).toHaveLength(MAX_SESSIONS + 1);
    test.clock.advance(MINUTE);
    expect(await isAlive(user)).toBe(true);
    await signIn();
    expect([await isAlive(user), await isAlive(unused)]).toEqual([true, false]);
    const [record] = await test.dataSource.query(
      `SELECT detail FROM audit_records WHERE action = 'session_ended' ORDER BY id DESC LIMIT 1`,
    );
    expect(record.detail).toEqual({ sessionId: unused.sessionId, reason: 'too_many' });
  });
});

describe('a session', () => {
  it('says who it is', async () => {
    const { status, body } = await user.call('GET', CURRENT);
    expect(status).toBe(200);
    expect(body.resource).toMatchObject({
      id: user.sessionId,
      user: { id: user.id, email: 'user@musterhaus.example', role: 'member' },
      account: { id: user.accountId },
    });
  });

  it.each([
    ['none', ''],
    ['one of the wrong shape', 'session=short'],
    ['one that never was', `session=${'A'.repeat(43)}`],
  ])('is 401 session_required with a cookie that is %s', async (_, cookie) => {
    const { status, headers, body } = await call(test.url, 'GET', CURRENT, { headers: { cookie } });
    expect(status).toBe(401);
    expect(body.code).toBe('session_required');
    expect(headers['content-type']).toContain('application/problem+json');
  });

  it('ends after twelve hours without use', async () => {
    test.clock.advance(12 * HOUR - MINUTE);
    expect(await isAlive(user)).toBe(true);
    test.clock.advance(12 * HOUR + SECOND);
    expect(await isAlive(user)).toBe(false);
  });

  it('of an operator ends after one hour without use, after twelve hours at the latest', async () => {
    const operator = await PortalUser.signIn(test.url, 'operator@flixcheck.example');
    for (let hours = 0; hours < 11; hours += 1) {
      test.clock.advance(HOUR - SECOND);
      expect(await isAlive(operator)).toBe(true);
    }
    test.clock.advance(HOUR);
    expect(await isAlive(operator)).toBe(false);
    const later = await PortalUser.signIn(test.url, 'operator@flixcheck.example');
    const { expiresAt, createdAt } = (await later.call('GET', CURRENT)).body.resource;
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(HOUR);
    test.clock.advance(HOUR + SECOND);
    expect(await isAlive(later)).toBe(false);
  });

  it('ends after seven days however much it is used', async () => {
    for (let hours = 0; hours < 7 * 24 - 11; hours += 11) {
      test.clock.advance(11 * HOUR);
      expect(await isAlive(user)).toBe(true);
    }
    test.clock.advance(11 * HOUR);
    expect(await isAlive(user)).toBe(false);
  });

  it('says when it ends if it is not used again, never later than after seven days', async () => {
    const readAt = async () => {
      const { createdAt, expiresAt } = (await user.call('GET', CURRENT)).body.resource;
      return Date.parse(expiresAt) - Date.parse(createdAt);
    };
    expect(await readAt()).toBe(12 * HOUR);
    await test.dataSource.query(`UPDATE sessions SET created_at = $1, expires_at = $2`, [
      new Date(test.clock.now().getTime() - 7 * DAY + HOUR),
      new Date(test.clock.now().getTime() + HOUR),
    ]);
    expect(await readAt()).toBe(7 * DAY);
  });

  it('writes when it was last seen once a minute, not at every request', async () => {
    const lastSeen = async () => {
      await user.call('GET', CURRENT);
      const [row] = await test.dataSource.query('SELECT last_seen_at FROM sessions');
      return row.last_seen_at.getTime();
    };
    const first = await lastSeen();
    expect(await lastSeen()).toBe(first);
    test.clock.advance(MINUTE + SECOND);
    const later = await lastSeen();
    expect(later - first).toBeGreaterThanOrEqual(MINUTE);
    expect(await lastSeen()).toBe(later);
  });

  it('costs a request one statement', async () => {
    const statements = await recordStatements(test.dataSource, () => user.call('GET', SESSIONS));
    expect(statements.filter((sql) => sql.includes('sessions s JOIN'))).toHaveLength(1);
    expect(statements).toHaveLength(2);
  });

  it('stops with its user, from the next request on', async () => {
    await test.dataSource.query(`UPDATE users SET status = 'disabled' WHERE id = $1`, [user.id]);
    expect(await isAlive(user)).toBe(false);
    await test.dataSource.query(`UPDATE users SET status = 'active' WHERE id = $1`, [user.id]);
  });
});

describe('signing out', () => {
  it('ends the session and clears the cookie', async () => {
    const { status, headers } = await user.call('DELETE', CURRENT);
    expect(status).toBe(204);
    expect(headers['set-cookie']?.[0]).toMatch(/^session=; .*(Max-Age=0|1970)/);
    expect(await isAlive(user)).toBe(false);
    expect((await user.call('DELETE', CURRENT)).status).toBe(401);
  });
});

describe('my devices', () => {
  it('are listed with where and when, and which one this is', async () => {
    const phone = await PortalUser.signIn(test.url);
    const { body } = await user.call('GET', SESSIONS);
    expect(body.resources.map(({ id, current }) => [id, current])).toEqual([
      [phone.sessionId, false],
      [user.sessionId, true],
    ]);
    expect(body.resources[0]).toEqual({
      id: phone.sessionId,
      current: false,
      createdAt: expect.stringMatching(/Z$/),
      lastSeenAt: expect.stringMatching(/Z$/),
      expiresAt: expect.stringMatching(/Z$/),
      ip: '127.0.0.1',
      userAgent: 'browser of the tests',
      device: { browser: null, system: null, kind: 'unknown' },
    });
    expect(body.meta).toEqual({});
  });

  it('come in pages', async () => {
    for (let n = 0; n < 4; n++) await PortalUser.signIn(test.url);
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await user.call('GET', `${SESSIONS}?limit=2${cursor}`);
      seen.push(...body.resources.map(({ id }) => id));
      cursor = body.meta.nextCursor ? `&cursor=${body.meta.nextCursor}` : '';
    } while (cursor);
    expect(new Set(seen).size).toBe(5);
    expect(seen).toHaveLength(5);
  });

  it('do not show sessions that have ended', async () => {
    test.clock.advance(13 * HOUR);
    const now = await PortalUser.signIn(test.url);
    const { body } = await now.call('GET', SESSIONS);
    expect(body.resources.map(({ id }) => id)).toEqual([now.sessionId]);
  });

  it('can be ended one by one', async () => {
    const phone = await PortalUser.signIn(test.url);
    expect((await user.call('DELETE', `${SESSIONS}/${phone.sessionId}`)).status).toBe(204);
    expect(await isAlive(phone)).toBe(false);
    expect(await isAlive(user)).toBe(true);
    expect((await user.call('DELETE', `${SESSIONS}/${phone.sessionId}`)).status).toBe(404);
  });

  it('can all be ended but this one, and nobody else’s', async () => {
    const phone = await PortalUser.signIn(test.url);
    const colleague = await PortalUser.signIn(test.url, 'admin@musterhaus.example');
    expect((await user.call('DELETE', SESSIONS)).status).toBe(204);
    expect(await isAlive(phone)).toBe(false);
    expect(await isAlive(user)).toBe(true);
    expect(await isAlive(colleague)).toBe(true);
  });

  it.each(['user@musterhaus.example', 'admin@beispiel.example'])(
    'are nobody else’s to end: 404 for a session of %s',
    async (email) => {
      const other = await PortalUser.signIn(test.url, email);
      const admin = await PortalUser.signIn(test.url, 'admin@musterhaus.example');
      const { status } = await admin.call('DELETE', `${SESSIONS}/${other.sessionId}`);
      expect(status).toBe(404);
      expect(await isAlive(other)).toBe(true);
    },
  );

  it('answer 404 to a malformed id', async () => {
    expect((await user.call('DELETE', `${SESSIONS}/everything`)).status).toBe(404);
  });
});

import { call, PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { grant } from '../testing/connections.js';
import { demoMails } from '../testing/demo-mails.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';

const USER = 'user@musterhaus.example';

let test: TestApp;
let mails: Awaited<ReturnType<typeof demoMails>>;
let admin: PortalUser;
let user: PortalUser;
beforeAll(async () => {
  test = await createTestApp({ env: { DEMO_DATA: 'on' } });
  mails = await demoMails(test);
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.dataSource.query(`UPDATE users SET status = 'active'`);
  await test.dataSource.query('DELETE FROM sessions');
  await mails.forget();
  admin = await PortalUser.signIn(test.url, 'admin@musterhaus.example');
  user = await PortalUser.signIn(test.url, USER);
});

const signOut = async (who: PortalUser, id: string) => {
  const { status, body } = await who.call('DELETE', `/user/v7/users/${id}/sessions`);
  return [status, status === 200 ? body.resource.ended : body.code];
};
const alive = async (who: PortalUser) => (await who.call('GET', '/user/v7/users/me')).status;
const audited = (): Promise<object[]> =>
  test.dataSource.query(
    `SELECT actor_id, action, detail - 'sessionId' AS detail FROM audit_records
      WHERE subject_id = $1 AND action IN ('session_ended', 'user_signed_out')
        AND at >= (SELECT min(created_at) FROM sessions WHERE user_id = $2) ORDER BY id`,
    [user.id, admin.id],
  );

describe('an admin signs somebody out', () => {
  it('on every device at once, while others stay signed in', async () => {
    const phone = await PortalUser.signIn(test.url, USER);
    const stranger = await PortalUser.signIn(test.url, 'admin@beispiel.example');
    expect(await signOut(admin, user.id.toUpperCase())).toEqual([200, 2]);
    expect([await alive(user), await alive(phone)]).toEqual([401, 401]);
    expect([await alive(admin), await alive(stranger)]).toEqual([200, 200]);
  });

  it('who may sign in again at once, and whose connections stay', async () => {
    const { id } = await grant(test, user);
    expect(await signOut(admin, user.id)).toEqual([200, 1]);
    user = await PortalUser.signIn(test.url, USER);
    const { body } = await user.call('GET', `/user/v7/connections/${id}`);
    expect(body.resource.status).toBe('active');
  });

  it('who is told by mail by whom, with an audit record that says how many', async () => {
    expect(await signOut(admin, user.id)).toEqual([200, 1]);
    expect((await mails.next(USER, /überall/)).text).toContain('Admin Musterhaus');
    expect(await audited()).toEqual([
      { actor_id: admin.id, action: 'session_ended', detail: { reason: 'by_admin' } },
      { actor_id: admin.id, action: 'user_signed_out', detail: { count: 1 } },
    ]);
  });

  it('again, or somebody who is not signed in: 0, without mail and record', async () => {
    await signOut(admin, user.id);
    const before = await audited();
    expect(await signOut(admin, user.id)).toEqual([200, 0]);
    expect(await audited()).toEqual(before);
    const [{ count }] = await test.dataSource.query(
      `SELECT count(*)::int AS count FROM mails WHERE kind = 'signed-out' AND user_id = $1
          AND created_at >= (SELECT min(created_at) FROM sessions)`,
      [user.id],
    );
    expect(count).toBe(1);
  });

  it('counting no session that has ended by itself', async () => {
    await PortalUser.signIn(test.url, USER);
    await test.dataSource.query(
      `UPDATE sessions SET expires_at = now() - interval '1 minute'
        WHERE id = (SELECT id FROM sessions WHERE user_id = $1 LIMIT 1)`,
      [user.id],
    );
    expect(await signOut(admin, user.id)).toEqual([200, 1]);
  });

  it('but not themselves', async () => {
    expect(await signOut(admin, admin.id)).toEqual([409, 'conflict']);
    expect(await alive(admin)).toBe(200);
  });

  it('of their own account only: 404, also for an erased, an unknown and a malformed id', async () => {
    const other = await PortalUser.signIn(test.url, 'admin@beispiel.example');
    expect(await signOut(other, user.id)).toEqual([404, 'not_found']);
    for (const id of [randomUUID(), 'x']) {
      expect(await signOut(admin, id)).toEqual([404, 'not_found']);
    }
    await test.dataSource.query(
      `UPDATE users SET erased_at = now(), status = 'disabled' WHERE id = $1`,
      [user.id],
    );
    expect(await signOut(admin, user.id)).toEqual([404, 'not_found']);
    await test.dataSource.query('UPDATE users SET erased_at = NULL WHERE id = $1', [user.id]);
  });

  it.each(['user@musterhaus.example', 'operator@flixcheck.example'])(
    'which is 403 for %s',
    async (email) => {
      const who = await PortalUser.signIn(test.url, email);
      expect(await signOut(who, user.id)).toEqual([403, 'forbidden']);
      expect(await alive(user)).toBe(200);
    },
  );

  it('which is 401 without a session', async () => {
    const path = `/user/v7/users/${user.id}/sessions`;
    expect((await call(test.url, 'DELETE', path)).status).toBe(401);
  });
});

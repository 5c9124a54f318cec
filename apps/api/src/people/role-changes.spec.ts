import { PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { demoMails } from '../testing/demo-mails.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';

const USERS = '/user/v7/users';
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
  await test.dataSource.query(
    `UPDATE users SET status = 'active',
       role = CASE WHEN email LIKE 'operator@%' THEN 'operator'
                   WHEN email LIKE 'admin@%' THEN 'admin' ELSE 'member' END`,
  );
  await mails.forget();
  admin = await PortalUser.signIn(test.url, 'admin@musterhaus.example');
  user = await PortalUser.signIn(test.url, USER);
});

const setRole = (who: PortalUser, id: string, role: unknown) =>
  who.call('PATCH', `${USERS}/${id}`, { resource: { role } });
const makeAdmin = async () => {
  expect((await setRole(admin, user.id, 'admin')).status).toBe(200);
  user = await PortalUser.signIn(test.url, USER);
};
const roleOf = async (id: string) => {
  const [row] = await test.dataSource.query('SELECT role FROM users WHERE id = $1', [id]);
  return row.role;
};
const refused = ({ status, body }: Awaited<ReturnType<typeof setRole>>) => [status, body.code];

describe('an admin changes the role of a user', () => {
  it('who has its rights with the next sign-in, and no session from before', async () => {
    const { body } = await setRole(admin, user.id, 'admin');
    expect(body.resource).toMatchObject({ id: user.id, role: 'admin' });
    expect((await user.call('GET', '/user/v7/users/me')).status).toBe(401);
    user = await PortalUser.signIn(test.url, USER);
    expect((await user.call('GET', USERS)).status).toBe(200);
    await setRole(admin, user.id, 'member');
    user = await PortalUser.signIn(test.url, USER);
    expect((await user.call('GET', USERS)).status).toBe(403);
  });

  it('who is told by mail, with an audit record', async () => {
    await setRole(admin, user.id, 'admin');
    await mails.next(USER, /Administrator/);
    const [record] = await test.dataSource.query(
      `SELECT actor_id, subject_id, detail FROM audit_records WHERE action = 'role_changed'
        ORDER BY id DESC LIMIT 1`,
    );
    expect(record).toEqual({
      actor_id: admin.id,
      subject_id: user.id,
      detail: { from: 'member', to: 'admin' },
    });
  });

  it('but to the one that the user has, nothing happens', async () => {
    expect((await setRole(admin, user.id, 'member')).status).toBe(200);
    expect((await user.call('GET', '/user/v7/users/me')).status).toBe(200);
  });

  it('hands over: gives the role to somebody, and their own up', async () => {
    await makeAdmin();
    expect((await setRole(admin, admin.id, 'member')).status).toBe(200);
    expect((await admin.call('GET', '/user/v7/users/me')).status).toBe(401);
    expect(await roleOf(admin.id)).toBe('member');
  });

  it('of their own account only', async () => {
    const other = await PortalUser.signIn(test.url, 'admin@beispiel.example');
    expect(refused(await setRole(other, user.id, 'admin'))).toEqual([404, 'not_found']);
  });

  it('never to operator, and never that of an operator', async () => {
    expect(refused(await setRole(admin, user.id, 'operator'))).toEqual([400, 'validation_failed']);
    await test.dataSource.query(`UPDATE users SET role = 'operator' WHERE id = $1`, [user.id]);
    expect(refused(await setRole(admin, user.id, 'member'))).toEqual([409, 'conflict']);
  });

  it('or the status, one at a time', async () => {
    for (const resource of [{}, { role: 'admin', status: 'active' }]) {
      const answer = await admin.call('PATCH', `${USERS}/${user.id}`, { resource });
      expect(refused(answer)).toEqual([400, 'validation_failed']);
    }
    expect(await roleOf(user.id)).toBe('member');
  });
});

describe('an account cannot lose its last admin', () => {
  const admins = async () => {
    const [row] = await test.dataSource.query(
      `SELECT count(*)::int AS count FROM users
        WHERE account_id = $1 AND role = 'admin' AND status = 'active'`,
      [admin.accountId],
    );
    return row.count;
  };

  it('who gives up the role: 409 with what to do', async () => {
    const answer = await setRole(admin, admin.id, 'member');
    expect(refused(answer)).toEqual([409, 'last_admin']);
    expect(answer.body.detail).toContain('another');
    expect((await admin.call('GET', '/user/v7/users/me')).status).toBe(200);
  });

  it('and one who is disabled does not count', async () => {
    await makeAdmin();
    await admin.call('PATCH', `${USERS}/${user.id}`, { resource: { status: 'disabled' } });
    expect(refused(await setRole(admin, admin.id, 'member'))).toEqual([409, 'last_admin']);
  });

  it.each<[string, (who: PortalUser, other: PortalUser) => ReturnType<typeof setRole>]>([
    ['who demote each other', (who, other) => setRole(who, other.id, 'member')],
    ['who give up the role', (who) => setRole(who, who.id, 'member')],
    [
      'one of whom disables the other who demotes them',
      (who, other) =>
        who === admin
          ? who.call('PATCH', `${USERS}/${other.id}`, { resource: { status: 'disabled' } })
          : setRole(who, other.id, 'member'),
    ],
  ])('to two admins at once %s', async (_, act) => {
    for (let round = 0; round < 3; round += 1) {
      await test.dataSource.query(
        `UPDATE users SET status = 'active', role = 'admin' WHERE id = ANY ($1)`,
        [[admin.id, user.id]],
      );
      admin = await PortalUser.signIn(test.url, 'admin@musterhaus.example');
      user = await PortalUser.signIn(test.url, USER);
      const answers = await Promise.all([act(admin, user), act(user, admin)]);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(await admins()).toBe(1);
    }
  });
});

import { call, PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { demoMails } from '../testing/demo-mails.js';
import {
  INVITATIONS,
  invite,
  invited,
  invitedPerson,
  NEW_COLLEAGUE,
} from '../testing/invitations.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { PasswordHasher } from '../users/password-hasher.js';

let test: TestApp;
let mails: Awaited<ReturnType<typeof demoMails>>;
let person: ReturnType<typeof invitedPerson>;
let admin: PortalUser;
beforeAll(async () => {
  test = await createTestApp({ env: { DEMO_DATA: 'on' } });
  mails = await demoMails(test);
  person = invitedPerson(test, mails);
  admin = await PortalUser.signIn(test.url, 'admin@musterhaus.example');
});
afterAll(() => test.close());
beforeEach(async () => {
  for (const table of ['invitations', 'invitation_mails']) {
    await test.dataSource.query(`DELETE FROM ${table}`);
  }
  // Whom an audit record names cannot be deleted.
  await test.dataSource.query(`UPDATE users SET email = id || '@gone.example' WHERE email = $1`, [
    NEW_COLLEAGUE,
  ]);
  await mails.forget();
});

const link = async (more: Record<string, unknown> = {}): Promise<string> => {
  await invite(admin, invited(more));
  return person.token();
};
const errorOf = ({ status, body }: Awaited<ReturnType<typeof person.accept>>) => [
  status,
  body.errors[0]?.field,
  body.errors[0]?.code,
];

describe('who opens an invitation', () => {
  it('sees the company, who invited them and what for', async () => {
    const token = await link({ firstName: 'Nora', role: 'admin' });
    const { body } = await person.lookUp(token);
    expect(body.resource).toEqual({
      ...{ email: NEW_COLLEAGUE, firstName: 'Nora', lastName: '', role: 'admin', locale: 'de' },
      company: expect.stringContaining('Musterhaus'),
      application: null,
      inviter: 'Admin Musterhaus',
      expiresAt: expect.any(String),
    });
  });

  it('with a made-up link sees nothing', async () => {
    expect(errorOf(await person.lookUp('made-up'))).toEqual([400, 'token', 'link_invalid']);
  });
});

describe('who accepts an invitation', () => {
  it('is a user of that company with that role, and signed in', async () => {
    const { status, headers, body } = await person.accept(await link({ role: 'admin' }));
    expect([status, body.resource]).toMatchObject([
      201,
      {
        user: { email: NEW_COLLEAGUE, firstName: 'Nora', lastName: 'Neu', role: 'admin' },
        account: { id: admin.accountId },
      },
    ]);
    const cookie = headers['set-cookie']?.[0]?.split(';', 1)[0] ?? '';
    const me = await call(test.url, 'GET', '/user/v7/users/me', { headers: { cookie } });
    expect([me.status, me.body.resource.email]).toEqual([200, NEW_COLLEAGUE]);
    expect((await admin.call('GET', INVITATIONS)).body.resources).toEqual([]);
    await PortalUser.signIn(test.url, NEW_COLLEAGUE, 'drei-blaue-elefanten');
  });

  it('leaves audit records: who was invited by whom, and has signed in', async () => {
    const { body } = await person.accept(await link());
    const { id } = body.resource.user;
    const records = await test.dataSource.query(
      `SELECT action, actor_id, detail FROM audit_records WHERE subject_id = $1 ORDER BY id`,
      [id],
    );
    expect(records).toMatchObject([
      { action: 'user_created', actor_id: admin.id, detail: { role: 'member' } },
      { action: 'invitation_accepted', actor_id: id, detail: { ip: '127.0.0.1' } },
      { action: 'signed_in', actor_id: id },
    ]);
  });

  it('ends the session that the browser had before', async () => {
    const before = await PortalUser.signIn(test.url);
    const token = await link();
    expect((await person.accept(token, {}, { cookie: before.cookie })).status).toBe(201);
    expect((await before.call('GET', '/user/v7/users/me')).status).toBe(401);
  });

  it('can do so once, also when it happens twice at the same time', async () => {
    const token = await link();
    const answers = await Promise.all([person.accept(token), person.accept(token)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 400]);
    expect(errorOf(await person.accept(token))).toEqual([400, 'token', 'link_invalid']);
  });

  it('does not use it up with a password or a name that is refused', async () => {
    const token = await link();
    for (const [wrong, field, code] of [
      [{ password: 'kurz' }, 'password', 'min_length'],
      [{ password: 'passwort1234' }, 'password', 'too_common'],
      [{ password: 'Musterhaus-2026' }, 'password', 'too_common'],
      [{ firstName: ' ' }, 'firstName', 'display_text'],
    ] as const) {
      expect(errorOf(await person.accept(token, wrong))).toEqual([400, field, code]);
    }
    expect((await person.accept(token)).status).toBe(201);
  });

  it('stays outside if who invited them is shut out just then', async () => {
    const token = await link();
    const hasher = test.app.get(PasswordHasher);
    const hash = hasher.hash.bind(hasher);
    const setRole = (role: string) =>
      test.dataSource.query('UPDATE users SET role = $2 WHERE id = $1', [admin.id, role]);
    // Between the first look at the invitation and its use.
    jest.spyOn(hasher, 'hash').mockImplementationOnce(async (password) => {
      await setRole('member');
      return hash(password);
    });
    try {
      expect(errorOf(await person.accept(token))).toEqual([400, 'token', 'link_invalid']);
    } finally {
      await setRole('admin');
    }
    expect((await person.accept(token)).status).toBe(201);
  });

  it('is told where the address has got an account in the meantime', async () => {
    const token = await link();
    await test.dataSource.query(
      `INSERT INTO users SELECT gen_random_uuid(), account_id, $1, first_name, last_name, role,
         locale, status, password_hash, NULL, created_at, updated_at
       FROM users WHERE email = 'admin@beispiel.example'`,
      [NEW_COLLEAGUE],
    );
    expect(errorOf(await person.lookUp(token))).toEqual([400, 'token', 'address_taken']);
    expect(errorOf(await person.accept(token))).toEqual([400, 'token', 'address_taken']);
  });

  it.each([`status = 'disabled'`, `role = 'member'`])(
    'cannot where who invited them is no admin any more: %s',
    async (change) => {
      const token = await link({ role: 'admin' });
      const set = (what: string) =>
        test.dataSource.query(`UPDATE users SET ${what} WHERE id = $1`, [admin.id]);
      await set(change);
      const answers = [errorOf(await person.lookUp(token)), errorOf(await person.accept(token))];
      await set(`status = 'active', role = 'admin'`);
      expect(answers).toEqual(Array(2).fill([400, 'token', 'link_invalid']));
    },
  );

  it('cannot be made to from another site', async () => {
    const answer = await person.accept(await link(), {}, { origin: 'https://evil.example' });
    expect([answer.status, answer.body.code]).toEqual([403, 'origin_refused']);
  });
});

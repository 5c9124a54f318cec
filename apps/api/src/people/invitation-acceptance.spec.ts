import { call, eventually, PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { MINUTE } from '../config/clock.js';
import { demoMails } from '../testing/demo-mails.js';
import {
  INVITATIONS,
  invite,
  invited,
  invitedPerson,
  NEW_COLLEAGUE,
} from '../testing/invitations.js';
import { Authenticator } from '../testing/authenticator.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { PasswordHasher } from '../users/password-hasher.js';

const ORIGIN = 'http://localhost:3000';

let test: TestApp;
let mails: Awaited<ReturnType<typeof demoMails>>;
let person: ReturnType<typeof invitedPerson>;
let admin: PortalUser;
beforeAll(async () => {
  test = await createTestApp({ env: { DEMO_DATA: 'on', PUBLIC_URL: ORIGIN } });
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

describe('who accepts an invitation with a passkey', () => {
  const NAMES = { firstName: 'Nora', lastName: 'Neu' };
  const options = async (token: string) => {
    const { status, body } = await call(
      test.url,
      'POST',
      '/guest/v7/invitations/passkey-challenges',
      { resource: { token, ...NAMES } },
    );
    return status === 201 ? body.resource.publicKey : body.errors[0]?.code;
  };
  const present = async (device: Authenticator) => {
    const path = '/guest/v7/sessions';
    const { body } = await call(test.url, 'POST', `${path}/passkey-challenges`);
    const credential = device.get(body.resource.publicKey);
    return call(test.url, 'POST', `${path}/passkeys`, { resource: { credential } });
  };

  it('has no password, is signed in, and signs in with it again', async () => {
    const token = await link();
    const device = new Authenticator(ORIGIN);
    const made = await options(token);
    expect(made.user).toMatchObject({ name: NEW_COLLEAGUE, displayName: 'Nora Neu' });
    const answer = await person.accept(
      token,
      { password: undefined, credential: device.create(made) },
      { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0' },
    );
    expect([answer.status, answer.body.resource.user.firstName]).toEqual([201, 'Nora']);
    const { id } = answer.body.resource.user;
    expect(Buffer.from(made.user.id, 'base64url').toString()).toBe(id);
    expect((await present(device)).status).toBe(201);
    const cookie = answer.headers['set-cookie']?.[0]?.split(';', 1)[0] ?? '';
    const listed = await call(test.url, 'GET', '/user/v7/users/me/passkeys', {
      headers: { cookie },
    });
    expect(listed.body.resource.passkeys).toMatchObject([{ name: 'Firefox, Linux' }]);
    const records = await test.dataSource.query(
      'SELECT action FROM audit_records WHERE subject_id = $1 ORDER BY id LIMIT 4',
      [id],
    );
    expect(records.map(({ action }: { action: string }) => action)).toEqual([
      ...['user_created', 'invitation_accepted', 'passkey_added', 'signed_in'],
    ]);
    await mails.next(NEW_COLLEAGUE, /Passkey/);
  });

  it('made for another invitation, or already known, is refused and uses nothing up', async () => {
    const token = await link();
    const other = await options(token);
    const tokens = await test.dataSource.query('SELECT token_hash AS hash FROM invitations');
    expect(tokens).toHaveLength(1);
    const { body } = await admin.call('GET', INVITATIONS);
    await admin.call('POST', `${INVITATIONS}/links`, {
      resource: { invitationId: body.resources[0].id },
    });
    const latest = async () => {
      const { text } = await mails.next(NEW_COLLEAGUE, /Einladung/);
      const found = /\/portal\/invitation#(\S+)/.exec(text)?.[1] ?? '';
      return found === token ? undefined : found;
    };
    const next = (await eventually(latest)) as string;
    const device = new Authenticator(ORIGIN);
    const credential = device.create(other);
    expect(errorOf(await person.accept(next, { password: undefined, credential }))).toEqual([
      ...[400, 'credential', 'not_accepted'],
    ]);
    const own = device.create(await options(next));
    expect((await person.accept(next, { password: undefined, credential: own })).status).toBe(201);
  });

  /** Somebody who has, at the browser in which they did. */
  const joined = async () => {
    const token = await link();
    const device = new Authenticator(ORIGIN);
    const credential = device.create(await options(token));
    const answer = await person.accept(token, { password: undefined, credential });
    let cookie = '';
    const keep = ({ headers }: typeof answer) =>
      (cookie = headers['set-cookie']?.[0]?.split(';', 1)[0] ?? cookie);
    keep(answer);
    const send = async (method: string, path: string, resource?: object) => {
      const sent = await call(test.url, method, path, {
        headers: { cookie },
        ...(resource && { resource }),
      });
      keep(sent);
      return sent;
    };
    return { device, send };
  };
  const PASSKEYS = '/user/v7/users/me/passkeys';
  const PASSWORD = '/user/v7/users/me/password';
  const newPassword = 'sieben-lila-regenschirme';

  it('sets a first password with a fresh proof and without the old one, and keeps the passkey', async () => {
    const { device, send } = await joined();
    const who = async () => (await send('GET', '/user/v7/sessions/current')).body.resource.user;
    expect(await who()).toMatchObject({ passwordMissing: true });
    test.clock.advance(11 * MINUTE);
    const stale = await send('POST', PASSWORD, { newPassword });
    expect([stale.status, stale.body.code]).toEqual([403, 'identity_proof_required']);
    const proofs = '/user/v7/sessions/current/proofs';
    const { body } = await send('POST', `${proofs}/challenges`);
    const credential = device.get(body.resource.publicKey);
    expect((await send('POST', proofs, { credential })).status).toBe(204);
    expect((await send('POST', PASSWORD, { newPassword })).status).toBe(204);
    await mails.next(NEW_COLLEAGUE, /hat jetzt ein Passwort/);
    expect(await who()).not.toHaveProperty('passwordMissing');
    await PortalUser.signIn(test.url, NEW_COLLEAGUE, newPassword);
    expect((await present(device)).status).toBe(201);
    const again = await send('POST', PASSWORD, { newPassword: 'vier-gelbe-elefanten' });
    expect(errorOf(again)).toEqual([400, 'currentPassword', 'required']);
  });

  it('keeps the only passkey as long as there is no password', async () => {
    const { send } = await joined();
    const [only] = (await send('GET', PASSKEYS)).body.resource.passkeys;
    const refused = await send('DELETE', `${PASSKEYS}/${only.id}`);
    expect([refused.status, refused.body.code]).toEqual([409, 'last_passkey']);
    expect((await send('GET', PASSKEYS)).body.resource.passkeys).toHaveLength(1);
    expect((await send('POST', PASSWORD, { newPassword })).status).toBe(204);
    expect((await send('DELETE', `${PASSKEYS}/${only.id}`)).status).toBe(204);
  });

  it('takes neither a made-up link, nor nothing at all', async () => {
    expect(await options('made-up')).toBe('link_invalid');
    const nothing = await person.accept(await link(), { password: undefined });
    expect(errorOf(nothing)[1]).toBe('password');
  });
});

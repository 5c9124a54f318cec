import { call, PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { BackgroundWork } from '../background/background-work.js';
import { DEMO_PASSWORD } from '../database/demo-data.js';
import { grant } from '../testing/connections.js';
import { runBeside } from '../testing/cli.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';

const EMAIL = 'user@musterhaus.example';
const NEW_PASSWORD = 'drei-blaue-elefanten';

/** The program with the demo data; the commands run beside it. */
let api: TestApp;
let user: PortalUser;

beforeAll(async () => {
  api = await createTestApp();
  user = await PortalUser.signIn(api.url, EMAIL);
});
afterAll(() => api.close());

const run = (args: string[], options = {}) => runBeside(api, args, options);
const signInStatus = async (password: string) => {
  const resource = { email: EMAIL, password };
  return (await call(api.url, 'POST', '/guest/v7/sessions', { resource })).status;
};
const sessionStatus = async () => (await user.call('GET', '/user/v7/sessions/current')).status;
const activeConnections = async (): Promise<number> => {
  const again = await PortalUser.signIn(api.url, 'admin@musterhaus.example');
  const { body } = await again.call('GET', '/user/v7/connections?status=active');
  return body.resources.length;
};

describe('users list', () => {
  it('shows everybody with account, role, status and last sign-in', async () => {
    const { out } = await run(['users', 'list']);
    expect(out).toMatch(/^e-mail .* last sign-in +id$/m);
    expect(out).toMatch(
      new RegExp(`^${EMAIL} .*Musterhaus.* member +active +20.*${user.id}$`, 'm'),
    );
    expect(out).toMatch(/^operator@flixcheck\.example .* operator +active +never/m);
  });

  it('shows one account’s', async () => {
    const { json } = await run(['users', 'list', '--account', user.accountId, '--json']);
    expect(json.map(({ email }: { email: string }) => email).sort()).toEqual([
      'admin@musterhaus.example',
      EMAIL,
    ]);
    for (const account of ['x', randomUUID()]) {
      expect((await run(['users', 'list', '--account', account])).error).toContain('The account');
    }
  });

  it('shows no password and no hash', async () => {
    const { out } = await run(['users', 'list', '--json']);
    expect(out).not.toMatch(/password|argon/i);
  });
});

describe('users disable', () => {
  it('asks on a terminal, and elsewhere needs --yes', async () => {
    const unasked = await run(['users', 'disable', EMAIL]);
    expect([unasked.exitCode, unasked.error]).toEqual([1, expect.stringContaining('--yes')]);
    const refused = await run(['users', 'disable', EMAIL], { answer: 'no' });
    expect([refused.exitCode, refused.error]).toEqual([1, expect.stringContaining(EMAIL)]);
    expect(await sessionStatus()).toBe(200);
  });

  it('ends sessions, connections and sign-in on the running program; enable lets the user in again', async () => {
    await grant(api, user);
    expect(await activeConnections()).toBe(1);
    const disabled = await run(['users', 'disable', EMAIL.toUpperCase(), '--yes']);
    expect([disabled.exitCode, disabled.error]).toEqual([0, '']);
    expect(await sessionStatus()).toBe(401);
    expect(await signInStatus(DEMO_PASSWORD)).toBe(401);
    expect(await activeConnections()).toBe(0);
    const { json } = await run(['users', 'enable', user.id, '--json']);
    expect(json).toMatchObject({ email: EMAIL, status: 'active' });
    expect(await sessionStatus()).toBe(401);
    user = await PortalUser.signIn(api.url, EMAIL);
  });

  it('leaves no company without an admin, unless it is told that this is meant', async () => {
    const admin = await PortalUser.signIn(api.url, 'admin@beispiel.example');
    const disable = ['users', 'disable', 'admin@beispiel.example', '--yes'];
    const { exitCode, error } = await run(disable);
    expect(exitCode).toBe(1);
    expect(error).toContain('is the only admin of Beispiel');
    expect(error).toContain(`users create --account ${admin.accountId} --role admin`);
    expect((await admin.call('GET', '/user/v7/sessions/current')).status).toBe(200);
    expect((await run([...disable, '--last-admin'])).exitCode).toBe(0);
    expect((await admin.call('GET', '/user/v7/sessions/current')).status).toBe(401);
    await run(['users', 'enable', admin.id]);
  });

  it.each(['disable', 'enable', 'reset-password', 'reset-second-factor'])(
    '%s names a user who does not exist',
    async (verb) => {
      for (const name of ['nobody@musterhaus.example', randomUUID()]) {
        const { exitCode, out, error } = await run(['users', verb, name]);
        expect([exitCode, out]).toEqual([1, '']);
        expect(error).toContain(`'${name}' does not exist`);
      }
    },
  );
});

describe('users sign-out', () => {
  it('ends all sessions on the running program, and says how many; the user can sign in again', async () => {
    await api.dataSource.query('DELETE FROM sessions WHERE user_id = $1', [user.id]);
    user = await PortalUser.signIn(api.url, EMAIL);
    await PortalUser.signIn(api.url, EMAIL);
    const { json } = await run(['users', 'sign-out', EMAIL, '--json']);
    expect(json).toMatchObject({ email: EMAIL, status: 'active', ended: 2 });
    expect(await sessionStatus()).toBe(401);
    expect((await run(['users', 'sign-out', EMAIL])).out).toContain('no session to end');
    user = await PortalUser.signIn(api.url, EMAIL);
    expect(await sessionStatus()).toBe(200);
  });
});

describe('users reset-second-factor', () => {
  it('asks first, and is announced; at once where the operator says so, and all sessions have ended', async () => {
    await api.dataSource.query(
      `INSERT INTO second_factors (user_id, sealed_secret, created_at, confirmed_at)
       VALUES ($1, '', now(), now())`,
      [user.id],
    );
    expect(await signInStatus(DEMO_PASSWORD)).toBe(401);
    const unasked = await run(['users', 'reset-second-factor', EMAIL]);
    expect([unasked.exitCode, unasked.error]).toEqual([1, expect.stringContaining('--yes')]);
    expect(await signInStatus(DEMO_PASSWORD)).toBe(401);
    const reset = (...more: string[]) =>
      run(['users', 'reset-second-factor', EMAIL, '--yes', '--json', ...more]);
    const { json } = await reset();
    expect(Date.parse(json.dueAt)).toBeGreaterThan(Date.now());
    expect(await sessionStatus()).toBe(200);
    await reset('--call-off');
    const pending = await api.dataSource.query('SELECT FROM factor_resets');
    expect(pending).toHaveLength(0);
    await reset();
    await reset('--at-once');
    expect(await sessionStatus()).toBe(401);
    user = await PortalUser.signIn(api.url, EMAIL);
  });
});

describe('users reset-password', () => {
  it('prints a new password once, the only one accepted from then on, and ends all sessions', async () => {
    const { out } = await run(['users', 'reset-password', EMAIL]);
    const password = /password {2,}(\S+)$/m.exec(out)?.[1] ?? '';
    expect(password).toHaveLength(24);
    expect(await sessionStatus()).toBe(401);
    expect(await signInStatus(DEMO_PASSWORD)).toBe(401);
    user = await PortalUser.signIn(api.url, EMAIL, password);
  });

  it('asks for a password of one’s own at the next sign-in, before anything else', async () => {
    const given = 'vier-gelbe-elefanten';
    await run(['users', 'reset-password', EMAIL, '--password-stdin'], { input: given });
    const marked = await PortalUser.signIn(api.url, EMAIL, given);
    const heard = async (who: PortalUser, method: string, path: string, resource?: object) => {
      const { status, body } = await who.call(method, path, resource ? { resource } : {});
      return body?.code ?? status;
    };
    const said = 'password_change_required';
    const code = { clientId: 'maklerwelt-crm' };
    expect(await heard(marked, 'GET', '/user/v7/connections')).toBe(said);
    expect(await heard(marked, 'GET', '/user/v7/users/me')).toBe(said);
    expect(await heard(marked, 'POST', '/user/v7/oauth-codes', code)).toBe(said);
    expect(await heard(marked, 'POST', '/user/v7/users/me/second-factor', {})).toBe(said);
    const { body } = await marked.call('GET', '/user/v7/sessions/current');
    expect(body.resource.user).toMatchObject({ passwordGiven: true });
    const newPassword = { currentPassword: given, newPassword: NEW_PASSWORD };
    const same = { ...newPassword, newPassword: given };
    expect(await heard(marked, 'POST', '/user/v7/users/me/password', same)).toBe(
      'validation_failed',
    );
    const changed = await marked.call('POST', '/user/v7/users/me/password', {
      resource: newPassword,
    });
    user = marked.after(changed);
    expect(await heard(user, 'POST', '/user/v7/oauth-codes', code)).toBe(201);
    const { body: now } = await user.call('GET', '/user/v7/sessions/current');
    expect(now.resource.user).not.toHaveProperty('passwordGiven');
    await run(['users', 'reset-password', EMAIL, '--password-stdin', '--keep-password'], {
      input: given,
    });
    user = await PortalUser.signIn(api.url, EMAIL, given);
    expect(await heard(user, 'GET', '/user/v7/users/me')).toBe(200);
  });

  it('takes one from standard input and never shows it; connections stay unless told otherwise', async () => {
    await grant(api, user);
    const reset = ['users', 'reset-password', EMAIL, '--password-stdin'];
    const { exitCode, out } = await run(reset, { input: `${NEW_PASSWORD}\n` });
    expect(exitCode).toBe(0);
    expect(out).not.toContain(NEW_PASSWORD);
    expect(await signInStatus(NEW_PASSWORD)).toBe(201);
    expect(await activeConnections()).toBe(1);
    await run([...reset, '--revoke-connections'], { input: 'vier-gelbe-elefanten' });
    expect(await activeConnections()).toBe(0);
  });

  it.each(['', 'short', 'passwort1234', 'Musterhaus-2026'])('refuses %j', async (input) => {
    const args = ['users', 'reset-password', EMAIL, '--password-stdin'];
    const { exitCode, error } = await run(args, { input });
    expect([exitCode, error]).toEqual([1, expect.stringContaining('--password')]);
    expect(await signInStatus('vier-gelbe-elefanten')).toBe(201);
  });
});

describe('audit list', () => {
  it('shows what the command line did to a user, the latest first', async () => {
    const { json } = await run(['audit', 'list', '--user', EMAIL, '--json']);
    const byCommandLine = json.filter(({ actorId }: { actorId: unknown }) => actorId === null);
    // Failed sign-ins have no actor either, and each session that ends has a record of its own.
    expect(byCommandLine.map(({ action }: { action: string }) => action)).toEqual([
      ...['password_reset', 'connections_revoked', 'session_ended'],
      ...['password_reset', 'session_ended'],
      ...['password_reset', 'session_ended'],
      ...['password_reset', 'session_ended', 'sign_in_failed'],
      ...['password_reset', 'session_ended'],
      ...['second_factor_reset', 'session_ended', 'second_factor_reset_asked'],
      ...['second_factor_reset_stopped', 'second_factor_reset_asked'],
      ...['user_signed_out', 'session_ended', 'session_ended'],
      ...['user_enabled', 'sign_in_failed'],
      ...['user_disabled', 'session_ended', 'connections_revoked'],
    ]);
    expect(byCommandLine[0]).toEqual({
      id: expect.stringMatching(/^\d+$/),
      at: expect.stringMatching(/Z$/),
      actorId: null,
      actor: null,
      action: 'password_reset',
      subjectId: user.id,
      subject: EMAIL,
      account: { id: user.accountId, name: 'Musterhaus Versicherungsmakler GmbH' },
      detail: { revokeConnections: true },
    });
  });

  it('is a table of as many records as asked for', async () => {
    const { out } = await run(['audit', 'list', '--limit', '2', '--user', user.id]);
    const [headings, ...rows] = out.split('\n');
    expect(headings).toMatch(/^at +by +action +to +detail$/);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatch(new RegExp(`${EMAIL} +signed_in +${EMAIL} +ip=\\S+ sessionId=`));
  });

  it('leaves out what is older than asked for', async () => {
    const past = new Date(Date.now() - 2 * 24 * 3_600_000);
    await api.dataSource.query(
      `INSERT INTO audit_records (at, action, detail) VALUES ($1, 'long_ago', '{}')`,
      [past],
    );
    const actions = async (...since: string[]): Promise<string[]> => {
      const { json } = await run(['audit', 'list', '--limit', '1000', ...since, '--json']);
      return json.map(({ action }: { action: string }) => action);
    };
    expect(await actions()).toContain('long_ago');
    expect(await actions('--since', past.toISOString())).toContain('long_ago');
    for (const since of ['24h', '1d', '90m', new Date(past.getTime() + 1000).toISOString()]) {
      expect(await actions('--since', since)).not.toContain('long_ago');
    }
  });

  it('is verified against its seals, and the first broken record is named', async () => {
    const { out: before } = await run(['audit', 'verify']);
    expect(before).toContain('Nothing has been sealed yet');
    await api.app.get(BackgroundWork).run('users.audit-seals');
    const { out, exitCode } = await run(['audit', 'verify']);
    expect([exitCode, out]).toEqual([0, expect.stringContaining('The audit trail is whole.')]);
    const [, latest = ''] = /Latest seal.*: (\d+:[0-9a-f]{64})$/.exec(out) ?? [];
    expect((await run(['audit', 'verify', '--seal', latest, '--json'])).json).toMatchObject({
      ...{ broken: null, latest },
    });
    const wrong = await run(['audit', 'verify', '--seal', 'yesterday']);
    expect([wrong.exitCode, wrong.error]).toEqual([1, expect.stringContaining('--seal')]);

    const [[{ id }]] = await api.dataSource.query(
      `UPDATE audit_records SET at = now() WHERE action = 'long_ago' RETURNING id`,
    );
    const broken = await run(['audit', 'verify']);
    expect([broken.exitCode, broken.out]).toEqual([1, '']);
    expect(broken.error).toContain(`Record ${id} has been changed`);
  });

  it.each([
    ['--limit', '0'],
    ['--limit', 'many'],
    ['--since', 'yesterday'],
    ['--user', 'nobody@musterhaus.example'],
  ])('says what is wrong with %s %s', async (option, value) => {
    const { exitCode, out, error } = await run(['audit', 'list', option, value]);
    expect([exitCode, out]).toEqual([1, '']);
    expect(error).toContain(option === '--user' ? value : option);
  });
});

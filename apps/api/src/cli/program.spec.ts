import { createTestDatabase, PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { runBeside } from '../testing/cli.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { runCommand } from './program.js';

/** The program with the demo data; the commands run beside it. */
let api: TestApp;

beforeAll(async () => {
  api = await createTestApp();
});
afterAll(() => api.close());

const run = (args: string[], options = {}) => runBeside(api, args, options);

describe('users and accounts', () => {
  it('create-operator makes the first operator of an empty database, who can sign in', async () => {
    const { url, drop } = await createTestDatabase();
    const empty = await run(['accounts', 'list'], { url });
    expect(empty.error).toContain('npm run cli -- migrate');
    expect((await run(['migrate'], { url })).out).toContain('InitialSchema');
    expect((await run(['migrate'], { url })).out).toContain('up to date');
    const email = 'Erste.Operatorin@flixcheck.example';
    const { exitCode, json } = await run(
      ['users', 'create-operator', '--email', email, '--keep-password', '--json'],
      { url },
    );
    expect([exitCode, json.email, json.role]).toEqual([0, email.toLowerCase(), 'operator']);
    const second = await run(
      ['users', 'create-operator', '--email', 'zweite@flixcheck.example', '--password-stdin'],
      { url, input: 'drei-blaue-elefanten\n' },
    );
    expect(second.exitCode).toBe(0);
    expect(second.out).not.toContain('elefanten');
    const { json: accounts } = await run(['accounts', 'list', '--json'], { url });
    expect(accounts).toMatchObject([{ name: 'Flixcheck', users: 2 }]);

    const production = await createTestApp({ databaseUrl: url, env: { DEMO_DATA: 'off' } });
    try {
      const first = await PortalUser.signIn(production.url, email, json.password);
      const listed = await first.call('GET', '/admin/v7/oauth-clients');
      expect(listed.status).toBe(200);
      await PortalUser.signIn(production.url, 'zweite@flixcheck.example', 'drei-blaue-elefanten');
    } finally {
      await production.close();
      await drop();
    }
  });

  it('create makes a user of an account with the role that is given', async () => {
    const { json: account } = await run(['accounts', 'create', '--name', 'Neuhaus GmbH', '--json']);
    const args = [
      ...['users', 'create', '--account', account.id, '--email', 'nora@neuhaus.example'],
      ...['--first-name', 'Nora', '--last-name', 'Neuhaus', '--role', 'admin'],
    ];
    const { exitCode, out } = await run(args);
    expect(exitCode).toBe(0);
    const password = /password {2,}(\S+)$/m.exec(out)?.[1] ?? '';
    const nora = await PortalUser.signIn(api.url, 'nora@neuhaus.example', password);
    expect(nora.accountId).toBe(account.id);
    const refused = await nora.call('GET', '/user/v7/users');
    expect([refused.status, refused.body.code]).toEqual([403, 'password_change_required']);
    const resource = { currentPassword: password, newPassword: 'drei-blaue-elefanten' };
    const changed = await nora.call('POST', '/user/v7/users/me/password', { resource });
    const { body } = await nora.after(changed).call('GET', '/user/v7/users');
    expect(body.resources).toMatchObject([{ firstName: 'Nora', role: 'admin', status: 'active' }]);
    const again = await run(args);
    expect([again.exitCode, again.out]).toEqual([1, '']);
    expect(again.error).toContain('exists already');
  });

  it.each([
    ['--email', ['--email', 'no-address']],
    ['--account', ['--account', 'x']],
    ['--role', ['--role', 'root']],
    ['--locale', ['--locale', 'fr']],
    ['--first-name', ['--first-name', '']],
    ['The account does not exist', ['--account', randomUUID()]],
  ])('create says that %s is wrong', async (said, change) => {
    const args = [
      ...['users', 'create', '--account', randomUUID(), '--email', 'x@neuhaus.example'],
      ...['--first-name', 'X', '--last-name', 'Y', ...change],
    ];
    const { exitCode, out, error } = await run(args);
    expect([exitCode, out]).toEqual([1, '']);
    expect(error).toContain(said);
  });

  it.each([
    ['', 'standard input'],
    ['short\n', '--password'],
    ['Flixcheck2026!\n', '--password'],
  ])('create-operator refuses the password %j', async (input, said) => {
    const { exitCode, error } = await run(
      ['users', 'create-operator', '--email', 'x@flixcheck.example', '--password-stdin'],
      { input },
    );
    expect(exitCode).toBe(1);
    expect(error).toContain(said);
  });
});

describe('signing-keys', () => {
  it('are listed, rotated and revoked', async () => {
    const { json: before } = await run(['signing-keys', 'list', '--json']);
    const [signing] = before.filter(({ status }: { status: string }) => status === 'signing');
    const { json: next } = await run(['signing-keys', 'rotate', '--json']);
    expect(next).toMatchObject({ status: 'published' });
    const { json: now } = await run(['signing-keys', 'rotate', '--now', '--json']);
    expect(now).toMatchObject({ status: 'signing' });
    // A dash in front would make it an option.
    expect(now.kid).toMatch(/^[0-9a-f]{24}$/);
    expect((await run(['signing-keys', 'revoke', signing.kid])).exitCode).toBe(0);
    const { out } = await run(['signing-keys', 'list']);
    expect(out).toMatch(new RegExp(`${signing.kid} +revoked`));
    const unknown = await run(['signing-keys', 'revoke', 'no-such-key']);
    expect([unknown.exitCode, unknown.out]).toEqual([1, '']);
    expect(unknown.error).toContain('no-such-key');
  });
});

describe('retention', () => {
  it('shows the periods in force, and what each may be set to', async () => {
    const { json } = await run(['retention', '--json'], { env: { REQUEST_LOG_DAYS: '14' } });
    expect(json).toContainEqual({
      ...{ variable: 'REQUEST_LOG_DAYS', days: 14, usual: 30, least: 7, most: 90 },
      of: 'requests of applications',
    });
    const { out } = await run(['retention']);
    expect(out).toMatch(/^FAILED_ATTEMPTS_DAYS +90 +90 +30 +9999 +failed sign-ins/m);
  });

  it('says what a period may be that is out of range', async () => {
    const { exitCode, error } = await run(['retention'], { env: { HISTORY_DAYS: '29' } });
    expect([exitCode, error]).toEqual([1, expect.stringContaining('from 30 to 9999')]);
  });
});

describe('every command', () => {
  it('tells what it does', async () => {
    const { exitCode, out, error } = await run(['--help']);
    expect([exitCode, error]).toEqual([0, '']);
    for (const group of [
      ...['migrate', 'oauth-clients', 'accounts', 'users', 'signing-keys', 'audit'],
    ]) {
      expect(out).toContain(group);
      expect((await run([group, '--help'])).exitCode).toBe(0);
    }
    const create = await run(['oauth-clients', 'create', '--help']);
    expect(create.out).toContain('Example:');
  });

  it.each([[[]], [['bogus']], [['oauth-clients', 'bogus']], [['oauth-clients', 'show']]])(
    'fails with words where it is none: %j',
    async (args) => {
      const { exitCode, error } = await run(args);
      expect(exitCode).toBe(1);
      expect(error).not.toBe('');
    },
  );

  it.each([
    ['APP_SECRET', { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' }],
    ['DATABASE_URL', { DATABASE_URL: 'mysql://x', APP_SECRET: 'x'.repeat(32) }],
    [
      'cannot be reached',
      { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', APP_SECRET: 'x'.repeat(32) },
    ],
  ])('says %s where the environment is wrong', async (said, env) => {
    const error: string[] = [];
    const exitCode = await runCommand(['accounts', 'list'], {
      out: () => undefined,
      error: (text) => error.push(text),
      send: () => Promise.resolve(),
      readInput: () => Promise.resolve(''),
      env,
    });
    expect(exitCode).toBe(1);
    expect(error.join('\n')).toContain(said);
    expect(error.join('\n')).not.toMatch(/\n\s+at /);
  });
});

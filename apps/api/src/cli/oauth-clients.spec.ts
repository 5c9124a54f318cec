import { call, PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { picture } from '../oauth-clients/logo-samples.fixture.js';
import { RequestLog } from '../oauth-clients/request-log.js';
import { runBeside } from '../testing/cli.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';

/** The program with the demo data; the commands run beside it. */
let api: TestApp;

beforeAll(async () => {
  api = await createTestApp();
});
afterAll(() => api.close());

const run = (args: string[], options = {}) => runBeside(api, args, options);

const newClient = (clientId: string, ...more: string[]) => [
  ...['oauth-clients', 'create', '--client-id', clientId, '--name', 'Neues CRM'],
  ...['--publisher', 'Neu GmbH', '--redirect-uri', 'https://neu.example/callback'],
  ...(more.includes('--scope') ? [] : ['--scope', 'readwrite']),
  ...(more.includes('--kind') ? [] : ['--kind', 'confidential']),
  ...more,
];

async function tokenAnswer(clientId: string, clientSecret: string): Promise<string> {
  const answer = await fetch(`${api.url}/guest/v7/oauth-tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'authorization_code',
      code: 'x',
      client_id: clientId,
      client_secret: clientSecret,
    }),
  });
  return ((await answer.json()) as { error: string }).error;
}

describe('oauth-clients', () => {
  it('create registers a client that can be used at once, and prints its secret once', async () => {
    const { exitCode, out, error } = await run(newClient('by-hand'));
    expect([exitCode, error]).toEqual([0, '']);
    const secret = /secret {2,}(\S{43})$/m.exec(out)?.[1] ?? '';
    expect(await tokenAnswer('by-hand', secret)).toBe('invalid_grant');
    const shown = await run(['oauth-clients', 'show', 'by-hand']);
    expect(shown.out).toContain('https://neu.example/callback');
    expect(shown.out).toContain(`…${secret.slice(-4)}`);
    expect(shown.out).not.toContain(secret);
    expect((await run(['oauth-clients', 'list'])).out).not.toContain(secret);
  });

  it('create takes every field, and with --json answers as the API does', async () => {
    const { json } = await run([
      ...newClient('every-field', '--redirect-uri', 'http://127.0.0.1:8080/b', '--scope', 'read'),
      ...['--no-require-pkce', '--publisher-verified'],
      ...['--description', 'Ein Satz.', '--description-en', 'A sentence.'],
      ...['--logo-uri', 'https://neu.example/logo.svg'],
      ...['--homepage-uri', 'https://neu.example', '--start-uri', 'https://neu.example/start'],
      ...['--privacy-policy-uri', 'https://neu.example/datenschutz'],
      ...['--contact-email', 'entwicklung@neu.example', '--no-listed', '--json'],
    ]);
    expect(json).toEqual({
      id: expect.any(String),
      clientId: 'every-field',
      name: 'Neues CRM',
      description: 'Ein Satz.',
      descriptionEn: 'A sentence.',
      publisher: 'Neu GmbH',
      publisherVerified: true,
      kind: 'confidential',
      redirectUris: ['https://neu.example/callback', 'http://127.0.0.1:8080/b'],
      scopes: ['read'],
      requirePkce: false,
      status: 'active',
      logoUri: 'https://neu.example/logo.svg',
      homepageUri: 'https://neu.example',
      privacyPolicyUri: 'https://neu.example/datenschutz',
      startUri: 'https://neu.example/start',
      contactEmail: 'entwicklung@neu.example',
      listed: false,
      accountIds: null,
      accounts: null,
      publisherVerification: { at: expect.any(String), by: null },
      version: 1,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
      secrets: [expect.objectContaining({ expiresAt: null })],
      secret: expect.objectContaining({ value: expect.stringMatching(/^\S{43}$/) }),
    });
  });

  it('create gives a public client no secret, requires PKCE, and makes up an id', async () => {
    const args = newClient('x', '--kind', 'public', '--json');
    args.splice(args.indexOf('--client-id'), 2);
    const { json } = await run(args);
    expect(json).toMatchObject({ kind: 'public', requirePkce: true, secrets: [] });
    expect(json).not.toHaveProperty('secret');
    const shown = await run(['oauth-clients', 'show', json.clientId, '--json']);
    expect(shown.json.id).toBe(json.id);
    expect((await run(['oauth-clients', 'show', json.id, '--json'])).json).toEqual(shown.json);
  });

  it.each([
    ['--redirect-uri', newClient('bad-1', '--redirect-uri', 'http://neu.example/')],
    ['--redirect-uri', newClient('bad-2', '--redirect-uri', 'https://neu.example/callback')],
    ['--client-id', newClient('ä')],
    ['--scope', newClient('bad-3', '--scope', 'admin')],
    ['--logo-uri', newClient('bad-4', '--logo-uri', 'javascript:alert(1)')],
    ['--require-pkce', newClient('bad-5', '--kind', 'public', '--no-require-pkce')],
    ['--kind', newClient('bad-6', '--kind', 'native')],
    ['--name', ['oauth-clients', 'create', '--publisher', 'x', '--kind', 'public']],
    ['--scope', newClient('bad-8').filter((arg) => !['--scope', 'readwrite'].includes(arg))],
    ['--colour', newClient('bad-7', '--colour', 'red')],
  ])('create names %s where it is wrong, and registers nothing', async (option, args) => {
    const { exitCode, out, error } = await run(args);
    expect([exitCode, out]).toEqual([1, '']);
    expect(error).toContain(option);
    expect(error).not.toMatch(/\n\s+at /);
    const { json } = await run(['oauth-clients', 'list', '--json']);
    expect(json.map((client: { clientId: string }) => client.clientId).join()).not.toMatch(/bad-/);
  });

  it('create says when a clientId is taken', async () => {
    const { exitCode, error } = await run(newClient('maklerwelt-crm'));
    expect(exitCode).toBe(1);
    expect(error).toMatch(/clientId is in use/);
  });

  it('list shows all of them', async () => {
    const { json } = await run(['oauth-clients', 'list', '--json']);
    const [{ count }] = await api.dataSource.query(
      'SELECT count(*)::integer AS count FROM oauth_clients WHERE deleted_at IS NULL',
    );
    expect(json).toHaveLength(count);
    const { out } = await run(['oauth-clients', 'list']);
    expect(out.split('\n')).toHaveLength(count + 1);
    expect(out).toMatch(/^clientId .* status/);
  });

  it('update changes what is given and nothing else', async () => {
    await run(newClient('to-update', '--no-require-pkce', '--logo-uri', 'https://a.example/l.svg'));
    const { json: before } = await run(['oauth-clients', 'show', 'to-update', '--json']);
    const { json } = await run([
      ...['oauth-clients', 'update', 'to-update', '--name', 'Umbenannt', '--logo-uri', ''],
      '--json',
    ]);
    expect(json).toEqual({
      ...before,
      name: 'Umbenannt',
      logoUri: null,
      updatedAt: json.updatedAt,
      version: 2,
    });
    const [{ id }] = await api.dataSource.query(`SELECT id FROM accounts ORDER BY name LIMIT 1`);
    const limited = await run(['oauth-clients', 'update', 'to-update', '--account-id', id]);
    expect(limited.out).toContain(`companies       ${id} Beispiel Assekuranz AG`);
    const open = await run(['oauth-clients', 'update', 'to-update', '--account-id', '', '--json']);
    expect(open.json).toMatchObject({ accountIds: null, accounts: null });
    const required = await run(['oauth-clients', 'update', 'to-update', '--require-pkce']);
    expect(required.out).toMatch(/PKCE +required/);
  });

  it('update --logo uploads one, with everything else that is given or not at all', async () => {
    await run(newClient('with-logo', '--logo-uri', 'https://a.example/l.svg'));
    const update = [
      'oauth-clients',
      'update',
      'with-logo',
      '--json',
      '--name',
      'Mit Logo',
      '--logo',
    ];
    const folder = await mkdtemp(join(tmpdir(), 'logo-'));
    const [good, bad] = [join(folder, 'good.png'), join(folder, 'bad.svg')];
    await writeFile(good, await picture(300, 300).png().toBuffer());
    await writeFile(bad, '<svg xmlns="http://www.w3.org/2000/svg"/>');
    for (const [file, why] of [
      [bad, /^--logo: This is no PNG, JPEG or WebP/],
      [join(folder, 'none.png'), /^--logo: There is no file/],
    ] as const) {
      const { exitCode, error } = await run([...update, file]);
      expect([exitCode, error]).toEqual([1, expect.stringMatching(why)]);
    }
    const { json } = await run([...update, good]);
    expect(json).toMatchObject({ name: 'Mit Logo', version: 2 });
    expect((await fetch(json.logoUri.replace(api.config.publicUrl, api.url))).status).toBe(200);
    await rm(folder, { recursive: true });
  });

  it('disable ends connections on the running program, and enable brings none back', async () => {
    const user = await PortalUser.signIn(api.url);
    const code = await user.call('POST', '/user/v7/oauth-codes', {
      resource: {
        clientId: 'belegscanner',
        codeChallenge: 'x'.repeat(43),
        codeChallengeMethod: 'S256',
      },
    });
    expect(code.status).toBe(201);
    expect((await run(['oauth-clients', 'disable', 'belegscanner'])).exitCode).toBe(0);
    const { body } = await user.call('GET', '/user/v7/connections');
    expect(body.resources).toMatchObject([
      {
        client: { clientId: 'belegscanner' },
        status: 'revoked',
        revocationReason: 'client_disabled',
      },
    ]);
    const { out } = await run(['oauth-clients', 'enable', 'belegscanner']);
    expect(out).toMatch(/status +active/);
    const again = await user.call('GET', '/user/v7/connections?status=active');
    expect(again.body.resources).toEqual([]);
  });

  it('delete is for good', async () => {
    await run(newClient('to-delete'));
    expect((await run(['oauth-clients', 'delete', 'to-delete', '--yes'])).exitCode).toBe(0);
    for (const command of ['show', 'disable', 'enable', 'delete', 'requests']) {
      const { exitCode, error } = await run(['oauth-clients', command, 'to-delete']);
      expect([command, exitCode]).toEqual([command, 1]);
      expect(error).toContain("'to-delete' does not exist");
    }
    expect((await call(api.url, 'GET', '/guest/v7/oauth-clients/to-delete')).status).toBe(404);
  });

  it('delete asks on a terminal and takes yes for yes; elsewhere it needs --yes', async () => {
    await run(newClient('to-keep'));
    const remove = ['oauth-clients', 'delete', 'to-keep'];
    const unasked = await run(remove);
    expect([unasked.exitCode, unasked.out]).toEqual([1, '']);
    expect(unasked.error).toContain('--yes');
    const refused = await run(remove, { answer: '' });
    expect([refused.exitCode, refused.error]).toEqual([1, expect.stringContaining('to-keep')]);
    expect((await run(['oauth-clients', 'show', 'to-keep'])).exitCode).toBe(0);
    expect((await run(remove, { answer: 'yes' })).exitCode).toBe(0);
  });

  it('requests shows why a client failed', async () => {
    await tokenAnswer('maklerwelt-crm', 'wrong');
    const { json } = await run(['oauth-clients', 'requests', 'maklerwelt-crm', '--json']);
    expect(json[0]).toMatchObject({ reason: 'client_secret_wrong', ip: '127.0.0.1' });
    const table = await run(['oauth-clients', 'requests', 'maklerwelt-crm', '--limit', '1']);
    expect(table.out.split('\n')).toHaveLength(2);
    expect(
      (await run(['oauth-clients', 'requests', 'maklerwelt-crm', '--limit', '0'])).error,
    ).toContain('--limit');
  });

  it('requests shows the failures alone, where they are asked for', async () => {
    await tokenAnswer('maklerwelt-crm', 'wrong');
    const args = ['oauth-clients', 'requests', 'maklerwelt-crm', '--json', '--outcome'];
    expect((await run([...args, 'success'])).json).toEqual([]);
    expect((await run([...args, 'failure'])).json[0].reason).toBe('client_secret_wrong');
    expect((await run([...args, 'both'])).error).toContain('--outcome');
  });

  it('requests finds one by its id, without knowing the client, and shows its detail', async () => {
    await tokenAnswer('maklerwelt-crm', 'wrong');
    const { json } = await run(['oauth-clients', 'requests', 'maklerwelt-crm', '--json']);
    const [{ requestId, detail }] = json;
    const one = ['oauth-clients', 'requests', '--request-id', requestId];
    const { out } = await run(one);
    for (const shown of ['maklerwelt-crm', 'client_secret_wrong', detail]) {
      expect(out).toContain(shown);
    }
    expect((await run([...one, '--json'])).json).toEqual({
      clientId: 'maklerwelt-crm',
      ...json[0],
    });
  });

  it.each([
    ['an id that nobody has', ['--request-id', randomUUID()], /no such request/],
    ['a malformed id', ['--request-id', 'x'], /--request-id/],
    ['neither a client nor an id', [], /--request-id/],
  ])('requests says what is wrong with %s', async (_, args, said) => {
    const { exitCode, error } = await run(['oauth-clients', 'requests', ...args]);
    expect(exitCode).toBe(1);
    expect(error).toMatch(said);
  });

  it('secrets are rotated one after the other', async () => {
    const { json: client } = await run(newClient('rotating', '--json'));
    const { json: added } = await run([
      ...['oauth-clients', 'secrets', 'add', 'rotating', '--expire-others-after-seconds', '3600'],
      '--json',
    ]);
    for (const { value } of [client.secret, added]) {
      expect(await tokenAnswer('rotating', value)).toBe('invalid_grant');
    }
    const third = await run(['oauth-clients', 'secrets', 'add', 'rotating']);
    expect([third.exitCode, third.out]).toEqual([1, '']);
    expect(third.error).toContain('2 live secrets');
    const { out } = await run(['oauth-clients', 'secrets', 'list', 'rotating']);
    expect(out).toContain(added.id);
    expect(out).not.toContain(added.value);
    expect(out).toMatch(/ last used$/m);
    // The last four characters of one in 64 begin with a hyphen.
    const remove = ['oauth-clients', 'secrets', 'remove', 'rotating'];
    for (const which of [['-a_b'], ['--', '-a_b'], ['--ab']]) {
      expect((await run([...remove, ...which])).error).toContain('does not exist');
    }
    const removed = await run([...remove, client.secret.lastFour]);
    expect(removed.exitCode).toBe(0);
    const last = await run(['oauth-clients', 'secrets', 'remove', 'rotating', added.id]);
    expect(last.error).toContain('last live secret');
    const none = await run(['oauth-clients', 'secrets', 'remove', 'rotating', randomUUID()]);
    expect([none.exitCode, none.error]).toEqual([1, expect.stringContaining('does not exist')]);
    const { error } = await run([
      ...['oauth-clients', 'secrets', 'add', 'rotating', '--expire-others-after-seconds', 'soon'],
    ]);
    expect(error).toContain('--expire-others-after-seconds');
  });

  it('leaves audit records without an actor', async () => {
    const { json } = await run(newClient('audited', '--json'));
    const records = await api.dataSource.query(
      'SELECT action, actor_id FROM audit_records WHERE subject_id = $1',
      [json.id],
    );
    expect(records).toEqual([{ action: 'client_created', actor_id: null }]);
  });
});

describe('doctor', () => {
  const doctor = (...more: string[]) => run(['doctor', '--client', 'maklerwelt-crm', ...more]);
  const requirePkce = (required: boolean) =>
    run(['oauth-clients', 'update', 'maklerwelt-crm', `--${required ? '' : 'no-'}require-pkce`]);

  it('says what is wrong or risky with a client and how to mend it, or that there is nothing', async () => {
    await api.app.get(RequestLog).flush();
    await api.dataSource.query('DELETE FROM oauth_requests');
    const { exitCode, out } = await doctor();
    expect(exitCode).toBe(0);
    expect(out.split('\n')).toEqual([
      'notice: pkce_not_required',
      '  PKCE is not required of this client.',
      expect.stringMatching(/^ {2}Have PKCE required/),
      '  /docs/doctor#pkce_not_required',
    ]);
    expect((await doctor('--json')).json.findings).toMatchObject([{ code: 'pkce_not_required' }]);
    await requirePkce(true);
    expect((await doctor()).out).toBe('Nothing to mend.');
    await requirePkce(false);
  });

  it('says how many of the last requests failed, also where there is nothing to mend', async () => {
    expect(await tokenAnswer('maklerwelt-crm', 'wrong')).toBe('invalid_client');
    await api.app.get(RequestLog).flush();
    const { out } = await doctor();
    expect(out).toMatch(/^Of the last \d+ requests, [1-9]\d* failed: the request log says why\.$/m);
  });
});

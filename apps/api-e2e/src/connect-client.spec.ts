import { eventually, freePort, startWorld, type World } from '@flixcheck/test-harness';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const ROOT = resolve(__dirname, '../../..');
const PACKAGE = resolve(ROOT, 'libs/connect-client');
const INSTALLS_MS = 180_000;
const run = promisify(execFile);

/** Makes ten calls at once, loses the answer to the first refreshes, and says what it sent. */
const TEN_CALLS = `
import { ConnectClient } from '@flixcheck/connect-client';
import { readFileSync, writeFileSync } from 'node:fs';

let toLose = Number(process.env.LOSE);
const sent = { refreshes: 0, refused: 0, saves: 0 };
const client = new ConnectClient({
  issuer: process.env.CONNECT_ISSUER,
  clientId: process.env.CONNECT_CLIENT_ID,
  clientSecret: process.env.CONNECT_CLIENT_SECRET,
  async fetch(input, init) {
    const isRefresh = String(input.url ?? input).endsWith('/guest/v7/oauth-tokens');
    if (isRefresh) sent.refreshes += 1;
    const response = await fetch(input, init);
    if (response.status === 401) sent.refused += 1;
    if (!isRefresh || toLose-- <= 0) return response;
    await response.text();
    throw new TypeError('the answer was lost');
  },
});
const store = {
  load: async () => JSON.parse(readFileSync('tokens.json', 'utf8')),
  async save(tokens) {
    sent.saves += 1;
    writeFileSync('tokens.json', JSON.stringify(tokens));
  },
};
const connection = client.connection(store);
if (process.env.END) await connection.end();
const people = await Promise.all(
  Array.from({ length: 10 }, () => connection.me().catch(({ code }) => ({ email: code }))),
);
console.log(JSON.stringify({ ...sent, emails: [...new Set(people.map(({ email }) => email))] }));
`;

/** What an application in TypeScript may write, and what its compiler refuses. */
const IN_TYPESCRIPT = `
import {
  type Check,
  ConnectClient,
  ConnectError,
  type NewCheck,
  type Tokens,
  type TokenStore,
} from '@flixcheck/connect-client';

const kept = new Map<string, Tokens>();
const store: TokenStore = {
  load: async () => kept.get('user') ?? null,
  save: async (tokens) => void kept.set('user', tokens),
};
const client = new ConnectClient({ issuer: 'https://connect.example', clientId: 'crm' });
const { url, pending } = client.authorize({ scope: 'read' });
export const link: string = url;
export const kind = (error: unknown): string => (error instanceof ConnectError ? error.code : '');

export async function act(): Promise<void> {
  await client.finish(new URL('https://crm.example/callback?code=c'), pending, store);
  const connection = client.connection(store);
  const email: string = (await connection.me()).email;
  const { resources, meta } = await connection.checks.list({ limit: 10 });
  const title: string | undefined = resources[0]?.title;
  const next: string | undefined = meta.nextCursor;
  for await (const check of connection.checks.all()) console.log(check.title, email, title, next);
  const newCheck: NewCheck = { title: 'Haus', recipient: { name: 'E', email: 'e@kunde.example' } };
  const created: Check = await connection.checks.create(newCheck);
  console.log(created.id);
  // @ts-expect-error -- a check needs a recipient
  await connection.checks.create({ title: 'Schadenmeldung' });
  // @ts-expect-error -- a token may not do this
  await connection.checks.remove('id');
}
`;

/** How projects find the types of a package. */
const PROJECTS: [string, string, string[]][] = [
  ['ES modules and CommonJS', '--module nodenext', ['application.mts', 'application.cts']],
  ['a bundler', '--module esnext --moduleResolution bundler --skipLibCheck', ['application.ts']],
  [
    'an older project',
    '--module commonjs --moduleResolution node10 --ignoreDeprecations 6.0 --skipLibCheck',
    ['application.ts'],
  ],
];

interface Stored {
  accessToken: string;
  refreshToken: string;
  expiresAt: number;
}

describe('the package @flixcheck/connect-client, in a project that has nothing else of this one', () => {
  let world: World;
  let folder: string;

  beforeAll(async () => {
    world = await startWorld();
    folder = await mkdtemp(join(tmpdir(), 'connect-client-'));
    const npm = (...args: string[]) => run('npm', args, { cwd: folder });
    const { pack } = (await import(resolve(ROOT, 'tools/release/pack.mjs'))) as {
      pack: (library: string, folder: string) => string;
    };
    const packed = pack('connect-client', folder);
    await writeFile(join(folder, 'package.json'), '{"name":"an-application","private":true}');
    const options = ['--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'];
    await npm('install', ...options, `./${packed}`);
    const readme = await readFile(join(PACKAGE, 'README.md'), 'utf8');
    const [, example = ''] = /```js\n(\/\/ example\.mjs\n[\s\S]*?)```/.exec(readme) ?? [];
    await writeFile(join(folder, 'example.mjs'), example);
    await writeFile(join(folder, 'ten-calls.mjs'), TEN_CALLS);
    for (const kind of ['ts', 'mts', 'cts']) {
      await writeFile(join(folder, `application.${kind}`), IN_TYPESCRIPT);
    }
  }, INSTALLS_MS);

  afterAll(async () => {
    await world.server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function program(name: string, more: Record<string, string>): Promise<unknown> {
    const { stdout } = await run(process.execPath, [name], {
      cwd: folder,
      env: { ...environment(), ...more },
    });
    return JSON.parse(stdout);
  }
  const file = () => join(folder, 'tokens.json');
  const stored = async () => JSON.parse(await readFile(file(), 'utf8')) as Stored;
  /** As the application has stored them in its callback. */
  const connect = async () => {
    const tokens = await world.crm.connect(world.member);
    const stored = {
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token,
      expiresAt: Date.now() + tokens.expires_in * 1000,
      scope: tokens.scope,
    };
    await writeFile(file(), JSON.stringify(stored));
  };
  const change = async (changes: Partial<Stored>) =>
    writeFile(file(), JSON.stringify({ ...(await stored()), ...changes }));
  const environment = () => ({
    PATH: process.env['PATH'],
    CONNECT_ISSUER: world.url,
    CONNECT_CLIENT_ID: world.crm.registration.clientId,
    CONNECT_CLIENT_SECRET: world.crm.registration.clientSecret,
  });
  const EMAIL = 'user@musterhaus.example';

  it('holds what was built, and nothing of its sources or tests', async () => {
    const installed = join(folder, 'node_modules/@flixcheck/connect-client');
    expect((await readdir(installed)).sort()).toEqual([
      ...['LICENSE', 'README.md', 'dist', 'package.json'],
    ]);
  });

  it.each(PROJECTS)(
    'has types that need nothing else, and know what a token may do: for %s',
    async (_, mode, files) => {
      const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
      const options = [
        '--noEmit',
        '--strict',
        '--target',
        'es2023',
        '--lib',
        'es2023',
        ...mode.split(' '),
      ];
      const node = ['--typeRoots', join(ROOT, 'node_modules/@types'), '--types', 'node'];
      await run(process.execPath, [compiler, ...options, ...node, ...files], {
        cwd: folder,
      }).catch(({ stdout }: { stdout: string }) => {
        throw new Error(stdout);
      });
    },
  );

  it('can be required by CommonJS', async () => {
    const source = `console.log(typeof require('@flixcheck/connect-client').ConnectClient)`;
    const { stdout } = await run(process.execPath, ['-e', source], { cwd: folder });
    expect(stdout.trim()).toBe('function');
  });

  it('runs the example of its README: from the link to the first call', async () => {
    const port = String(await freePort());
    const application = spawn(process.execPath, ['example.mjs'], {
      cwd: folder,
      env: { ...environment(), PORT: port, REDIRECT_URI: world.crm.registration.redirectUri },
      stdio: ['ignore', 'inherit', 'pipe'],
    });
    let said = '';
    application.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const visit = (path: string, cookie = '') =>
      fetch(`http://localhost:${port}${path}`, { redirect: 'manual', headers: { cookie } });
    try {
      const started = await eventually(
        () => visit('/connect').catch(() => undefined),
        Boolean,
        INSTALLS_MS,
      );
      const link = started?.headers.get('location') ?? '';
      const cookie = started?.headers.get('set-cookie')?.split(';')[0];

      const refused = await world.member.refuse(link);
      const sorry = await visit(refused.pathname + refused.search, cookie);
      expect([sorry.status, await sorry.text()]).toEqual([403, 'access_denied']);

      const callback = await world.member.grant(link);
      const stranger = await visit(callback.pathname + callback.search);
      expect(await stranger.text()).toBe('wrong_state');
      const back = await visit(callback.pathname + callback.search, cookie);
      expect([back.status, back.headers.get('location')]).toEqual([302, '/']);
      expect(await (await visit('/')).json()).toEqual({ email: EMAIL, found: true });
      expect(said).toMatch(/^access_denied .*\nwrong_state .*\n$/);
    } finally {
      application.kill();
      await once(application, 'exit');
    }
  });

  it('ten calls at once with an expired token cause one refresh', async () => {
    await connect();
    const before = await stored();
    await change({ expiresAt: 0 });
    const outcome = await program('ten-calls.mjs', { LOSE: '0' });
    expect(outcome).toEqual({ refreshes: 1, refused: 0, saves: 1, emails: [EMAIL] });
    expect((await stored()).refreshToken).not.toBe(before.refreshToken);
  });

  it('so do ten calls whose token the API refuses', async () => {
    await connect();
    await change({ accessToken: 'no-token-of-yours' });
    const outcome = await program('ten-calls.mjs', { LOSE: '0' });
    expect(outcome).toMatchObject({ refreshes: 1, saves: 1, emails: [EMAIL] });
  });

  it('survives lost answers: the same refresh token again gives the successor that counts', async () => {
    await connect();
    await change({ expiresAt: 0 });
    const outcome = await program('ten-calls.mjs', { LOSE: '2' });
    expect(outcome).toEqual({ refreshes: 3, refused: 0, saves: 1, emails: [EMAIL] });
    const { refreshToken } = await stored();
    expect((await world.crm.refresh(refreshToken)).status).toBe(200);
  });

  it('after the connection was ended every call says invalid_grant', async () => {
    await connect();
    const outcome = await program('ten-calls.mjs', { LOSE: '0', END: 'yes' });
    expect(outcome).toMatchObject({ saves: 0, emails: ['invalid_grant'] });
  });
});

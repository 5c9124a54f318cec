import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { pack } from '../release/pack.mjs';
import { npmCommand } from '../setup/npm.mjs';
import { inWorkspace } from '../setup/workspace.mjs';

const PACKAGE = 'access-token-verifier';
/** What a service that uses it has already. */
const FRAMEWORKS = ['express@5', 'fastify@5', 'reflect-metadata@0.2', 'rxjs@7'];
const NEST = ['common', 'core', 'platform-express'].map((name) => `@nestjs/${name}@12`);

/** What a service in TypeScript may write. */
const IN_TYPESCRIPT = `
import {
  type AccessTokenClaims,
  AccessTokenError,
  AccessTokenVerifier,
  type AccessTokenVerifierOptions,
  BearerError,
  introspection,
  PostgresRevocations,
  type RevocationSource,
  scopeAllows,
} from '@flixcheck/access-token-verifier';
import { AccessTokenGuard, RequireScope } from '@flixcheck/access-token-verifier/nest';

const revocation = new PostgresRevocations('postgres://localhost/connect');
const options: AccessTokenVerifierOptions = { issuer: 'https://connect.example', revocation };
const verifier = new AccessTokenVerifier(options);
export const verify = async (token: string): Promise<AccessTokenClaims> =>
  verifier.verify(token).catch((error: unknown) => {
    if (error instanceof AccessTokenError) throw new Error(error.reason, { cause: error });
    throw error;
  });
export const allow = async (header?: string): Promise<string | number> =>
  verifier.authorize(header, { scope: 'read' }).then(
    ({ userId, scope }) => (scopeAllows(scope, 'readwrite') ? userId : 0),
    (error: unknown) => (error instanceof BearerError ? error.status : 500),
  );
export const own: RevocationSource = { isRevoked: ({ userId }) => userId === 'somebody' };
export const others = [introspection, AccessTokenGuard, RequireScope];
// @ts-expect-error -- how revocation reaches the service has to be said
new AccessTokenVerifier({ issuer: 'https://connect.example' });
`;

/** How projects find the types of a package; Nest's own are not checked. */
const PROJECTS = [
  [
    'ES modules and CommonJS, and the example for nest',
    '--module nodenext --skipLibCheck --allowJs --experimentalDecorators --emitDecoratorMetadata',
    ['service.mts', 'service.cts', 'nest.mts'],
  ],
  ['a bundler', '--module esnext --moduleResolution bundler --skipLibCheck', ['service.ts']],
  [
    'an older project',
    '--module commonjs --moduleResolution node10 --ignoreDeprecations 6.0 --skipLibCheck',
    ['service.ts'],
  ],
];

const require = createRequire(inWorkspace('libs', 'access-token-verifier', 'package.json'));
const jwt = require('jsonwebtoken');
const { transformSync } = require('@swc/core');
const [, swc] = require(inWorkspace('jest.preset.cjs')).transform['^.+\\.ts$'];

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const revoked = new Set();
/** Whether nobody can tell what has been revoked. */
let isAway = false;
let folder;
let server;
let issuer;

/** Stands in for Flixcheck Connect: its metadata, its keys, and introspection. */
async function listen() {
  server = createServer(async (request, response) => {
    const answer = (body) => response.end(JSON.stringify(body));
    response.setHeader('content-type', 'application/json');
    if (request.url === '/.well-known/oauth-authorization-server') {
      return answer({ issuer, jwks_uri: `${issuer}/keys` });
    }
    if (request.url === '/keys') {
      return answer({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'first' }] });
    }
    let body = '';
    for await (const chunk of request) body += chunk;
    if (isAway) response.statusCode = 500;
    answer({ active: !revoked.has(new URLSearchParams(body).get('token')) });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  issuer = `http://127.0.0.1:${server.address().port}`;
}

function tokenOf(userId, scope = 'read') {
  const now = Math.floor(Date.now() / 1000);
  return jwt.sign(
    {
      ...{ iss: issuer, aud: issuer, sub: userId, client_id: 'maklerwelt-crm', scope },
      ...{ iat: now, exp: now + 3600, jti: `${randomUUID()}.x` },
      ...{ account_id: randomUUID(), connection_id: randomUUID() },
    },
    privateKey,
    { algorithm: 'ES256', header: { alg: 'ES256', typ: 'at+jwt', kid: 'first' } },
  );
}

function npm(cwd, ...args) {
  const [file, ...before] = npmCommand();
  const { status, stdout, stderr } = spawnSync(file, [...before, ...args], {
    cwd,
    encoding: 'utf8',
  });
  assert.equal(status, 0, `npm ${args.join(' ')}\n${stderr}`);
  return stdout;
}

/** The programs of the README, each into the file that its first line names. */
function writeExamples() {
  const readme = readFileSync(inWorkspace('libs', PACKAGE, 'README.md'), 'utf8');
  for (const [, source, name] of readme.matchAll(/```[jt]s\n(\/\/ ([\w.]+)\n[\s\S]*?)```/g)) {
    if (!name.endsWith('.ts')) writeFileSync(join(folder, name), source);
    else {
      writeFileSync(join(folder, name.replace(/ts$/, 'mts')), source);
      const options = { ...swc, module: { type: 'es6' } };
      const { code } = transformSync(source, options);
      writeFileSync(join(folder, name.replace(/ts$/, 'mjs')), code);
    }
  }
}

async function freePort() {
  const probe = createServer().listen(0);
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'verifier-package-'));
  await listen();
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'a-service', private: true }));
  const file = `./${pack(PACKAGE, folder)}`;
  const options = ['--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'];
  npm(folder, 'install', ...options, file, ...FRAMEWORKS, ...NEST);
  writeExamples();
  for (const kind of ['ts', 'mts', 'cts']) {
    writeFileSync(join(folder, `service.${kind}`), IN_TYPESCRIPT);
  }
});

after(() => {
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the package @flixcheck/access-token-verifier', { timeout: 180_000 }, () => {
  it('holds what was built, and nothing of its sources or tests', () => {
    const installed = join(folder, 'node_modules', '@flixcheck', PACKAGE);
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    for (const { types, default: main } of ['.', './nest'].map((path) => manifest.exports[path])) {
      assert.ok(readFileSync(join(installed, types), 'utf8'));
      assert.ok(readFileSync(join(installed, main), 'utf8'));
    }
    assert.throws(() => readFileSync(join(installed, 'src', 'index.ts')), { code: 'ENOENT' });
    assert.match(readFileSync(join(installed, 'LICENSE'), 'utf8'), /written permission/);
  });

  it('needs nothing else of ours: what it stands on is inside', () => {
    assert.deepEqual(readdirSync(join(folder, 'node_modules', '@flixcheck')), [PACKAGE]);
    const installed = join(folder, 'node_modules', '@flixcheck', PACKAGE);
    const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    assert.deepEqual(Object.keys(dependencies), ['jsonwebtoken', 'pg']);
    assert.match(dependencies.pg, /^\^\d/, 'takes patches');
    const files = globSync('dist/**/*.{js,d.ts}', { cwd: installed });
    const outside = files.filter((file) =>
      /["']@flixcheck\//.test(readFileSync(join(installed, file), 'utf8')),
    );
    assert.deepEqual(outside, []);
    assert.ok(files.length > 15, files.join());
  });

  for (const [kind, mode, files] of PROJECTS) {
    it(`has types for ${kind}`, () => {
      const types = ['--typeRoots', inWorkspace('node_modules', '@types'), '--types', 'node'];
      const options = ['--noEmit', '--strict', '--target', 'es2023', '--lib', 'es2023'];
      const compiler = inWorkspace('node_modules', 'typescript', 'bin', 'tsc');
      const args = [compiler, ...options, ...types, ...mode.split(' '), ...files];
      const { status, stdout } = spawnSync(process.execPath, args, { cwd: folder });
      assert.equal(status, 0, `${stdout}`);
    });
  }

  it('can be required by CommonJS', () => {
    const source = `console.log(typeof require('@flixcheck/access-token-verifier').AccessTokenVerifier)`;
    const { stdout } = spawnSync(process.execPath, ['-e', source], { cwd: folder });
    assert.equal(`${stdout}`.trim(), 'function');
  });

  for (const example of ['plain', 'express', 'fastify', 'nest']) {
    it(`runs its example for ${example}, in a project that has nothing else of this one`, async () => {
      const port = await freePort();
      const child = spawn(process.execPath, [`${example}.mjs`], {
        cwd: folder,
        env: {
          PATH: process.env.PATH,
          PORT: String(port),
          CONNECT_ISSUER: issuer,
          CONNECT_CLIENT_ID: 'reports',
          CONNECT_CLIENT_SECRET: 'secret',
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let log = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (said) => (log += said));
      try {
        const ask = (token) =>
          fetch(`http://localhost:${port}/reports`, {
            headers: token ? { authorization: `Bearer ${token}` } : {},
          });
        while (!(await ask().catch(() => undefined))) {
          assert.equal(child.exitCode, null, `${example} has ended\n${log}`);
          await delay(50);
        }
        const token = tokenOf('9f1c1c61-7e0f-4b7f-a6b0-0d1a5c3f9f10');
        const good = await ask(token);
        assert.equal(good.status, 200);
        assert.deepEqual(await good.json(), { userId: '9f1c1c61-7e0f-4b7f-a6b0-0d1a5c3f9f10' });
        assert.equal((await ask()).status, 401);
        assert.equal((await ask(`${token}x`)).status, 401);
        const narrow = await ask(tokenOf(randomUUID(), 'openid'));
        assert.equal(narrow.status, 403);
        assert.match(narrow.headers.get('www-authenticate'), /insufficient_scope/);
        isAway = true;
        assert.equal((await ask(token)).status, 503);
        isAway = false;
        while (!log.includes('Introspection answered with 500')) await delay(10);
        revoked.add(token);
        const refused = await ask(token);
        assert.equal(refused.status, 401);
        assert.match(refused.headers.get('www-authenticate'), /invalid_token/);
      } finally {
        isAway = false;
        child.kill();
        await once(child, 'exit');
      }
    });
  }
});

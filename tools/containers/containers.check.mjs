/**
 * `npm test -- containers`: builds the image, brings up docker-compose.yml with TLS on `localhost`,
 * goes through the flow that README.md documents, and stops and restarts every container. With
 * IMAGE_IS_BUILT it uses the image that exists.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { inWorkspace, root } from '../setup/workspace.mjs';
import { findEngine } from './engine.mjs';

const LIMIT_BYTES = 250e6;
const CLI_MS = 500;
const READY_MS = 120_000;

const engine = findEngine();
const project = 'flixcheck-connect-check';
const env = {
  ...process.env,
  PUBLIC_HOST: 'localhost',
  APP_SECRET: randomBytes(48).toString('base64'),
  POSTGRES_PASSWORD: randomBytes(24).toString('hex'),
  POSTGRES_PROGRAM_PASSWORD: randomBytes(24).toString('hex'),
};

function run(command, args, { fails = false } = {}) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, env, encoding: 'utf8' });
  if (!fails) assert.equal(status, 0, `${command} ${args.join(' ')}\n${stdout}\n${stderr}`);
  return stdout.trim();
}
const compose = (...args) =>
  run(engine.compose[0], [...engine.compose.slice(1), '-p', project, ...args]);
const inEngine = (...args) => run(engine.name, args);

/** A base image of this machine, where the registry's pinned one cannot be pulled. */
function baseOf(image) {
  const tag = image.replace(/@.*/, '');
  const has = (name) => spawnSync(engine.name, ['image', 'inspect', name]).status === 0;
  if (has(image)) return image;
  const here = [tag, `docker.io/library/${tag}`].find(has);
  if (here && spawnSync(engine.name, ['pull', '--quiet', image]).status !== 0) return here;
  return image;
}

function pinned(file, pattern) {
  const image = pattern.exec(readFileSync(inWorkspace(file), 'utf8'))?.[1];
  assert.match(image ?? '', /@sha256:[0-9a-f]{64}$/, `${file} pins its base`);
  return baseOf(image);
}

function containerOf(service) {
  const names = inEngine('ps', '--all', '--format', '{{.Names}}').split('\n');
  const found = names.find((name) => name.startsWith(project) && name.includes(service));
  assert.ok(found, `the container of ${service} among ${names}`);
  return found;
}

const cli = (...args) => inEngine('exec', containerOf('api'), 'cli', ...args);

/** One request to the proxy, whose certificate on `localhost` is its own. */
function ask(path, { method = 'GET', body, form, headers = {} } = {}) {
  const sent = form ? new URLSearchParams(form).toString() : body && JSON.stringify(body);
  const type = form ? 'application/x-www-form-urlencoded' : 'application/json';
  return new Promise((resolve, reject) => {
    const options = {
      ...{ host: 'localhost', port: 443, path, method, rejectUnauthorized: false },
      headers: {
        ...(sent && { 'content-type': type, 'content-length': Buffer.byteLength(sent) }),
        ...headers,
      },
    };
    const asked = request(options, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      answer.on('end', () => {
        const json = /json/.test(answer.headers['content-type'] ?? '') ? JSON.parse(text) : {};
        resolve({ status: answer.statusCode, headers: answer.headers, text, json });
      });
    });
    asked.on('error', reject);
    asked.end(sent);
  });
}

async function untilServed() {
  const deadline = Date.now() + READY_MS;
  for (;;) {
    const answer = await ask('/.well-known/oauth-authorization-server').catch(() => undefined);
    if (answer?.status === 200) return answer.json;
    assert.ok(
      Date.now() < deadline,
      `not served; ${run(engine.name, ['logs', '--tail', '40', containerOf('api')], { fails: true })}`,
    );
    await delay(250);
  }
}

describe('the containers', { skip: !engine && 'there is no container engine' }, () => {
  let token;

  before(async () => {
    const node = pinned('Dockerfile', /^ARG NODE_IMAGE=(\S+)$/m);
    env.POSTGRES_IMAGE = pinned('docker-compose.yml', /POSTGRES_IMAGE:-(\S+)\}/);
    env.CADDY_IMAGE = pinned('docker-compose.yml', /CADDY_IMAGE:-(\S+)\}/);
    const build = ['--build-arg', `NODE_IMAGE=${node}`, '--tag', 'flixcheck-connect', '.'];
    if (!process.env.IMAGE_IS_BUILT) inEngine(...engine.build, ...build);
    compose('up', '-d', '--no-build');
    await untilServed();
  });

  after(() => {
    compose('down', '--volumes');
  });

  it('need an image of less than 250 MB', (t) => {
    const bytes = Number(
      inEngine('image', 'inspect', '--format', '{{.Size}}', 'flixcheck-connect'),
    );
    t.diagnostic(`${Math.round(bytes / 1e6)} MB`);
    assert.ok(bytes < LIMIT_BYTES, `${bytes}`);
  });

  it('serve with TLS, as the issuer that they were given', async () => {
    assert.equal((await untilServed()).issuer, 'https://localhost');
    assert.match((await ask('/portal/')).text, /fx-root/);
    assert.equal((await ask('/docs/')).status, 200);
  });

  it('keep what is for operators inside', async () => {
    for (const path of ['/metrics', '/health/ready']) assert.equal((await ask(path)).status, 404);
  });

  it('lead people from http to https, and tell applications to send it there', async () => {
    const overHttp = (path, init) =>
      fetch(`http://localhost${path}`, { ...init, redirect: 'manual' });
    for (const path of ['/', '/portal/sign-in?a=b', '/docs/guide']) {
      const answer = await overHttp(path);
      assert.equal(answer.status, 302, path);
      assert.equal(answer.headers.get('location'), `https://localhost${path}`);
    }
    for (const [path, method] of [
      ['/guest/v7/oauth-tokens', 'POST'],
      ['/user/v7/users/me', 'GET'],
      ['/.well-known/oauth-authorization-server', 'GET'],
      ['/health', 'GET'],
    ]) {
      const answer = await overHttp(path, { method });
      assert.equal(answer.status, 403, path);
      assert.match(await answer.text(), /^Send this to https:\/\/localhost\./);
    }
  });

  it('keep the password of the database’s owner from the program', () => {
    const settings = inEngine('inspect', '--format', '{{.Config.Env}}', containerOf('api'));
    assert.match(settings, /DATABASE_URL=postgresql:\/\/flixcheck_program:/);
    assert.ok(!settings.includes(env.POSTGRES_PASSWORD), 'it is in the environment');
  });

  it('know that they are healthy', () => {
    inEngine('exec', containerOf('api'), '/usr/local/bin/node', 'health.mjs');
  });

  it('start the command line fast', (t) => {
    const times = [1, 2, 3].map(() => {
      const startedAt = performance.now();
      cli('--help');
      return performance.now() - startedAt;
    });
    t.diagnostic(`${Math.round(Math.min(...times))} ms`);
    assert.ok(Math.min(...times) < Number(process.env.CLI_MS ?? CLI_MS), `${times}`);
  });

  it('go through the documented flow', async () => {
    const account = JSON.parse(cli('accounts', 'create', '--name', 'Musterhaus', '--json'));
    const person = [
      '--email',
      'user@musterhaus.example',
      '--first-name',
      'Uta',
      '--last-name',
      'U',
    ];
    const user = JSON.parse(
      cli('users', 'create', '--keep-password', '--account', account.id, ...person, '--json'),
    );
    const client = JSON.parse(
      cli(
        ...['oauth-clients', 'create', '--name', 'Maklerwelt CRM', '--kind', 'confidential'],
        ...['--publisher', 'Maklerwelt Software GmbH', '--scope', 'readwrite'],
        ...['--redirect-uri', 'https://crm.maklerwelt.example/callback', '--json'],
      ),
    );
    const session = await ask('/guest/v7/sessions', {
      method: 'POST',
      body: { resource: { email: user.email, password: user.password } },
    });
    assert.equal(session.status, 201, session.text);
    const codeVerifier = randomBytes(32).toString('base64url');
    const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
    const code = await ask('/user/v7/oauth-codes', {
      method: 'POST',
      body: {
        resource: { clientId: client.clientId, codeChallenge, codeChallengeMethod: 'S256' },
      },
      headers: {
        cookie: session.headers['set-cookie'].map((each) => each.split(';')[0]).join('; '),
      },
    });
    assert.equal(code.status, 201, code.text);
    const tokens = await ask('/guest/v7/oauth-tokens', {
      method: 'POST',
      form: {
        grant_type: 'authorization_code',
        code: code.json.resource.code,
        code_verifier: codeVerifier,
        client_id: client.clientId,
        client_secret: client.secret.value,
      },
    });
    assert.equal(tokens.status, 200, tokens.text);
    token = tokens.json.access_token;
    const headers = { authorization: `Bearer ${token}` };
    const me = await ask('/user/v7/users/me', { headers });
    assert.equal(me.json.resource.email, user.email);
  });

  it('lose nothing when each is stopped and started again', async () => {
    for (const service of ['api', 'proxy', 'database']) {
      const name = containerOf(service);
      inEngine('stop', name);
      const code = inEngine('inspect', '--format', '{{.State.ExitCode}}', name);
      assert.equal(code, '0', `${service} ends in order`);
      inEngine('start', name);
      await untilServed();
      const headers = { authorization: `Bearer ${token}` };
      const deadline = Date.now() + READY_MS;
      let status;
      while (status !== 200 && Date.now() < deadline) {
        status = (await ask('/user/v7/users/me', { headers }).catch(() => ({}))).status;
        if (status !== 200) await delay(250);
      }
      assert.equal(status, 200, service);
    }
  });
});

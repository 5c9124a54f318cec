import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { identityOf, readProcess } from '../../libs/process-lock/src/index.js';
import { inWorkspace, root } from '../setup/workspace.mjs';

const start = inWorkspace('tools', 'start.mjs');
let dataDir;
let ports;
let launched = [];

/** Free ones, kept by nobody: two tests never run at the same time. */
async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const numbers = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return numbers.map(String);
}

function launch({ env = {}, args = [start] } = {}) {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: {
      ...process.env,
      PORT: ports[0],
      DEMO_CLIENT_PORT: ports[1],
      DATA_DIR: dataDir,
      LOG_LEVEL: 'warn',
      npm_lifecycle_event: '',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const run = { child, output: '' };
  const grown = () =>
    Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), run.closed]);
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => (run.output += chunk));
  }
  run.closed = once(child, 'close');
  run.says = async (text) => {
    while (!run.output.includes(text)) {
      assert.equal(
        child.exitCode ?? child.signalCode,
        null,
        `ended without '${text}':\n${run.output}`,
      );
      await grown();
    }
  };
  launched.push(run);
  return run;
}

/** A process and all that it has started, directly or not. */
async function family(pid) {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = new Map(pids.map((each) => [each, readProcess(each)?.parent]));
  const members = new Set([pid]);
  for (let size = 0; size !== members.size;) {
    size = members.size;
    for (const [each, parent] of parents) if (members.has(parent)) members.add(each);
  }
  return [...members].map((each) => ({ pid: each, identity: identityOf(each) }));
}

async function untilGone(members, limitMs) {
  const deadline = Date.now() + limitMs;
  const left = () =>
    members.filter(({ pid, identity }) => identity && identityOf(pid) === identity);
  while (left().length > 0 && Date.now() < deadline) await delay(50);
  assert.deepEqual(left(), [], 'processes that are left');
}

const answers = async (path) => (await fetch(`http://localhost:${ports[0]}${path}`)).status;

function assertOneSentence(output, expected) {
  assert.match(output, expected);
  assert.doesNotMatch(output, /^\s+at /m, 'a stack');
}

before(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'launch-spec-'));
  ports = await freePorts(2);
});

afterEach(async () => {
  for (const { child, closed } of launched) {
    if (child.exitCode ?? child.signalCode) continue;
    child.kill('SIGTERM');
    await closed;
  }
  launched = [];
});

after(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

describe('npm start', { skip: process.platform !== 'linux' && 'reads /proc' }, () => {
  it('starts everything, says where it is, and leaves nothing after Ctrl-C', async () => {
    const { child, output, closed, says, ...run } = launch();
    await says('Ctrl-C stops everything');
    const said = launched[0].output;
    for (const part of [
      `http://localhost:${ports[0]}/portal/`,
      `http://localhost:${ports[0]}/docs`,
      `http://localhost:${ports[1]}`,
      `http://localhost:${ports[0]}/portal/demo/mail`,
      'user@musterhaus.example',
      'demo-passwort-2026',
    ]) {
      assert.ok(said.includes(part), `${part} in:\n${said}`);
    }
    assert.equal(await answers('/health/ready'), 200);
    const members = await family(child.pid);
    assert.ok(members.length > 3, 'API, demo third party and database');

    child.kill('SIGINT');
    child.kill('SIGINT');
    const [code] = await closed;
    assert.equal(code, 0, JSON.stringify(run));
    await untilGone(members, 500);
  });

  it('ends its programs when it is killed, and starts again at once', async () => {
    const first = launch();
    await first.says('Ctrl-C stops everything');
    const members = await family(first.child.pid);
    first.child.kill('SIGKILL');
    const second = launch();
    await second.says('Ctrl-C stops everything');
    assert.equal(await answers('/health/ready'), 200);
    await untilGone(members, 5000);
  });

  it('ends with an error when the API is killed, and takes the rest along', async () => {
    const run = launch();
    await run.says('Ctrl-C stops everything');
    const members = await family(run.child.pid);
    const api = members.find(({ pid }) => pid !== run.child.pid);
    process.kill(api.pid, 'SIGKILL');
    const [code] = await run.closed;
    assert.equal(code, 1);
    assertOneSentence(run.output, /has ended by itself \(signal SIGKILL\)/);
    await untilGone(members, 5000);
  });

  it('says which port is taken, and how to choose another', async () => {
    const server = createServer().listen(Number(ports[0]), '127.0.0.1');
    await once(server, 'listening');
    const run = launch();
    const [code] = await run.closed;
    server.close();
    assert.equal(code, 1);
    assertOneSentence(
      run.output,
      new RegExp(
        `Port ${ports[0]} is in use by another program.*PORT=${Number(ports[0]) + 1} npm start`,
      ),
    );
  });

  it('says the same of the port of the demo third party', async () => {
    const server = createServer().listen(Number(ports[1]), '127.0.0.1');
    await once(server, 'listening');
    const run = launch();
    await run.closed;
    server.close();
    assertOneSentence(
      run.output,
      new RegExp(`Port ${ports[1]} .*DEMO_CLIENT_PORT=${Number(ports[1]) + 1} npm start`),
    );
  });

  it('names a setting that is wrong', async () => {
    const run = launch({ env: { PORT: 'lots' } });
    const [code] = await run.closed;
    assert.equal(code, 1);
    assertOneSentence(run.output, /PORT must be a number/);
  });

  it('says what to do about broken data', async () => {
    const broken = await mkdtemp(join(tmpdir(), 'launch-spec-'));
    await writeFile(join(broken, 'postgres'), 'no database');
    const run = launch({ env: { DATA_DIR: broken } });
    const [code] = await run.closed;
    await rm(broken, { recursive: true });
    assert.equal(code, 1);
    assertOneSentence(run.output, /cannot be used.*delete/);
  });

  it('says which Node it needs', async () => {
    const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '16.20.2' } });`;
    const run = launch({
      args: ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`, start],
    });
    const [code] = await run.closed;
    assert.equal(code, 1);
    assertOneSentence(run.output, /needs Node 20 or newer, and this is Node 16\.20\.2/);
  });
});

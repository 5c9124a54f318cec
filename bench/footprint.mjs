/**
 * `npm run bench:footprint`: how long the program takes to start, what memory it takes, and how large
 * it is, as a Markdown report on stdout. The database server is that of TEST_DATABASE_URL.
 * `-- --beside FOLDER` measures another checkout in turns with this one: installed, its API built.
 */
import { execFileSync, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machine } from './machine.mjs';
import { footprintReport } from './report.mjs';
import { writeSection } from './results.mjs';
import { freePort } from './processes.mjs';
import { ask, measure, median } from './requests.mjs';
import { CODES, CONNECTIONS } from './servers/people.mjs';
import { hash } from './servers/tokens.mjs';
import { CLIENT, tokenEndpoint } from './token-endpoint.mjs';
import { query } from './world.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const IDLE_MS = 5000;
const CODES_AT_ONCE = 10_000;
const LANES = 16;

const { values: options } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    beside: { type: 'string' },
    starts: { type: 'string', default: '5' },
    exchanges: { type: 'string', default: '100000' },
  },
});
const [starts, exchanges] = ['starts', 'exchanges'].map((name) => number(name, options[name]));
const adminUrl = process.env.TEST_DATABASE_URL;
if (!adminUrl)
  throw new Error('TEST_DATABASE_URL is missing. Run this as: npm run bench:footprint');

/** So few that no family of theirs has to end for another. */
const CODES_PER_PERSON = 10;

const folder = mkdtempSync(join(tmpdir(), 'flixcheck-connect-bench-'));
const sides = { ours: side(ROOT, { NODE_COMPILE_CACHE: join(folder, 'compiled') }) };
// What its image did not set, this one does not get either.
if (options.beside) sides.beside = side(options.beside, {});
try {
  const rows = [];
  for (const [name, { root, env }] of Object.entries(sides)) {
    rows.push({ side: name, ...(await memoryOf(root, env)) });
  }
  const times = await startsOf(sides);
  for (const row of rows) Object.assign(row, times[row.side]);
  const report = footprintReport({
    machine: await machine(adminUrl),
    exchanges,
    rows,
    sizes: sizes(),
  });
  process.stdout.write(report);
  if (options.write) writeSection('Start and footprint', report);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function side(root, more) {
  return {
    root,
    env: {
      ...{ PATH: process.env.PATH, DEMO_DATA: 'on', HOST: '127.0.0.1' },
      APP_SECRET: 'a secret that only the bench of one machine knows',
      ...more,
    },
  };
}

/** The first start finds an empty database, and compiles; the others in turns do not. */
async function startsOf(all) {
  const samples = Object.fromEntries(Object.keys(all).map((name) => [name, []]));
  await using databases = new AsyncDisposableStack();
  const urls = {};
  for (const name of Object.keys(all)) urls[name] = await databaseFor(databases);
  for (let start = 0; start <= starts; start++) {
    for (const [name, { root, env }] of Object.entries(all)) {
      const program = await run(root, { ...env, DATABASE_URL: urls[name] });
      samples[name].push(program.startMs);
      await program.stop();
    }
  }
  return Object.fromEntries(
    Object.entries(samples).map(([name, [first, ...later]]) => [
      name,
      { firstStartMs: first, secondStartMs: median(later) },
    ]),
  );
}

async function memoryOf(root, env) {
  await using ends = new AsyncDisposableStack();
  const url = await databaseFor(ends);
  const program = await run(root, { ...env, DATABASE_URL: url });
  try {
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    const idleMB = program.residentMB();
    const server = { url: program.url, ask: (_, { count }) => codes(url, count) };
    const endpoint = tokenEndpoint(server, '/guest/v7/oauth-tokens');
    for (let left = exchanges; left > 0; left -= CODES_AT_ONCE) {
      const bodies = await endpoint.exchanges(Math.min(left, CODES_AT_ONCE));
      await measure(bodies.length, LANES, (index) => endpoint.token(bodies[index]));
    }
    const afterMB = program.residentMB();
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    return { idleMB, afterMB, laterMB: program.residentMB() };
  } finally {
    await program.stop();
  }
}

/** Codes of new people. */
async function codes(url, count) {
  const values = Array.from({ length: count }, () => randomBytes(32).toString('base64url'));
  const people = Math.ceil(count / CODES_PER_PERSON);
  const connections = await query(url, CONNECTIONS, [people, CLIENT.clientId]);
  const granted = values.map((_, at) => connections[at % people].id);
  await query(url, CODES, [values.map(hash), granted, CLIENT.redirectUri]);
  return values;
}

/** Starts the program as its image does, and resolves when it can serve. */
async function run(root, env) {
  const port = await freePort();
  const startedAt = performance.now();
  const child = fork(join(root, 'apps/api/dist/main.js'), {
    cwd: root,
    execArgv: ['--enable-source-maps'],
    env: { ...env, PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${port}` },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  await new Promise((resolve, reject) => {
    exited.then(([code]) => reject(new Error(`the program in ${root} ended with ${code}`)));
    child.on('message', ({ type, message }) => {
      if (type === 'ready') resolve();
      if (type === 'failed') reject(new Error(message));
    });
  });
  const startMs = performance.now() - startedAt;
  const url = `http://127.0.0.1:${port}`;
  await ask(`${url}/health/ready`);
  return {
    startMs,
    url,
    residentMB() {
      const [, kB] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'));
      return (Number(kB) * 1024) / 1e6;
    },
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** A database that is dropped with the stack. */
async function databaseFor(ends) {
  const name = `bench_${randomBytes(6).toString('hex')}`;
  await query(adminUrl, `CREATE DATABASE ${name}`);
  ends.defer(() => query(adminUrl, `DROP DATABASE ${name} WITH (FORCE)`));
  return Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href;
}

/** What an image holds, apart from the few shared libraries that Node and the modules load. */
function sizes() {
  const image = join(folder, 'image');
  const quiet = { cwd: ROOT, stdio: ['ignore', 2, 2] };
  const projects = '--projects=api,portal,docs';
  execFileSync('npx', ['nx', 'run-many', '--targets=build', projects], {
    ...quiet,
    env: { ...process.env, NX_DAEMON: 'false' },
  });
  execFileSync(process.execPath, ['tools/image/collect.mjs', image], quiet);
  const all = {
    node: statSync(process.execPath).size,
    modules: sizeOf(join(image, 'modules')),
    program: sizeOf(join(image, 'app')),
  };
  return { ...all, image: all.node + all.modules + all.program };
}

function sizeOf(of) {
  return globSync('**/*', { cwd: of, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

function number(name, given) {
  if (/^[1-9]\d{0,6}$/.test(given)) return Number(given);
  throw new Error(`--${name} must be a number, not '${given}'`);
}

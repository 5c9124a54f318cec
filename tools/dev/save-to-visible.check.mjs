/**
 * `npm test -- dev`: what a developer waits for. It runs `npm run dev`, changes one line of a
 * service, a page, a text, the guide and a migration, and puts each back.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { chromium } from '@playwright/test';
import pg from 'pg';
import { inWorkspace, root } from '../setup/workspace.mjs';

const VISIBLE_MS = Number(process.env.VISIBLE_MS ?? 3000);
const START_MS = 180_000;
const [PORT, DEMO_CLIENT_PORT, DEBUG_PORT] = ['3790', '4790', '9290'];
const origin = `http://localhost:${PORT}`;
const dataDir = mkdtempSync(join(tmpdir(), 'dev-check-'));
const kept = new Map();
let output = '';
let child;
let browser;
let page;

function edit(path, from, to) {
  const file = inWorkspace(path);
  const source = readFileSync(file, 'utf8');
  if (!kept.has(file)) kept.set(file, source);
  assert.ok(source.includes(from), `${path} has '${from}'`);
  writeFileSync(file, source.replace(from, to));
}

/** As Git and many editors save: another file takes the name. */
function replace(path, from, to) {
  const file = inWorkspace(path);
  const source = readFileSync(file, 'utf8');
  if (!kept.has(file)) kept.set(file, source);
  assert.ok(source.includes(from), `${path} has '${from}'`);
  writeFileSync(`${file}.new`, source.replace(from, to));
  renameSync(`${file}.new`, file);
}

function restore() {
  for (const [file, source] of kept) {
    if (source === undefined) rmSync(file, { force: true });
    else writeFileSync(file, source);
  }
  kept.clear();
}

async function eventually(condition, limitMs) {
  const startedAt = performance.now();
  for (;;) {
    if (await Promise.resolve(condition()).catch(() => false)) return performance.now() - startedAt;
    assert.ok(
      performance.now() - startedAt < limitMs,
      `not within ${limitMs} ms:\n${output.slice(-3000)}`,
    );
    await delay(50);
  }
}

async function visibleAfter(t, change, condition) {
  change();
  const ms = await eventually(condition, VISIBLE_MS);
  t.diagnostic(`visible after ${Math.round(ms)} ms`);
  const restart = output.match(/restarted .*$/gm)?.at(-1);
  if (restart) t.diagnostic(`the API ${restart}`);
}

async function query(statement) {
  const access = readFileSync(join(dataDir, 'postgres', 'flixcheck-connect.json'), 'utf8');
  const { password, port } = JSON.parse(access);
  const connectionString = `postgresql://flixcheck:${password}@127.0.0.1:${port}/flixcheck`;
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

const answer = async (path) => (await fetch(`${origin}${path}`)).text();
const heading = () => page.locator('h1').innerText();

before(async () => {
  child = spawn(process.execPath, [inWorkspace('tools', 'dev.mjs')], {
    cwd: root,
    env: {
      ...process.env,
      ...{ PORT, DEMO_CLIENT_PORT, DEBUG_PORT, DATA_DIR: dataDir },
      npm_lifecycle_event: '',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => (output += chunk));
  }
  await eventually(async () => (await answer('/health/ready')).includes('"ok"'), START_MS);
  await eventually(async () => (await answer('/portal/')).includes('fx-root'), START_MS);
  browser = await chromium.launch({
    executablePath: process.env.CHROME_PATH,
    args: ['--no-sandbox', '--disable-background-networking'],
  });
  page = await browser.newPage({ locale: 'de-DE' });
  await page.goto(`${origin}/portal/sign-in`);
  await eventually(async () => (await heading()) === 'Anmelden', START_MS);
});

after(async () => {
  restore();
  await browser?.close();
  child.kill('SIGTERM');
  await once(child, 'exit');
  rmSync(dataDir, { recursive: true, force: true });
});

describe('a change is visible within 3 s of saving', () => {
  it('in a service', async (t) => {
    const file = 'apps/api/src/http/swagger.ts';
    await visibleAfter(
      t,
      () => edit(file, 'The example resource', 'The changed resource'),
      async () => (await answer('/docs/openapi.json')).includes('The changed resource'),
    );
    assert.match(output, /restarted \d+ ms after http\/swagger\.ts was saved|restarted \d+ ms/);
  });

  it('in a service whose file is replaced, each time', async (t) => {
    const file = 'apps/api/src/http/swagger.ts';
    for (const [from, to] of [
      ['The changed resource', 'The replaced resource'],
      ['The replaced resource', 'The resource of last'],
    ]) {
      await visibleAfter(
        t,
        () => replace(file, from, to),
        async () => (await answer('/docs/openapi.json')).includes(to),
      );
    }
  });

  it('in a migration', async (t) => {
    const name = '1899000000000-dev-check';
    const file = inWorkspace('apps/api/src/database/migrations', `${name}.ts`);
    kept.set(file, undefined);
    await visibleAfter(
      t,
      () => {
        writeFileSync(
          file,
          `import type { QueryRunner } from 'typeorm';
export class DevCheck1899000000000 {
  up = (runner: QueryRunner) => runner.query('CREATE TABLE dev_check (id integer)');
  down = (runner: QueryRunner) => runner.query('DROP TABLE dev_check');
}
`,
        );
        const list = 'apps/api/src/database/data-source.ts';
        edit(
          list,
          'import ',
          `import { DevCheck1899000000000 } from './migrations/${name}.js';\nimport `,
        );
        edit(list, 'MIGRATIONS = [', 'MIGRATIONS = [DevCheck1899000000000, ');
      },
      async () => (await query(`SELECT FROM pg_tables WHERE tablename = 'dev_check'`)).length === 1,
    );
  });

  it('in a text', async (t) => {
    await visibleAfter(
      t,
      () => edit('apps/portal/src/i18n/sign-in/de.json', '"Anmelden"', '"Hereinspaziert"'),
      async () => (await heading()) === 'Hereinspaziert',
    );
  });

  it('in the guide', async (t) => {
    await visibleAfter(
      t,
      () => edit('docs/guide/php.md', '# PHP\n', '# PHP, changed\n'),
      async () => (await answer('/docs/guide/php')).includes('PHP, changed'),
    );
  });

  it('in a page', async (t) => {
    await visibleAfter(
      t,
      () => {
        const title = "<h1>{{ t('sign-in.title') }}";
        const changed = title.replace('<h1>', '<h1>Geändert: ');
        edit('apps/portal/src/app/sign-in/sign-in-page.html', title, changed);
      },
      async () => (await heading()).startsWith('Geändert'),
    );
  });
});

describe('npm run dev', () => {
  it('lets a debugger in', async () => {
    const targets = await (await fetch(`http://127.0.0.1:${DEBUG_PORT}/json`)).json();
    assert.equal(targets.length, 1);
  });

  it('says at last with whom to sign in, and where', async () => {
    await eventually(() => output.includes(`Open ${origin}/portal/sign-in`), START_MS);
    assert.match(output, /Sign in as[^]*admin@musterhaus\.example/);
    assert.equal((await fetch(`${origin}/portal/sign-in`)).status, 200);
  });

  it('logs no request that came while the API was restarting', () => {
    assert.doesNotMatch(output, /http proxy error/);
  });

  it('serves the portal with source maps', async () => {
    assert.match(await answer('/portal/main.js'), /sourceMappingURL/);
  });
});

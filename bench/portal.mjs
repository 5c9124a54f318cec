/**
 * `npm run bench:portal`: how the portal's pages feel on a phone, as a Markdown report on stdout. What
 * is measured is in `apps/portal-e2e/bench`. The database server is that of TEST_DATABASE_URL.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machine } from './machine.mjs';
import { portalReport } from './report.mjs';
import { writeSection } from './results.mjs';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    suite: { type: 'string', default: '' },
  },
});
const databaseUrl = process.env.TEST_DATABASE_URL;
if (!databaseUrl) {
  throw new Error('TEST_DATABASE_URL is missing. Run this as: npm run bench:portal');
}

const folder = mkdtempSync(join(tmpdir(), 'flixcheck-connect-bench-'));
try {
  const file = join(folder, 'report.jsonl');
  process.exitCode = await runPages({
    ...process.env,
    PORTAL_REPORT: file,
    ...(options.quick ? { PORTAL_ROUNDS: '1' } : {}),
  });
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  const entries = lines.map((line) => JSON.parse(line));
  const report = portalReport({ machine: await machine(databaseUrl), entries });
  process.stdout.write(report);
  if (options.write && process.exitCode === 0) writeSection('Portal', report);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @returns the exit code of Playwright */
async function runPages(env) {
  const playwright = spawn(
    process.execPath,
    [
      ...['node_modules/@playwright/test/cli.js', 'test'],
      ...['-c', 'apps/portal-e2e/bench.config.ts', '--reporter=line', options.suite],
    ],
    // Playwright's output must stay out of the report.
    { cwd: fileURLToPath(new URL('..', import.meta.url)), env, stdio: ['ignore', 2, 2] },
  );
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => playwright.kill(signal));
  const [code] = await once(playwright, 'exit');
  return code ?? 1;
}

/**
 * `npm run bench:load`: the load suites of `apps/api-e2e` at full size, and their figures as a
 * Markdown report on stdout. The database server is that of TEST_DATABASE_URL.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machine } from './machine.mjs';
import { loadReport } from './report.mjs';
import { writeSection } from './results.mjs';

const FULL = {
  LOAD_ROTATIONS: '10000',
  LOAD_REVOCATIONS: '1000',
  LOAD_CONNECTIONS: '1000000',
};

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    suite: { type: 'string', default: '' },
  },
});
const databaseUrl = process.env.TEST_DATABASE_URL;
if (!databaseUrl) throw new Error('TEST_DATABASE_URL is missing. Run this as: npm run bench:load');

const folder = mkdtempSync(join(tmpdir(), 'flixcheck-connect-bench-'));
try {
  const file = join(folder, 'report.jsonl');
  process.exitCode = await runSuites({
    ...(options.quick ? {} : FULL),
    ...process.env,
    LOAD_REPORT: file,
  });
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  const entries = lines.map((line) => JSON.parse(line));
  const report = loadReport({ machine: await machine(databaseUrl), entries });
  process.stdout.write(report);
  if (options.write && process.exitCode === 0) writeSection('Load suites', report);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @returns the exit code of Jest */
async function runSuites(env) {
  const jest = spawn(
    process.execPath,
    [
      ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
      'node_modules/jest/bin/jest.js',
      // Side by side, the suites would measure each other.
      ...['-c', 'apps/api-e2e/load.config.cjs', '--ci', `src/load/${options.suite}`],
    ],
    // Jest's output must stay out of the report.
    { cwd: fileURLToPath(new URL('..', import.meta.url)), env, stdio: ['ignore', 2, 2] },
  );
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => jest.kill(signal));
  const [code] = await once(jest, 'exit');
  return code ?? 1;
}

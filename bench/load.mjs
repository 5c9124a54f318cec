/**
 * `npm run bench:load`: the load suites of `apps/api-e2e`, and its races, at full size, and their
 * figures as a Markdown report on stdout. The database server is that of TEST_DATABASE_URL.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadReport } from './report.mjs';
import { reportSuite } from './suites.mjs';

const FULL = {
  LOAD_ROTATIONS: '10000',
  LOAD_REVOCATIONS: '1000',
  LOAD_CONNECTIONS: '1000000',
};

const sourcesOf = (folder) =>
  fileURLToPath(new URL(`../apps/api-e2e/src/${folder}`, import.meta.url));

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    suite: { type: 'string', default: '' },
  },
});
await reportSuite({
  name: 'bench:load',
  args: [
    ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
    'node_modules/jest/bin/jest.js',
    // Side by side, the suites would measure each other.
    ...['-c', 'apps/api-e2e/load.config.cjs', '--ci'],
    ...['load', 'races'].flatMap((folder) => ['--roots', sourcesOf(folder)]),
    `--testPathPatterns=src/(load|races)/${options.suite}`,
  ],
  env: { ...(options.quick ? {} : FULL), ...process.env },
  fileIn: 'LOAD_REPORT',
  report: loadReport,
  title: 'Load suites',
  write: options.write,
});

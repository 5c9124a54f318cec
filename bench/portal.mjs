/**
 * `npm run bench:portal`: how the portal's pages feel on a phone, as a Markdown report on stdout. What
 * is measured is in `apps/portal-e2e/bench`. The database server is that of TEST_DATABASE_URL.
 */
import { parseArgs } from 'node:util';
import { portalReport } from './report.mjs';
import { reportSuite } from './suites.mjs';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    suite: { type: 'string', default: '' },
  },
});
await reportSuite({
  name: 'bench:portal',
  args: [
    ...['node_modules/@playwright/test/cli.js', 'test'],
    ...['-c', 'apps/portal-e2e/bench.config.ts', '--reporter=line', options.suite],
  ],
  env: { ...process.env, ...(options.quick ? { PORTAL_ROUNDS: '1' } : {}) },
  fileIn: 'PORTAL_REPORT',
  report: portalReport,
  title: 'Portal',
  write: options.write,
});

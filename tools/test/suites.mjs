/**
 * What `npm test` runs, in this order; `npm test -- <name> …` runs single ones.
 *
 * - kind `nx` is a target of all projects, kind `command` a check, each of which counts as one test
 * - kind `jest`, `node` and `playwright` count their tests; Jest loads ES modules, which Nest 12 is
 *   made of, except where `esModules` is false, as jest-preset-angular wants it
 * - `needs` is what is made ready before: an empty PostgreSQL server (its address is in
 *   TEST_DATABASE_URL), a browser (its path is in CHROME_PATH)
 */
export const suites = [
  { name: 'lint', kind: 'nx', target: 'lint' },
  { name: 'types', kind: 'nx', target: 'typecheck' },
  { name: 'openapi', kind: 'nx', target: 'openapi-check' },
  { name: 'launcher', kind: 'node', files: 'tools/**/*.spec.mjs' },
  {
    name: 'change-feed',
    kind: 'jest',
    config: 'libs/change-feed/jest.config.cjs',
    needs: ['database'],
  },
  { name: 'oauth-protocol', kind: 'jest', config: 'libs/oauth-protocol/jest.config.cjs' },
  {
    name: 'access-token-verifier',
    kind: 'jest',
    config: 'libs/access-token-verifier/jest.config.cjs',
    needs: ['database'],
  },
  { name: 'api', kind: 'jest', config: 'apps/api/jest.config.cjs', needs: ['database'] },
  { name: 'portal', kind: 'jest', config: 'apps/portal/jest.config.cjs', esModules: false },
  { name: 'api-e2e', kind: 'jest', config: 'apps/api-e2e/jest.config.cjs', needs: ['database'] },
  { name: 'bench', kind: 'node', files: 'bench/**/*.spec.mjs', needs: ['database'] },
  {
    name: 'portal-e2e',
    kind: 'playwright',
    config: 'apps/portal-e2e/playwright.config.ts',
    needs: ['database', 'browser'],
  },
  {
    name: 'lighthouse',
    kind: 'playwright',
    config: 'apps/portal-e2e/lighthouse.config.ts',
    needs: ['database', 'browser'],
  },
];

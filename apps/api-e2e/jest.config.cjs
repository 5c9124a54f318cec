const { availableParallelism } = require('node:os');

module.exports = {
  ...require('../../jest.preset.cjs'),
  displayName: 'api-e2e',
  rootDir: __dirname,
  // Each suite starts a server of its own; a cold one takes seconds on a busy machine.
  testTimeout: 60_000,
  globalSetup: '<rootDir>/../../libs/test-harness/demo-database/create.cjs',
  globalTeardown: '<rootDir>/../../libs/test-harness/demo-database/drop.cjs',
  maxWorkers: Math.min(availableParallelism(), 4),
  // Suites of their own: `load.config.cjs` has the machine for itself, `deployment.config.cjs` needs more.
  testPathIgnorePatterns: ['<rootDir>/src/load/', '<rootDir>/src/deployment/'],
};

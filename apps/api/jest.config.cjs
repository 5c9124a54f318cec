const { availableParallelism } = require('node:os');

module.exports = {
  ...require('../../jest.preset.cjs'),
  displayName: 'api',
  rootDir: __dirname,
  // A database of its own for each suite takes seconds where other work keeps the machine busy.
  testTimeout: 30_000,
  globalSetup: '<rootDir>/../../libs/test-harness/demo-database/create-with-quick-passwords.cjs',
  globalTeardown: '<rootDir>/../../libs/test-harness/demo-database/drop.cjs',
  // One more than there are processors, since some tests wait, for a deadline or another process.
  maxWorkers: Math.min(availableParallelism() + 1, 4),
  // Each suite leaves its modules behind: after a while, a fresh worker is faster.
  workerIdleMemoryLimit: '1GB',
  // `npm test` runs all of them.
  ...(process.env.SPEC_GROUPS ? require('../../jest.groups.cjs').inGroups(__dirname) : {}),
};

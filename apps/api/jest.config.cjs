module.exports = {
  ...require('../../jest.preset.cjs'),
  displayName: 'api',
  rootDir: __dirname,
  // A database of its own for each suite takes seconds where other work keeps the machine busy.
  testTimeout: 30_000,
};

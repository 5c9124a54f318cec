module.exports = {
  ...require('../../jest.preset.cjs'),
  displayName: 'password-strength',
  rootDir: __dirname,
  // The lists take seconds to load where other work keeps the machine busy.
  testTimeout: 30_000,
};

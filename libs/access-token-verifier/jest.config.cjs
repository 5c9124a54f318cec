module.exports = {
  ...require('../../jest.preset.cjs'),
  displayName: 'access-token-verifier',
  rootDir: __dirname,
};

module.exports = {
  ...require('../../jest.preset.cjs'),
  displayName: 'oauth-protocol',
  rootDir: __dirname,
};

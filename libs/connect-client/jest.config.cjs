module.exports = {
  ...require('../../jest.preset.cjs'),
  displayName: 'connect-client',
  rootDir: __dirname,
};

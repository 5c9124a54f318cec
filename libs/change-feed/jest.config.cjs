module.exports = {
  ...require('../../jest.preset.cjs'),
  displayName: 'change-feed',
  rootDir: __dirname,
};

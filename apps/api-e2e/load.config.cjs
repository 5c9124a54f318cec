/** What waits for figures: one server after the other, on a machine that does nothing else. */
module.exports = {
  ...require('./jest.config.cjs'),
  displayName: 'load',
  roots: ['<rootDir>/src/load'],
  testPathIgnorePatterns: [],
  maxWorkers: 1,
};

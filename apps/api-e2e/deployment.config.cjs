/** What needs programs that not every machine has, such as PgBouncer; skipped where they are not. */
module.exports = {
  ...require('./jest.config.cjs'),
  displayName: 'deployment',
  roots: ['<rootDir>/src/deployment'],
  testPathIgnorePatterns: [],
  maxWorkers: 1,
};

const { default: circus } = require('jest-circus/runner');
const { globSync } = require('node:fs');
const { join } = require('node:path');

/** Neighbours, which mostly load the same modules; few enough to share out over the processors. */
const SIZE = 6;

/** Jest's own runner, which finds a whole group where it loads the group's first file. */
module.exports = (globalConfig, config, environment, runtime, testPath, ...rest) => {
  const load = runtime.requireModule.bind(runtime);
  runtime.requireModule = (from, name, ...options) => {
    if (from !== testPath || name !== undefined) return load(from, name, ...options);
    for (const file of config.testEnvironmentOptions.groups[testPath]) {
      environment.global.describe(file, () => {
        load(join(config.rootDir, file));
      });
    }
  };
  return circus(globalConfig, config, environment, runtime, testPath, ...rest);
};

/**
 * What a configuration adds so that several spec files share one registry of modules: to load Nest,
 * TypeORM and the program anew for each file is half of what the API's tests take. Each file has a
 * `describe` of its own, so that its hooks are its own, too.
 *
 * Only for a run of all: Jest looks for names among the first files of the groups.
 */
module.exports.inGroups = (rootDir) => {
  const files = globSync('src/**/*.spec.ts', { cwd: rootDir }).sort();
  const groups = {};
  for (let start = 0; start < files.length; start += SIZE) {
    groups[join(rootDir, files[start])] = files.slice(start, start + SIZE);
  }
  return {
    testMatch: Object.values(groups).map(([first]) => `<rootDir>/${first}`),
    testRunner: __filename,
    testEnvironmentOptions: { groups },
  };
};

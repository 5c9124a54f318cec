const { default: circus } = require('jest-circus/runner');
const { globSync, statSync } = require('node:fs');
const { availableParallelism } = require('node:os');
const { join } = require('node:path');

/** More would be too many for the memory, where what a file leaves stays until its group has ended. */
const LARGEST = 18;
/** Fewer take less time than to load the modules. */
const SMALLEST = 3;
/** That work at the same time, at most; of Jest's workers, one may wait. */
const PROCESSORS = Math.min(availableParallelism(), 4);

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
  const groups = {};
  for (const group of shareOut(specsIn(rootDir))) groups[join(rootDir, group[0])] = group;
  return {
    testMatch: Object.values(groups).map(([first]) => `<rootDir>/${first}`),
    testRunner: __filename,
    testSequencer: join(__dirname, 'jest.sequencer.cjs'),
    testEnvironmentOptions: { groups },
  };
};

function specsIn(rootDir) {
  const files = globSync('src/**/*.spec.ts', { cwd: rootDir }).sort();
  return files.map((file) => ({ file, bytes: statSync(join(rootDir, file)).size }));
}

/**
 * Neighbours, which mostly load the same modules, in groups that become smaller: few of them load
 * the modules, and at the end no processor waits long for another's.
 */
function shareOut(specs) {
  const groups = [];
  let left = specs.reduce((sum, { bytes }) => sum + bytes, 0);
  let group;
  let room = 0;
  for (const { file, bytes } of specs) {
    const isFull = group?.length === LARGEST || (room <= 0 && group?.length >= SMALLEST);
    if (!group || isFull) {
      room = left / (2 * PROCESSORS);
      groups.push((group = []));
    }
    group.push(file);
    room -= bytes;
    left -= bytes;
  }
  return groups;
}

/**
 * For tests that need a process of their own: `node -r <this file> something.ts` runs the sources,
 * compiled as Jest compiles them.
 */
const Module = require('node:module');
const { transformFileSync } = require('@swc/core');
const [, options] = require('../../../../jest.preset.cjs').transform['^.+\\.ts$'];

const resolveFilename = Module._resolveFilename;
Module._resolveFilename = (request, ...rest) => {
  try {
    return resolveFilename(request, ...rest);
  } catch (error) {
    if (!/^\.{1,2}\/.*\.js$/.test(request)) throw error;
    return resolveFilename(request.replace(/\.js$/, '.ts'), ...rest);
  }
};

require.extensions['.ts'] = (module, filename) => {
  module._compile(transformFileSync(filename, options).code, filename);
};

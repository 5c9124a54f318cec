/**
 * Lets Node (with `--conditions=source`) run the sources, of the libraries too. What was compiled is
 * kept, so that after a change only the changed file is compiled anew.
 */
const { createHash } = require('node:crypto');
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { join } = require('node:path');
const { fileURLToPath } = require('node:url');
const [, options] = require('../../jest.preset.cjs').transform['^.+\\.ts$'];

const cache = join(__dirname, '..', '..', '.nx', 'dev');
mkdirSync(cache, { recursive: true });
Module.enableCompileCache?.(join(cache, 'v8'));
const version = `${require('@swc/core/package.json').version}${JSON.stringify(options)}`;

/** The files of packages that sources ask for. */
const packages = new Set();

const resolveFilename = Module._resolveFilename;
Module._resolveFilename = (request, parent, ...rest) => {
  if (!parent?.filename?.endsWith('.ts')) return resolveFilename(request, parent, ...rest);
  // A suffix `.js` in a source means the `.ts` beside it.
  const isRelative = /^\.{1,2}\/.*\.js$/.test(request);
  const file = resolveFilename(
    isRelative ? request.replace(/\.js$/, '.ts') : request,
    parent,
    ...rest,
  );
  if (/[\\/]node_modules[\\/]/.test(file)) packages.add(file);
  return file;
};

// The same for `import()`, which Node resolves and loads in its other way.
Module.registerHooks?.({
  resolve(request, context, next) {
    const isSource = /^\.{1,2}\/.*\.js$/.test(request) && context.parentURL?.endsWith('.ts');
    if (!isSource || !context.conditions.includes('import')) return next(request, context);
    const { href } = new URL(request.replace(/\.js$/, '.ts'), context.parentURL);
    return { url: href, format: 'commonjs', shortCircuit: true };
  },
  load(url, context, next) {
    if (!url.endsWith('.ts') || context.format !== 'commonjs') return next(url, context);
    return { format: 'commonjs', source: compiled(fileURLToPath(url)), shortCircuit: true };
  },
});

require.extensions['.ts'] = (module, filename) => {
  module._compile(compiled(filename), filename);
};

function compiled(filename) {
  const source = readFileSync(filename, 'utf8');
  const key = createHash('sha256').update(`${version}\0${filename}\0${source}`).digest('hex');
  const file = join(cache, key);
  try {
    return readFileSync(file, 'utf8');
  } catch {
    const code = transformed(source, filename);
    keep(file, code);
    return code;
  }
}

function transformed(source, filename) {
  const { transformSync } = require('@swc/core');
  try {
    return transformSync(source, { ...options, filename, sourceMaps: 'inline' }).code;
  } catch (error) {
    // Below the lines in question it says where the compiler itself was.
    const [lines] = String(error.message).split(/\n+Caused by:/);
    throw new NotCompiled(lines.trim());
  }
}

/** It only saves time, and somebody may have deleted the folder. */
function keep(file, code) {
  try {
    mkdirSync(cache, { recursive: true });
    writeFileSync(`${file}.${process.pid}`, code);
    renameSync(`${file}.${process.pid}`, file);
  } catch {
    // It is compiled again the next time.
  }
}

/** A source that cannot be compiled: the message shows where, a stack would show only the loader. */
class NotCompiled extends Error {}

module.exports = { cache, keep, NotCompiled, packages };

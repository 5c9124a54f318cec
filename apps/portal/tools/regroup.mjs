/**
 * Puts the bundle's scripts into few files. The bundler cuts the common code into a file for every
 * set of pages that shares it; what every page needs would come in ten files, each with headers to
 * pay and none compressed as well as the whole.
 */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { rolldown } from 'rolldown';

/** Smaller than this, a file that pages share is not worth an answer of its own. */
const TOO_SMALL = 3000;

/**
 * @param folder the bundle
 * @param first sources (below `src/`) of what every page has: taken with all that they import
 *   statically
 * @param firstUsers sources whose static imports every page has, but not they themselves
 * @param groups sources by the name of the file that takes them and all that they import statically;
 *   what an earlier group has taken stays there
 * @returns the new scripts, with the ones that each imports statically, and the file of a source
 */
export async function regroup(folder, { first, firstUsers, groups }) {
  const { outputs } = JSON.parse(readFileSync(join(folder, 'browser-stats.json'), 'utf8'));
  const entries = new Map();
  for (const [file, { entryPoint }] of Object.entries(outputs)) {
    if (entryPoint) entries.set(entryPoint.replace('apps/portal/src/', ''), file);
  }
  const entryFor = (source) => {
    const file = entries.get(source);
    if (!file) throw new Error(`the build has no file for ${source}`);
    return file;
  };

  const groupOf = new Map();
  const take = (file, name) => {
    if (groupOf.has(file)) return;
    groupOf.set(file, name);
    takeImports(file, name);
  };
  const takeImports = (file, name) => {
    for (const { path, kind } of outputs[file].imports) {
      if (kind === 'import-statement') take(path, name);
    }
  };
  for (const source of first) take(entryFor(source), 'first');
  for (const source of firstUsers) takeImports(entryFor(source), 'first');
  // Whoever needs one small file gets them all, so that none may bring more than what every page
  // has. They are taken before any group, which would be loaded whole for the sake of one of them.
  const lazy = new Set(entries.values());
  const bringsMore = (file) =>
    outputs[file].imports.some(
      ({ path, kind }) =>
        kind === 'import-statement' && !['first', 'small'].includes(groupOf.get(path)),
    );
  let before;
  do {
    before = groupOf.size;
    for (const [file, { bytes }] of Object.entries(outputs)) {
      if (groupOf.has(file) || lazy.has(file) || bytes >= TOO_SMALL) continue;
      if (!bringsMore(file)) groupOf.set(file, 'small');
    }
  } while (groupOf.size > before);
  for (const [name, sources] of Object.entries(groups)) {
    for (const source of sources) take(entryFor(source), name);
  }

  const bundle = await rolldown({
    input: { main: join(folder, entryFor('main.ts')) },
    preserveEntrySignatures: false,
    treeshake: false,
  });
  const { output } = await bundle.generate({
    format: 'esm',
    entryFileNames: '[name]-[hash].js',
    chunkFileNames: 'chunk-[hash].js',
    minify: { mangle: true, compress: true },
    codeSplitting: {
      groups: [...new Set(groupOf.values())].map((name) => ({
        name,
        test: (id) => groupOf.get(basename(id)) === name,
      })),
    },
  });
  await bundle.close();

  const fileOf = new Map();
  for (const { fileName, moduleIds } of output) {
    for (const id of moduleIds) fileOf.set(basename(id), fileName);
  }
  // An entry that does no more than import the file which holds it is not needed.
  const scripts = new Map(
    output
      .filter(({ moduleIds }) => moduleIds.length > 0)
      .map(({ fileName, code, imports }) => [fileName, { code, imports }]),
  );
  return {
    scripts,
    fileFor: (source) => fileOf.get(entryFor(source)),
    replaced: Object.keys(outputs).filter((file) => file.endsWith('.js')),
  };
}

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
 * @param groups sources (below `src/`) by the name of the file that takes them and all that they
 *   import statically; what an earlier group has taken stays there
 * @param users sources by the name of the group that takes what they import statically, but not them
 * @param pages sources by the name of the file that takes them and what is left of their imports once
 *   the small files have found their places
 * @returns the new scripts, with the ones that each imports statically, and the file of a source
 */
export async function regroup(folder, { groups, users, pages }) {
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
    for (const { path, kind } of outputs[file].imports) {
      if (kind === 'import-statement') take(path, name);
    }
  };
  const takeAll = (named) => {
    for (const [name, sources] of Object.entries(named)) {
      for (const source of sources) take(entryFor(source), name);
    }
  };
  takeAll(groups);
  for (const [name, sources] of Object.entries(users)) {
    for (const { path, kind } of sources.flatMap((source) => outputs[entryFor(source)].imports)) {
      if (kind === 'import-statement') take(path, name);
    }
  }
  const lazy = new Set(entries.values());
  // A small file brings nobody more than they have: it goes to the one group that it needs anyway.
  const placeOf = (file) => {
    const needed = outputs[file].imports
      .filter(({ kind }) => kind === 'import-statement')
      .map(({ path }) => groupOf.get(path));
    const beyondFirst = new Set(needed.filter((name) => !['first', 'small'].includes(name)));
    if (beyondFirst.size === 0) return 'small';
    return beyondFirst.size === 1 ? [...beyondFirst][0] : undefined;
  };
  let before;
  do {
    before = groupOf.size;
    for (const [file, { bytes }] of Object.entries(outputs)) {
      if (groupOf.has(file) || lazy.has(file) || bytes >= TOO_SMALL) continue;
      const place = placeOf(file);
      if (place) groupOf.set(file, place);
    }
  } while (groupOf.size > before);
  takeAll(pages);

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

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { it } from 'node:test';
import { inWorkspace } from '../setup/workspace.mjs';

const SOURCES = '{apps,libs,tools,bench}/**/*.{ts,mjs}';
const GENERATED = ['**/node_modules', '**/dist', '**/.angular'];
const IMPORT = /(?:from|import)\s*\(?\s*'(\.[^']+)'/g;

/** The files that each file imports by a relative path, types too. */
function readImports() {
  const files = globSync(SOURCES, {
    cwd: inWorkspace('.'),
    exclude: GENERATED,
  });
  const known = new Set(files);
  const resolve = (from, path) => {
    const target = normalize(join(dirname(from), path));
    const names = [
      target,
      target.replace(/\.js$/, '.ts'),
      `${target}.ts`,
      join(target, 'index.ts'),
    ];
    return names.find((name) => known.has(name));
  };
  return new Map(
    files.map((file) => {
      const paths = [...readFileSync(inWorkspace(file), 'utf8').matchAll(IMPORT)];
      return [file, paths.map(([, path]) => resolve(file, path)).filter(Boolean)];
    }),
  );
}

function findCircles(imports) {
  const circles = [];
  const done = new Set();
  const visit = (file, path) => {
    const start = path.indexOf(file);
    if (start >= 0) circles.push([...path.slice(start), file].join(' → '));
    if (start >= 0 || done.has(file)) return;
    for (const next of imports.get(file)) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  return circles;
}

it('no files import each other in a circle', () => {
  const imports = readImports();
  assert.ok(imports.size > 100);
  assert.deepEqual(findCircles(imports), []);
});

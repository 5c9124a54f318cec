import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { root } from '../setup/workspace.mjs';
import { watch } from './watch.mjs';

let folder;
let watcher;
let saved = [];
let heard = () => undefined;

const write = (name) => writeFileSync(join(folder, name), `written at ${performance.now()}`);
function replace(name) {
  write(`${name}.tmp`);
  renameSync(join(folder, `${name}.tmp`), join(folder, name));
}
async function until(name) {
  while (!saved.includes(name)) await new Promise((resolve) => (heard = resolve));
  const names = saved;
  saved = [];
  return names;
}

beforeEach(async () => {
  folder = mkdtempSync(join(root, '.nx', 'watch-spec-'));
  mkdirSync(join(folder, 'dist'));
  for (const name of ['part.ts', 'single.ts', 'dist/part.ts']) write(name);
  watcher = watch(
    [relative(root, folder)],
    (names) => {
      saved.push(...names);
      heard();
    },
    { isSource: (path) => path.endsWith('.ts') },
  );
  await watcher.ready;
});

afterEach(async () => {
  await watcher.close();
  rmSync(folder, { recursive: true });
});

describe('what is watched', { timeout: 20_000 }, () => {
  it('is noticed each time that it is replaced, and each time that it is saved after that', async () => {
    for (const change of [replace, replace, write, replace, write, write]) {
      change('part.ts');
      assert.deepEqual(await until('part.ts'), ['part.ts']);
    }
  });

  it('is noticed after it was gone', async () => {
    rmSync(join(folder, 'part.ts'));
    await until('part.ts');
    for (const change of [write, write]) {
      change('part.ts');
      await until('part.ts');
    }
  });

  it('is noticed in a folder that is new', async () => {
    mkdirSync(join(folder, 'new', 'one'), { recursive: true });
    for (const change of [write, replace, write]) {
      change('new/one/part.ts');
      await until('new/one/part.ts');
    }
  });

  it('is not what builds write, nor what is no source', async () => {
    const noticed = [];
    for (const change of [write, replace]) {
      for (const other of ['dist/part.ts', 'notes.md']) change(other);
      // Two more, so that what was noticed of the others is there.
      for (const name of ['part.ts', 'single.ts']) {
        change(name);
        noticed.push(...(await until(name)));
      }
    }
    assert.deepEqual(noticed, ['part.ts', 'single.ts', 'part.ts', 'single.ts']);
  });
});

it('a single file is watched as a folder is', { timeout: 20_000 }, async () => {
  await watcher.close();
  watcher = watch([join(relative(root, folder), 'single.ts')], (names) => {
    saved.push(...names);
    heard();
  });
  await watcher.ready;
  for (const change of [replace, replace, write, write]) {
    change('single.ts');
    await until('single.ts');
  }
});

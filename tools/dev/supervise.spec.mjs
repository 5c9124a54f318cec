import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { root } from '../setup/workspace.mjs';
import { supervise } from './supervise.mjs';

let folder;
let said = [];
let heard = () => undefined;
let stop;

const write = (name, source) => writeFileSync(join(folder, name), source);
const say = (text) => {
  said.push(text);
  heard();
};
async function until(pattern) {
  while (!said.some((text) => pattern.test(text))) {
    await new Promise((resolve) => (heard = resolve));
  }
  return said.find((text) => pattern.test(text));
}

/** A TypeScript program with a part of its own, in a folder that is watched. */
before(() => {
  folder = mkdtempSync(join(root, '.nx', 'supervise-spec-'));
  write('part.ts', `export const part: string = 'first';`);
  write(
    'main.ts',
    `import { part } from './part.js';
     process.send?.({ type: 'failed', message: part });
     process.send?.({ type: 'ready' });
     setInterval(() => undefined, 1000);`,
  );
  const place = relative(root, folder);
  stop = supervise(join(place, 'main.ts'), { folders: [place], say });
});

after(async () => {
  await stop();
  rmSync(folder, { recursive: true });
});

describe('a program that is being developed', { timeout: 60_000 }, () => {
  it('runs from its sources', async () => {
    await until(/ready after/);
    assert.ok(said.includes('cannot start: first'));
  });

  it('starts again with what was saved', async () => {
    said = [];
    write('part.ts', `export const part: string = 'second';`);
    assert.match(await until(/restarted/), /after part\.ts was saved/);
    assert.ok(said.includes('cannot start: second'));
  });

  it('starts again with a file that replaces another, and at each save after that', async () => {
    for (const word of ['replaced', 'replaced again']) {
      said = [];
      write('part.ts.tmp', `export const part: string = '${word}';`);
      renameSync(join(folder, 'part.ts.tmp'), join(folder, 'part.ts'));
      assert.match(await until(/restarted/), /after part\.ts was saved/);
      assert.ok(said.includes(`cannot start: ${word}`));
    }
    said = [];
    write('part.ts', `export const part: string = 'saved';`);
    await until(/restarted/);
    assert.ok(said.includes('cannot start: saved'));
  });

  it('waits for the change that fixes it', async () => {
    said = [];
    write('part.ts', `export const part: string = ;`);
    await until(/has ended .* starts again when something is saved/);
    said = [];
    write('part.ts', `export const part: string = 'third';`);
    await until(/restarted/);
    assert.ok(said.includes('cannot start: third'));
  });
});

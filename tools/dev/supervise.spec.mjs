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

  it('says where in the sources it cannot start', async () => {
    said = [];
    write(
      'part.ts',
      `const absent = '\\n    at async of (${join(folder, 'absent.ts')}:1:1)';
       export let part: string = '';
       try {
         [].at(0).name;
       } catch (error) {
         process.send?.({ type: 'failed', message: error.message, stack: error.stack + absent });
       }`,
    );
    const place = relative(root, folder);
    const [first, ...frames] = (await until(/cannot start: Cannot read/)).split('\n');
    assert.match(first, /^cannot start: Cannot read properties of undefined \(reading 'name'\)$/);
    assert.equal(frames[0].trim(), `at Object.<anonymous> (${join(place, 'part.ts')}:4:16)`);
    assert.ok(!frames.join().includes('node:internal'));
    assert.ok(!frames.join().includes('absent.ts'));
    await until(/restarted/);
  });

  it('goes on where somebody has deleted what was compiled', async (t) => {
    said = [];
    // Moved rather than deleted: the processes before still write into it.
    const gone = `${folder}-gone`;
    renameSync(join(root, '.nx', 'dev'), gone);
    t.after(() => rmSync(gone, { recursive: true, force: true }));
    write('part.ts', `export const part: string = 'compiled again';`);
    await until(/restarted/);
    assert.ok(said.includes('cannot start: compiled again'));
  });

  it('waits for the change that fixes it, and shows the line', async () => {
    said = [];
    write('part.ts', `export const part: string = ;`);
    await until(/has ended .* starts again when something is saved/);
    const why = said.find((text) => text.startsWith('cannot start: '));
    assert.match(why, /part\.ts:1:1\]/);
    assert.match(why, /export const part: string = ;/);
    assert.ok(!/Stack backtrace|<unknown>/.test(said.join('\n')));
    said = [];
    write('part.ts', `export const part: string = 'third';`);
    await until(/restarted/);
    assert.ok(said.includes('cannot start: third'));
  });
});

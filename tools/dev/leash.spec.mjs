import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { inWorkspace } from '../setup/workspace.mjs';
import { openLeash } from './leash.mjs';

const leashModule = pathToFileURL(inWorkspace('tools', 'dev', 'leash.mjs'));

/** A program that has something to put in order before it ends, once it is held. */
async function held(port) {
  const source = `
    const { onRelease } = await import('${leashModule}');
    setInterval(() => undefined, 1000);
    let stopping = false;
    await onRelease(${port}, () => {
      if (stopping) return;
      stopping = true;
      setImmediate(() => { console.log('stopped'); process.exit(); });
    });
    console.log('held');`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => (output += chunk));
  const exited = once(child, 'close');
  await once(child.stdout, 'data');
  return { exited, output: () => output };
}

it('everything that is held has stopped when it is released', { timeout: 20_000 }, async () => {
  const leash = await openLeash();
  const programs = [await held(leash.port), await held(leash.port)];
  await leash.release();
  await Promise.all(programs.map(({ exited }) => exited));
  for (const { output } of programs) assert.equal(output(), 'held\nstopped\n');
});

it('what is held ends when who holds it is gone', { timeout: 20_000 }, async () => {
  const source = `
    const { openLeash } = await import('${leashModule}');
    console.log((await openLeash()).port);
    setInterval(() => undefined, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = await once(holder.stdout, 'data');
  const program = await held(String(port).trim());
  holder.kill('SIGKILL');
  await program.exited;
  assert.equal(program.output(), 'held\nstopped\n');
});

it('nothing is waited for where nothing is held', { timeout: 20_000 }, async () => {
  await (await openLeash()).release();
});

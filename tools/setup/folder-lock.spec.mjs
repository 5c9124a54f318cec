import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { withLock } from './folder-lock.mjs';

const { signal } = new AbortController();
const onWait = () => undefined;
let folder;

/** A process that takes the lock, says so, and keeps it until it is killed. */
async function holder(file) {
  const program = `
    import { withLock } from ${JSON.stringify(import.meta.resolve('./folder-lock.mjs'))};
    const { signal } = new AbortController();
    await withLock(${JSON.stringify(file)}, { signal, onWait: () => process.send('waits') }, async () => {
      process.send('holds');
      await new Promise((resolve) => process.once('message', resolve));
    });
    process.disconnect();`;
  const script = join(folder, 'holder.mjs');
  await writeFile(script, program);
  return fork(script, { execArgv: [] });
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'folder-lock-spec-'));
});

after(async () => {
  await rm(folder, { recursive: true });
});

describe('the lock around installing and building', () => {
  it('lets one process in at a time', async () => {
    const file = join(folder, 'one.lock');
    const first = await holder(file);
    assert.deepEqual((await once(first, 'message'))[0], 'holds');
    const second = await holder(file);
    assert.deepEqual((await once(second, 'message'))[0], 'waits');
    first.send('go');
    assert.deepEqual((await once(second, 'message'))[0], 'holds');
    second.send('go');
    await once(second, 'exit');
  });

  it('is taken over from a process that was killed', async () => {
    const file = join(folder, 'killed.lock');
    const first = await holder(file);
    await once(first, 'message');
    first.kill('SIGKILL');
    await once(first, 'exit');
    assert.equal(await withLock(file, { signal, onWait }, async () => 'mine'), 'mine');
  });

  it('is free again after work that failed', async () => {
    const file = join(folder, 'failed.lock');
    const failing = withLock(file, { signal, onWait }, () => Promise.reject(new Error('failed')));
    await assert.rejects(failing, /failed/);
    assert.equal(await withLock(file, { signal, onWait }, async () => 'free'), 'free');
  });
});

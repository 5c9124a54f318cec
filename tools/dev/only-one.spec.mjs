import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { inWorkspace } from '../setup/workspace.mjs';
import { onlyOne } from './only-one.mjs';

it('npm run dev runs once in a folder, and again when the first is gone', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'only-one-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, '.nx', 'dev.lock');
  const source = `
    const { onlyOne } = await import('${pathToFileURL(inWorkspace('tools', 'dev', 'only-one.mjs'))}');
    onlyOne(${JSON.stringify(file)});
    console.log('runs');
    setInterval(() => undefined, 1000);`;
  const first = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(first.stdout, 'data');
  assert.throws(() => onlyOne(file), {
    message: new RegExp(
      `^npm run dev is running in this folder already \\(process ${first.pid}\\): `,
    ),
  });
  first.kill('SIGKILL');
  await once(first, 'exit');
  onlyOne(file);
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { run } from '../setup/run.mjs';
import { inWorkspace, root } from '../setup/workspace.mjs';

const { signal } = new AbortController();

function judge(message) {
  const cli = inWorkspace('node_modules', '@commitlint', 'cli', 'cli.js');
  return run(process.execPath, [cli], { cwd: root, signal, input: message });
}

const isAccepted = async (message) => (await judge(message)).code === 0;

describe('commit messages', () => {
  it('name kind, place and change', async () => {
    assert.ok(await isAccepted('feat(connections): revoke ends tokens on every node'));
    assert.ok(await isAccepted('docs: measured figures, and where they come from'));
  });

  it('are refused otherwise', async () => {
    assert.ok(!(await isAccepted('Fixed stuff')));
    assert.ok(!(await isAccepted('feature: something')));
    assert.ok(!(await isAccepted('feat: ')));
    const { output } = await judge('Fixed stuff');
    assert.match(output, /CONTRIBUTING\.md; such as `feat\(\w+\): /);
  });
});

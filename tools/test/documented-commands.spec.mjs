import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { nxEnvironment } from '../setup/build.mjs';
import { run } from '../setup/run.mjs';
import { inWorkspace, root } from '../setup/workspace.mjs';

/** A command's words, without the quotes around or in them. */
const wordsOf = (command) =>
  (command.match(/(?:[^\s"]|"[^"]*")+/g) ?? []).map((word) => word.replaceAll('"', ''));

const documented = readFileSync(inWorkspace('CONTRIBUTING.md'), 'utf8')
  .split('\n')
  .flatMap((line) => /^npx nx ((?:test|e2e) [^#]+)/.exec(line)?.[1].trim() ?? []);

/** What the task's own program gets; Nx keeps what it takes for an option of its own. */
async function passedOn(command) {
  const [target, project, ...rest] = wordsOf(command);
  const nx = inWorkspace('node_modules', 'nx', 'dist', 'bin', 'nx.js');
  const { output } = await run(process.execPath, [nx, target, project, ...rest, '--graph=stdout'], {
    cwd: root,
    env: nxEnvironment(process.execPath),
    signal: new AbortController().signal,
  });
  const { tasks } = JSON.parse(output.slice(output.indexOf('{'))).tasks;
  return { rest, passed: tasks[`${project}:${target}`].overrides.__overrides_unparsed__ };
}

describe('a command of CONTRIBUTING.md that runs a part of a suite', () => {
  it('is there', () => assert.ok(documented.length > 2));

  for (const command of documented) {
    it(`reaches the runner as it is: npx nx ${command}`, async () => {
      const { rest, passed } = await passedOn(command);
      assert.deepEqual(passed, rest);
    });
  }
});

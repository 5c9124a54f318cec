import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { describe, it } from 'node:test';
import { packageOf, pathWithoutModules } from './project-node.mjs';
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

it('is not what the set-up itself runs on: it disappears while packages are installed', () => {
  const own = [
    '/connect/node_modules/.bin',
    '/home/node_modules/.bin/',
    '\\connect\\node_modules\\.bin',
    '/usr/lib/node_modules/npm/node_modules/@npmcli/run-script/lib/node-gyp-bin',
  ];
  const others = ['/usr/bin', '\\nodejs', '/home/node_modules'];
  const path = [own, others].flat().join(delimiter);
  assert.equal(pathWithoutModules(path), others.join(delimiter));
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { inWorkspace } from '../setup/workspace.mjs';
import { findings } from './licences.mjs';

const read = (name) => JSON.parse(readFileSync(inWorkspace(name), 'utf8'));
const lock = (entry) => ({ packages: { 'node_modules/some': { version: '1.0.0', ...entry } } });

describe('the audit of dependencies', () => {
  it('finds nothing to decide in what is installed', () => {
    const { allowScripts } = read('package.json');
    assert.deepEqual(findings(read('package-lock.json'), allowScripts), []);
  });

  it('asks about a licence that is new', () => {
    assert.match(findings(lock({ license: 'AGPL-3.0' }), {})[0], /some has the licence 'AGPL-3.0'/);
    assert.deepEqual(findings(lock({ license: '(AGPL-3.0 OR MIT)' }), {}), []);
    assert.equal(findings(lock({ license: 'MIT AND AGPL-3.0' }), {}).length, 1);
  });

  it('asks about an install script that nobody has reviewed', () => {
    const scripted = lock({ license: 'MIT', hasInstallScript: true });
    assert.match(findings(scripted, {})[0], /some has an install script/);
    assert.deepEqual(findings(scripted, { some: false }), []);
  });

  it('knows the reason for each override', () => {
    const reasons = readFileSync(inWorkspace('docs', 'dependencies.md'), 'utf8');
    for (const name of Object.keys(read('package.json').overrides)) {
      assert.ok(reasons.includes(`\`${name}\``), name);
    }
  });

  it('keeps registries out of the lock file', () => {
    for (const { resolved = '' } of Object.values(read('package-lock.json').packages)) {
      assert.doesNotMatch(resolved, /^https?:/);
    }
  });
});

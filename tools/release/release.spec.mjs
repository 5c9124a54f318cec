import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { run } from '../setup/run.mjs';
import { inWorkspace, root } from '../setup/workspace.mjs';

const hasHistory = existsSync(inWorkspace('.git'));

describe('npm run release', { skip: !hasHistory && 'there is no history here' }, () => {
  it('says and makes everything in a dry run, and changes nothing else', async () => {
    const { signal } = new AbortController();
    const git = async (...args) => (await run('git', args, { cwd: root, signal })).output;
    const before = [await git('status', '--porcelain'), await git('tag')];
    const { code, output } = await run(
      process.execPath,
      [inWorkspace('tools', 'release.mjs'), '--dry-run'],
      { cwd: root, env: process.env, signal },
    );
    assert.equal(code, 0, output);
    const version = /Would release (\d+\.\d+\.\d+)/.exec(output)?.[1];
    assert.ok(version, output);
    assert.match(output, /CHANGELOG\.md/);
    const made = readdirSync(inWorkspace('dist', 'release'));
    assert.ok(made.includes(`openapi-${version}.json`), made.join());
    const packages = made.flatMap((name) => /^(.*)-[\d.]+\.tgz$/.exec(name)?.[1] ?? []);
    assert.deepEqual(packages, ['flixcheck-access-token-verifier', 'flixcheck-connect-client']);
    const bill = readFileSync(inWorkspace('dist', 'release', `sbom-${version}.cdx.json`), 'utf8');
    assert.equal(JSON.parse(bill).bomFormat, 'CycloneDX');
    assert.deepEqual([await git('status', '--porcelain'), await git('tag')], before);
  });
});

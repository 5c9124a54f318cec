import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withRelease } from './changelog.mjs';

const HEAD = '# Changelog\n\nFor whom.\n';
const OLD = '## 1.0.0 (2026-01-01)\n\n- Old.\n';
const release = {
  version: '1.1.0',
  date: '2026-02-02',
  commits: '# 1.1.0 (2026-02-02)\n\n### New\n\n- **portal:** a page\n',
};

describe('the changelog of a release', () => {
  it('has what somebody has written under Unreleased, in place of the commits', () => {
    const written =
      '## Unreleased\n\n- You can do $1 more.\n\n### For operators\n\n- Less to do.\n';
    assert.equal(
      withRelease(`${HEAD}\n${written}\n${OLD}`, release),
      `${HEAD}\n${written.replace('Unreleased', '1.1.0 (2026-02-02)')}\n${OLD}`,
    );
    assert.equal(
      withRelease(`${HEAD}\n${written}`, release),
      `${HEAD}\n${written.replace('Unreleased', '1.1.0 (2026-02-02)')}`,
    );
  });

  it('has the commits where nobody has written anything, above the releases before', () => {
    const section = '## 1.1.0 (2026-02-02)\n\n### New\n\n- **portal:** a page\n';
    assert.equal(withRelease(`${HEAD}\n${OLD}`, release), `${HEAD}\n${section}\n${OLD}`);
    assert.equal(withRelease(HEAD, release), `${HEAD}\n${section}`);
    assert.equal(
      withRelease(`${HEAD}\n## Unreleased\n\n${OLD}`, release),
      `${HEAD}\n${section}\n${OLD}`,
    );
  });
});

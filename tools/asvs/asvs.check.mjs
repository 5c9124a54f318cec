import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { inWorkspace } from '../setup/workspace.mjs';
import { counted, counts, REQUIREMENTS, requirements, STATES } from './asvs.mjs';

const rows = requirements();

describe('the table of OWASP ASVS 5.0.0', () => {
  it('has every requirement of the levels 1 and 2, each once, in order', () => {
    const ids = rows.map(({ id }) => id);
    const inOrder = [...new Set(ids)].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    assert.deepEqual(ids, inOrder);
    for (const [level, number] of Object.entries(REQUIREMENTS)) {
      assert.equal(rows.filter((row) => row.level === level).length, number);
    }
  });

  it('says of each whether it is met, in the words that it explains', () => {
    assert.deepEqual(
      rows.filter(({ state }) => !STATES.includes(state)).map(({ id }) => id),
      [],
    );
  });

  it('counts them at the top', () => {
    assert.deepEqual(counts(), counted(rows));
  });

  it('names files that exist', () => {
    const named = rows.flatMap(({ id, files, tests }) =>
      [...files, ...tests.map(({ path }) => path)].map((path) => `${id}: ${path}`),
    );
    assert.deepEqual(
      named.filter((entry) => !existsSync(inWorkspace(entry.replace(/^\S+: /, '')))),
      [],
    );
    assert.ok(named.length > rows.length);
  });

  it('names tests that exist', () => {
    const missing = rows.flatMap(({ id, tests }) =>
      tests
        .filter(({ path, name }) => !isNamedIn(path, name))
        .map(({ path, name }) => `${id}: no test of ${path} is called '${name}'`),
    );
    assert.deepEqual(missing, []);
  });
});

function isNamedIn(path, name) {
  const source = readFileSync(inWorkspace(path), 'utf8');
  return ["'", '"', '`'].some((quote) => source.includes(`${quote}${name}${quote}`));
}

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { outcomesOf, startBuiltPrograms } from './nx-suites.mjs';
import { readSuites } from './suites.mjs';

const SUITES = [
  { name: 'lint', target: 'lint' },
  { name: 'types', target: 'typecheck' },
  { name: 'checks', target: 'format,spelling' },
];

const TASKS = `
 NX   Running targets lint, typecheck, format, spelling for 3 projects and 1 task they depend on:

- api
- portal
- checks

> nx run api:build

> tsc -p apps/api/tsconfig.json

> nx run api:lint

> eslint apps/api

> nx run checks:spelling

> cspell .

esac: unknown word

> nx run api:typecheck

> tsc
`;

const run = (summary, code = 1) => outcomesOf(SUITES, { code, output: `${TASKS}\n${summary}` });
const failed = (outcomes) =>
  SUITES.filter((_, index) => outcomes[index].failed === 1).map(({ name }) => name);

describe('suites that are targets of one run of Nx', () => {
  it('have passed where the run has', () => {
    const outcomes = run(' NX   Successfully ran targets lint, typecheck, format', 0);
    assert.deepEqual(
      outcomes.map((outcome) => ({ ...outcome, output: '' })),
      SUITES.map(() => ({ passed: 1, failed: 0, skipped: 0, output: '' })),
    );
  });

  it('have failed where a task of theirs has, and say what it has written', () => {
    const outcomes = run(' NX   Running targets failed\n\nFailed tasks:\n\n- checks:spelling\n');
    assert.deepEqual(failed(outcomes), ['checks']);
    assert.match(outcomes[2].output, /^> nx run checks:spelling/);
    assert.match(outcomes[2].output, /unknown word/);
    assert.doesNotMatch(outcomes[2].output, /eslint|tsc/);
  });

  it('say what to do about a check that has failed, and not about others', () => {
    const [, , { output }] = run(
      ' NX   Running targets failed\n\nFailed tasks:\n\n- checks:spelling\n',
    );
    assert.match(output, /\nesac: unknown word\n→ Mend the word; .*words\.txt/);
    assert.doesNotMatch(run(' NX   Successfully ran targets', 0)[2].output, /→/);
  });

  it('need nothing that was built before them', () => {
    const suites = readSuites();
    const named = (...names) => suites.filter(({ name }) => names.includes(name));
    assert.equal(startBuiltPrograms(named('lint', 'types', 'openapi', 'checks')), false);
    assert.equal(startBuiltPrograms(named('lint', 'oauth-protocol')), true);
    assert.equal(startBuiltPrograms(named('launcher')), true);
  });

  it('have failed where a task of theirs was not run, and say what another has written', () => {
    const outcomes = run(
      ' NX   Running targets failed\n\nTasks not run because their dependencies failed or --nx-bail=true:\n\n' +
        '- portal:typecheck\n\nFailed tasks:\n\n- api:build\n',
    );
    assert.deepEqual(failed(outcomes), ['types']);
    assert.match(outcomes[1].output, /> nx run api:build/);
  });

  it('have all failed where Nx names none of their tasks', () => {
    for (const summary of ['', ' NX   Running targets failed\n\nFailed tasks:\n\n- api:build\n']) {
      assert.deepEqual(failed(run(summary)), ['lint', 'types', 'checks']);
    }
  });
});

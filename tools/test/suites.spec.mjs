import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { readProjects } from '../setup/projects.mjs';
import { inWorkspace } from '../setup/workspace.mjs';
import { inRuns, readSuites } from './suites.mjs';

const CONFIGS = [
  ...['jest.config.cjs', 'load.config.cjs', 'deployment.config.cjs'],
  ...['playwright.config.ts', 'lighthouse.config.ts'],
];
const TEST_TARGETS = ['test', 'e2e', 'load', 'lighthouse'];

describe('the suites of npm test', () => {
  it('have every test configuration of the workspace', () => {
    const found = ['apps', 'libs'].flatMap((parent) =>
      readdirSync(inWorkspace(parent)).flatMap((name) =>
        CONFIGS.map((config) => `${parent}/${name}/${config}`).filter((path) =>
          existsSync(inWorkspace(path)),
        ),
      ),
    );
    const used = readSuites().flatMap(({ args }) => args.filter((word) => found.includes(word)));
    assert.deepEqual(used.toSorted(), found.toSorted());
  });

  it('are the Nx targets that test something, each once', () => {
    const targets = [...readProjects().values()].flatMap(({ name, targets }) =>
      TEST_TARGETS.filter((target) => targets[target]).map((target) => `${name}:${target}`),
    );
    const run = readSuites().filter(({ kind, optional }) => kind !== 'nx' && !optional);
    assert.deepEqual(run.map(({ target }) => target).toSorted(), targets.toSorted());
  });

  it('run one after the other, but for those that follow one another as targets of Nx or beside one that waits', () => {
    const names = (...chosen) =>
      inRuns(readSuites().filter(({ name }) => chosen.includes(name))).map((run) =>
        run.map(({ name }) => name).join(),
      );
    assert.deepEqual(names('lint', 'types', 'launcher', 'change-feed', 'connect-client', 'api'), [
      'lint,types',
      'launcher,change-feed,connect-client',
      'api',
    ]);
    assert.deepEqual(names('types', 'change-feed', 'api', 'portal'), [
      ...['types', 'change-feed', 'api', 'portal'],
    ]);
    for (const name of ['load', 'bench', 'lighthouse', 'portal-e2e']) {
      assert.ok(names(...readSuites().map((suite) => suite.name)).includes(name), name);
    }
  });
});

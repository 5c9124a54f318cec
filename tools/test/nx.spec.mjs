import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { sep } from 'node:path';
import { before, describe, it } from 'node:test';
import { inWorkspace, root } from '../setup/workspace.mjs';
import { readSuites } from './suites.mjs';

process.env.NX_DAEMON = 'false';
process.env.NX_NO_CLOUD = 'true';

/** Nx says what a task reads only through its own modules, which its package does not export. */
const nx = (path) =>
  createRequire(import.meta.url)(inWorkspace('node_modules', 'nx', 'dist', 'src', path));
const { createProjectGraphAsync } = nx('project-graph/project-graph.js');
const { computeAffectedTasks } = nx('project-graph/affected/affected-tasks.js');
const { readNxJson } = nx('config/configuration.js');
const { WholeFileChange } = nx('project-graph/file-utils.js');
const { HashPlanInspector } = nx('hasher/hash-plan-inspector.js');

const TARGETS = new Set([
  ...['lint', 'typecheck', 'openapi-check', 'test', 'e2e', 'load', 'lighthouse'],
]);
let graph;
let inputs;

before(async () => {
  graph = await createProjectGraphAsync({ exitOnError: false, resetDaemonClient: false });
  const inspector = new HashPlanInspector(graph, root);
  await inspector.init();
  inputs = new Map();
  for (const { name, data } of Object.values(graph.nodes)) {
    for (const target of Object.keys(data.targets).filter((each) => TARGETS.has(each))) {
      const found = inspector.inspectTaskInputs({ project: name, target });
      inputs.set(`${name}:${target}`, found[`${name}:${target}`]);
    }
  }
});

/** What `nx affected` runs after one file was changed, without what it builds for that first. */
async function runs(file) {
  const { affectedTaskIds } = await computeAffectedTasks({
    projectGraph: graph,
    nxJson: readNxJson(),
    targets: [...TARGETS],
    touchedFiles: [{ file, hash: '', getChanges: () => [new WholeFileChange()] }],
  });
  return [...affectedTaskIds].toSorted();
}

const EVERYTHING = 'everything';

/** What looks at the built documentation. */
const SITE = ['api-e2e:e2e', 'portal-e2e:e2e'];

/** By the file that changes: what runs. `*` are all targets of the project above. */
const table = {
  'apps/api/src/checks/checks.service.ts': [
    ...['api:lint', 'api:openapi-check', 'api:test', 'api:typecheck'],
    ...['api-e2e:e2e', 'api-e2e:lint', 'api-e2e:load', 'api-e2e:typecheck'],
    ...['bench:lint', 'bench:test'],
    ...['portal-e2e:e2e', 'portal-e2e:lighthouse', 'portal-e2e:lint', 'portal-e2e:typecheck'],
    ...['tools:lint', 'tools:test'],
  ],
  // It starts the database of all tests.
  'apps/api/src/database/embedded-postgres.ts': [
    ...['access-token-verifier:test', 'change-feed:test'],
    ...['api:lint', 'api:openapi-check', 'api:test', 'api:typecheck'],
    ...['api-e2e:e2e', 'api-e2e:lint', 'api-e2e:load', 'api-e2e:typecheck'],
    ...['bench:lint', 'bench:test'],
    ...['portal-e2e:e2e', 'portal-e2e:lighthouse', 'portal-e2e:lint', 'portal-e2e:typecheck'],
    ...['tools:lint', 'tools:test'],
  ],
  'apps/api/src/checks/checks.spec.ts': ['api:lint', 'api:test', 'api:typecheck'],
  'apps/api/src/testing/test-app.ts': ['api:lint', 'api:test', 'api:typecheck'],
  'apps/portal/src/app/app.ts': [
    ...['portal:lint', 'portal:test', 'portal:typecheck'],
    ...['portal-e2e:e2e', 'portal-e2e:lighthouse', 'portal-e2e:lint', 'portal-e2e:typecheck'],
    ...['tools:lint', 'tools:test'],
  ],
  'apps/portal/src/i18n/texts.spec.ts': ['portal:lint', 'portal:test', 'portal:typecheck'],
  'apps/api-e2e/src/codes.spec.ts': [
    ...['api-e2e:e2e', 'api-e2e:lint', 'api-e2e:load', 'api-e2e:typecheck'],
  ],
  // Nx does not tell the API's tests, which stand on it, from the API.
  'libs/test-harness/src/http.ts': [
    ...['api-e2e:e2e', 'api-e2e:lint', 'api-e2e:load', 'api-e2e:typecheck'],
    ...['api:lint', 'api:openapi-check', 'api:test', 'api:typecheck', 'bench:lint', 'bench:test'],
    ...['portal-e2e:e2e', 'portal-e2e:lighthouse', 'portal-e2e:lint', 'portal-e2e:typecheck'],
    ...['test-harness:lint', 'test-harness:typecheck', 'tools:lint', 'tools:test'],
  ],
  'libs/access-token-verifier/src/verifier.spec.ts': [
    ...['access-token-verifier:lint', 'access-token-verifier:test'],
    'access-token-verifier:typecheck',
  ],
  // The examples in it are compiled against the package.
  'libs/access-token-verifier/README.md': [
    ...['access-token-verifier:lint', 'access-token-verifier:test'],
    ...['access-token-verifier:typecheck', 'tools:test'],
  ],
  'libs/connect-client/src/connection.spec.ts': [
    ...['connect-client:lint', 'connect-client:test', 'connect-client:typecheck'],
  ],
  'libs/connect-client/README.md': [
    ...['api-e2e:e2e', 'connect-client:lint', 'connect-client:test', 'connect-client:typecheck'],
  ],
  'jest.preset.cjs': [
    ...['access-token-verifier:test', 'api:test', 'api-e2e:e2e', 'api-e2e:load'],
    ...[
      'change-feed:test',
      'connect-client:test',
      'oauth-protocol:test',
      'password-strength:test',
      'tools:test',
    ],
  ],
  'docs/guide/scopes.md': [...SITE, 'api:openapi-check', 'api:test'],
  'docs/guide/flow.md': [...SITE, 'api:test'],
  // The portal has words for each reason that it explains.
  'docs/guide/request-log.md': [...SITE, 'api:test', 'portal:test'],
  'apps/docs/layouts/page.11ty.mjs': [
    ...['docs:lint', 'docs:typecheck'],
    ...['api-e2e:e2e', 'api-e2e:lint', 'api-e2e:load', 'api-e2e:typecheck'],
    ...['portal-e2e:e2e', 'portal-e2e:lighthouse', 'portal-e2e:lint', 'portal-e2e:typecheck'],
    ...['tools:lint', 'tools:test'],
  ],
  'bench/run.mjs': ['bench:lint', 'bench:test'],
  'tools/start/ports.mjs': ['tools:lint', 'tools:test'],
  'docker-compose.yml': ['api:test', 'tools:test'],
  '.env.example': ['api:test', 'tools:test'],
  'README.md': [],
  'package-lock.json': EVERYTHING,
  'tsconfig.base.json': EVERYTHING,
  'nx.json': EVERYTHING,
};

describe('nx affected', () => {
  for (const [file, expected] of Object.entries(table)) {
    it(`after a change of ${file} runs what depends on it and nothing else`, async () => {
      const all = [...inputs.keys()];
      assert.deepEqual(await runs(file), (expected === EVERYTHING ? all : expected).toSorted());
    });
  }
});

/** What the machine, Jest or a test itself sets. */
const SET_BY_THE_RUN = new Set(['HOME', 'PATH', 'TEST_DEMO_DATABASE']);

/** Variables of the environment, by name, that tests read; not those of the programs in strings. */
function variablesIn(folder, elsewhere) {
  const found = new Set();
  for (const file of readdirSync(inWorkspace(folder), { recursive: true })) {
    if (!file.endsWith('.ts') || elsewhere.includes(file.split(sep)[0])) continue;
    const source = readFileSync(inWorkspace(folder, file), 'utf8');
    for (const [, direct, scaled] of source.matchAll(/process\.env\['(\w+)'\]|\bscale\('(\w+)'/g))
      found.add(direct ?? scaled);
  }
  return [...found];
}

describe('what Nx takes for unchanged', () => {
  const environmentOf = (task) => inputs.get(task).environment;

  it('depends on the database that the tests run on', () => {
    const suites = readSuites().filter(({ needs }) => needs.includes('database'));
    assert.ok(suites.length > 4);
    for (const { target } of suites) {
      assert.ok(environmentOf(target).includes('TEST_DATABASE_URL'), target);
    }
  });

  it('depends on the browser that shows the pages', () => {
    for (const task of ['portal-e2e:e2e', 'portal-e2e:lighthouse']) {
      assert.ok(environmentOf(task).includes('CHROME_PATH'), task);
    }
  });

  // A run with another seed, more rotations or all languages is another run.
  for (const [task, folder, elsewhere] of [
    ['api-e2e:e2e', 'apps/api-e2e/src', ['deployment', 'load']],
    ['portal:test', 'apps/portal/src', []],
  ]) {
    it(`depends on the variables that ${task} reads`, () => {
      const read = variablesIn(folder, elsewhere).filter((name) => !SET_BY_THE_RUN.has(name));
      assert.ok(read.includes('EVERY_LANGUAGE'));
      for (const name of read) assert.ok(environmentOf(task).includes(name), name);
    });
  }

  it('depends on the Node that everything runs on', () => {
    for (const [task, { runtime }] of inputs) assert.ok(runtime.includes('node --version'), task);
  });

  it('runs a suite on the built programs that it starts', () => {
    const builds = {
      'tools:test': ['api', 'portal', 'docs', 'demo-client'],
      'bench:test': ['api'],
      'api-e2e:e2e': ['api', 'docs', 'demo-client', 'connect-client'],
      'api-e2e:load': ['api'],
      'portal-e2e:e2e': ['api', 'portal', 'docs', 'demo-client'],
      'access-token-verifier:test': ['change-feed', 'oauth-protocol', 'api'],
    };
    const { createTaskGraph } = nx('tasks-runner/create-task-graph.js');
    for (const [task, projects] of Object.entries(builds)) {
      const [project, target] = task.split(':');
      const tasks = createTaskGraph(graph, {}, [project], [target], undefined, {}).tasks;
      for (const each of projects) assert.ok(tasks[`${each}:build`], `${task} needs ${each}`);
    }
  });
});

import { readProjects } from '../setup/projects.mjs';

/**
 * What `npm test` runs, in this order; `npm test -- <name> …` runs single ones. A suite is defined
 * in its project's project.json, as the Nx target that is named here:
 *
 * - targets without a project run through Nx in all projects that have them, and count as one test;
 *   those that follow one another run at the same time
 * - the others' commands are run as they are, their tests counted; a target that has `database` or
 *   `browser` among its inputs gets an empty PostgreSQL server (its address is in TEST_DATABASE_URL)
 *   or a browser (its path is in CHROME_PATH)
 * - `beside` ones run, one after the other, while the one before them does: it mostly waits, and none
 *   of them measures time
 * - `optional` ones run only when they are named
 */
const table = [
  ['lint', 'lint'],
  ['types', 'typecheck'],
  ['openapi', 'openapi-check'],
  ['checks', 'format,spelling,links,unused,openapi-lint,contract,asvs'],
  ['launcher', 'tools:test'],
  ['change-feed', 'change-feed:test', { beside: true }],
  ['oauth-protocol', 'oauth-protocol:test', { beside: true }],
  ['password-strength', 'password-strength:test', { beside: true }],
  ['access-token-verifier', 'access-token-verifier:test', { beside: true }],
  ['connect-client', 'connect-client:test', { beside: true }],
  ['api', 'api:test'],
  ['portal', 'portal:test'],
  ['api-e2e', 'api-e2e:e2e'],
  ['load', 'api-e2e:load'],
  ['bench', 'bench:test'],
  ['portal-e2e', 'portal-e2e:e2e'],
  ['lighthouse', 'portal-e2e:lighthouse'],
  ['dev', 'tools:dev', { optional: true }],
  ['containers', 'tools:containers', { optional: true }],
  ['deployment', 'api-e2e:deployment', { optional: true }],
];

/** The suites in their order, with what their targets say. */
export function readSuites() {
  const projects = readProjects();
  return table.map(([name, target, { beside = false, optional = false } = {}]) => {
    const [project, targetName] = target.split(':');
    if (targetName === undefined) {
      return { name, target, kind: 'nx', beside, optional, needs: [], args: [] };
    }
    const { options, inputs = [] } = projects.get(project)?.targets[targetName] ?? {};
    if (!options?.command) throw new Error(`The suite ${name} has no target ${target}.`);
    const args = wordsOf(options.command);
    return {
      ...{ name, target, kind: kindOf(args), beside, optional, args },
      needs: ['database', 'browser'].filter((need) => inputs.includes(need)),
    };
  });
}

/**
 * The suites that run at the same time: targets of Nx that follow one another; those that run beside
 * another, with it; the others alone.
 */
export function inRuns(suites) {
  const runs = [];
  for (const suite of suites) {
    const before = runs.at(-1)?.at(-1);
    const joins =
      suite.kind === 'nx' ? before?.kind === 'nx' : suite.beside && before?.kind !== 'nx';
    if (before && joins) runs.at(-1).push(suite);
    else runs.push([suite]);
  }
  return runs;
}

/** A command line's words; one that holds spaces or asterisks stands in double quotes. */
function wordsOf(command) {
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain);
}

function kindOf(args) {
  if (args.some((word) => word.endsWith('jest.js'))) return 'jest';
  if (args.some((word) => word.startsWith('node_modules/@playwright/'))) return 'playwright';
  return 'node';
}

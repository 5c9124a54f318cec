import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { nxEnvironment } from '../setup/build.mjs';
import { projectEnvironment } from '../setup/project-node.mjs';
import { run } from '../setup/run.mjs';
import { inWorkspace, root } from '../setup/workspace.mjs';
import { outcomesOf } from './nx-suites.mjs';
import { programSettings } from './program-settings.mjs';

const SPEC_REPORTER = '--test-reporter=spec';

/** A suite that takes longer than this hangs. */
const LIMIT_MS = 20 * 60_000;

/** Runs one suite; returns how many tests passed and failed, and its output. */
export async function runSuite(suite, { node, env, results, signal, onDetail }) {
  const report = join(results, `${suite.name}.json`);
  rmSync(report, { force: true });
  const { args, extra, count, detailOf } = kinds[suite.kind](suite, report);
  const { code, output } = await runCommand(suite.name, node, args, {
    env: { ...environment(node), ...env, ...extra },
    signal,
    ...{ detailOf, onDetail },
  });
  const outcome = { passed: 0, failed: 0, skipped: 0, ...count({ output, report }), output };
  // A runner that exits with an error but no failed test, or finds no test at all, has failed.
  const found = outcome.passed + outcome.skipped;
  if ((code !== 0 || found === 0) && outcome.failed === 0) outcome.failed = 1;
  return outcome;
}

/** Runs suites that are targets of Nx, each of which counts as one test. */
export async function runNxSuites(suites, { node, env, signal, onDetail }) {
  const targets = suites.map(({ target }) => target).join();
  const args = [
    inWorkspace('node_modules', 'nx', 'dist', 'bin', 'nx.js'),
    ...['run-many', `--targets=${targets}`, '--outputStyle=static'],
  ];
  const ended = await runCommand(suites.map(({ name }) => name).join(', '), node, args, {
    env: { ...nxEnvironment(node), ...env },
    signal,
    ...{ detailOf: /nx run ([\w-]+):/, onDetail },
  });
  return outcomesOf(suites, ended);
}

async function runCommand(name, node, args, { env, signal, detailOf, onDetail }) {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(new Error('timeout')), LIMIT_MS);
  try {
    const { code, killedBy, output } = await run(node, args, {
      cwd: root,
      env,
      signal: AbortSignal.any([signal, timeout.signal]),
      onOutput: (chunk) => {
        const detail = detailOf?.exec(chunk)?.[1];
        if (detail) onDetail(detail);
      },
    });
    return { code, output: killedBy ? `${output}\nThe suite was ended by ${killedBy}.` : output };
  } catch (error) {
    signal.throwIfAborted();
    if (!timeout.signal.aborted) throw error;
    return { code: 1, output: `${name} did not end within ${LIMIT_MS / 60_000} minutes.` };
  } finally {
    clearTimeout(timer);
  }
}

function environment(node) {
  const env = projectEnvironment(node);
  // A shell may have them for the instance that runs beside the tests.
  for (const name of [...programSettings(), 'FLIXCHECK_URL']) delete env[name];
  return env;
}

const kinds = {
  node: ({ args }) => ({
    args: args.slice(1).flatMap((word) => (word === '--test' ? [word, SPEC_REPORTER] : [word])),
    extra: { NODE_OPTIONS: '' },
    count: ({ output }) => ({
      passed: Number(/^ℹ pass (\d+)$/m.exec(output)?.[1] ?? 0),
      failed: Number(/^ℹ fail (\d+)$/m.exec(output)?.[1] ?? 0),
      skipped: Number(/^ℹ skipped (\d+)$/m.exec(output)?.[1] ?? 0),
    }),
  }),

  jest: ({ args }, report) => ({
    args: [...args.slice(1), '--ci', '--json', `--outputFile=${report}`],
    extra: { SPEC_GROUPS: 'on' },
    count: () => {
      const result = readReport(report);
      if (!result) return { failed: 1 };
      return {
        passed: result.numPassedTests,
        failed: result.numFailedTests + result.numRuntimeErrorTestSuites,
        skipped: result.numPendingTests + result.numTodoTests,
      };
    },
    detailOf: /^(?:PASS|FAIL) (?:\S+ )?(\S+)/m,
  }),

  playwright: ({ args }, report) => ({
    args: [...args.slice(1), '--reporter=list,json'],
    extra: { PLAYWRIGHT_JSON_OUTPUT_FILE: report, PLAYWRIGHT_FORCE_TTY: '0' },
    count: () => {
      const result = readReport(report);
      if (!result) return { failed: 1 };
      const { expected, unexpected, flaky, skipped } = result.stats;
      return { passed: expected + flaky, failed: unexpected + result.errors.length, skipped };
    },
    detailOf: /› (\S+\.spec\.ts)/,
  }),
};

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

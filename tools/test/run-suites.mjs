import { mkdirSync, writeFileSync } from 'node:fs';
import { Failure, inWords, Interrupted } from '../setup/failure.mjs';
import { listenForInterrupt } from '../setup/interrupt.mjs';
import { prepare } from '../setup/prepare.mjs';
import { Progress, seconds } from '../setup/progress.mjs';
import { buildableProjects } from '../setup/projects.mjs';
import { inWorkspace } from '../setup/workspace.mjs';
import { findOrInstallBrowser, seekBrowser } from './browser.mjs';
import { startTestDatabase } from './database.mjs';
import { startBuiltPrograms } from './nx-suites.mjs';
import { runNxSuites, runSuite } from './run-suite.mjs';
import { inRuns, readSuites } from './suites.mjs';

const results = inWorkspace('test-results');
const SHOWN_LINES = 400;

/** `npm test`: every suite, even if earlier ones have failed, and the total at the end. */
export async function runSuites(names) {
  if (names.includes('--help')) {
    const known = readSuites()
      .map(({ name, optional }) => `  ${name}${optional ? '  (only when it is named)' : ''}\n`)
      .join('');
    process.stdout.write(
      `npm test              every suite\nnpm test -- NAME …    these:\n${known}`,
    );
    return;
  }
  const signal = listenForInterrupt();
  const progress = new Progress();
  let browser;
  let database;
  let failed = 1;
  try {
    const chosen = choose(readSuites(), names);
    const startedAt = Date.now();
    // Debian's packages come while npm's do.
    if (chosen.some(needs('browser'))) browser = seekBrowser(signal);
    const built = startBuiltPrograms(chosen) ? Object.keys(buildableProjects()) : [];
    const node = await prepare(built, { signal, progress });
    const env = {};
    const unmet = new Map();
    if (chosen.some(needs('database'))) {
      database = await progress.step('Starting a database', () =>
        startTestDatabase(node, { signal }),
      );
      env.TEST_DATABASE_URL = database.url;
    }
    if (browser) {
      try {
        env.CHROME_PATH = await findOrInstallBrowser({ node, signal, progress, sought: browser });
      } catch (error) {
        signal.throwIfAborted();
        unmet.set('browser', inWords(error));
      }
    }
    mkdirSync(results, { recursive: true });
    const totals = { passed: 0, failed: 0 };
    for (const suites of inRuns(chosen)) {
      const outcomes = await report(suites, { node, env, unmet, signal, progress });
      for (const { passed, failed } of outcomes) {
        totals.passed += passed;
        totals.failed += failed;
      }
    }
    progress.line(`\nAll suites took ${seconds(Date.now() - startedAt)}.`);
    await database?.stop();
    progress.line(`${totals.passed} passed, ${totals.failed} failed`);
    failed = totals.failed;
  } catch (error) {
    await database?.stop();
    // Half an installation would be left behind.
    await browser?.installed.catch(() => undefined);
    if (error instanceof Interrupted) process.exit(130);
    progress.line(`\n${progress.red(inWords(error))}\n`);
    progress.line('0 passed, 1 failed');
  }
  process.exit(failed > 0 ? 1 : 0);
}

async function report(suites, { node, env, unmet, signal, progress }) {
  const { red, green } = progress;
  let outcomes;
  await progress
    .step(
      suites.map(({ name }) => name).join(', '),
      async (detail) => {
        outcomes = await runTogether(suites, { node, env, unmet, signal, onDetail: detail });
        if (outcomes.some(({ failed }) => failed > 0)) throw new Failure('Tests have failed.');
      },
      () => green(counts(total(outcomes))),
    )
    .catch((error) => {
      signal.throwIfAborted();
      if (!outcomes) throw error;
      const failures = suites.flatMap(({ name }, index) =>
        outcomes[index].failed > 0 ? `${name}: ${counts(outcomes[index])}` : [],
      );
      progress.line(`  ${red(failures.join('; '))}\n`);
    });
  for (const [index, { name }] of suites.entries()) tell(name, outcomes[index], progress);
  return outcomes;
}

async function runTogether(suites, { node, env, unmet, signal, onDetail }) {
  if (suites[0].kind === 'nx') return runNxSuites(suites, { node, env, signal, onDetail });
  const runOne = (suite) => {
    const missing = suite.needs.map((need) => unmet.get(need)).find(Boolean);
    if (missing) return { passed: 0, failed: 1, skipped: 0, output: missing };
    return runSuite(suite, { node, env, results, signal, onDetail });
  };
  const [first, ...beside] = suites;
  const [outcome, others] = await Promise.all([runOne(first), inTurn(beside, runOne)]);
  return [outcome, ...others];
}

async function inTurn(suites, runOne) {
  const outcomes = [];
  for (const suite of suites) outcomes.push(await runOne(suite));
  return outcomes;
}

/** What the suite has written: into a file, and on the screen where something has failed. */
function tell(name, { failed, output }, progress) {
  const log = `${results}/${name}.log`;
  writeFileSync(log, output);
  if (failed === 0) return;
  const lines = output.trimEnd().split('\n');
  if (lines.length > SHOWN_LINES) progress.line(`  (the last ${SHOWN_LINES} lines of ${log})`);
  progress.line(
    lines
      .slice(-SHOWN_LINES)
      .map((line) => `  ${line}`.trimEnd())
      .join('\n'),
  );
  progress.line();
}

function total(outcomes) {
  const sum = (what) => outcomes.reduce((all, outcome) => all + outcome[what], 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}

function counts({ passed, failed, skipped }) {
  const parts = [`${passed} passed`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (skipped > 0) parts.push(`${skipped} skipped`);
  return parts.join(', ');
}

function needs(what) {
  return (suite) => suite.needs.includes(what);
}

function choose(suites, names) {
  const known = suites.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new Failure(
      `There is no suite '${unknown}': choose from ${known.join(', ')}.\n` +
        'One spec file: npx nx test api time-limits (or another project).',
    );
  }
  if (names.length === 0) return suites.filter(({ optional }) => !optional);
  return suites.filter(({ name }) => names.includes(name));
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { Failure, inWords, Interrupted } from '../setup/failure.mjs';
import { listenForInterrupt } from '../setup/interrupt.mjs';
import { prepare } from '../setup/prepare.mjs';
import { Progress, seconds } from '../setup/progress.mjs';
import { buildableProjects } from '../setup/projects.mjs';
import { inWorkspace } from '../setup/workspace.mjs';
import { findOrInstallBrowser, seekBrowser } from './browser.mjs';
import { startTestDatabase } from './database.mjs';
import { runSuite } from './run-suite.mjs';
import { readSuites } from './suites.mjs';

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
    const node = await prepare(Object.keys(buildableProjects()), { signal, progress });
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
    for (const suite of chosen) {
      const outcome = await report(suite, { node, env, unmet, signal, progress });
      totals.passed += outcome.passed;
      totals.failed += outcome.failed;
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

async function report(suite, { node, env, unmet, signal, progress }) {
  const { red, green } = progress;
  let outcome;
  await progress
    .step(
      suite.name,
      async (detail) => {
        const missing = suite.needs.map((need) => unmet.get(need)).find(Boolean);
        outcome = missing
          ? { passed: 0, failed: 1, skipped: 0, output: missing }
          : await runSuite(suite, { node, env, results, signal, onDetail: detail });
        if (outcome.failed > 0) throw new Failure(suite.name);
        return outcome;
      },
      () => green(counts(outcome)),
    )
    .catch((error) => {
      signal.throwIfAborted();
      if (!outcome) throw error;
      progress.line(`  ${red(counts(outcome))}\n`);
    });
  const log = `${results}/${suite.name}.log`;
  writeFileSync(log, outcome.output);
  if (outcome.failed > 0) {
    const lines = outcome.output.trimEnd().split('\n');
    if (lines.length > SHOWN_LINES) progress.line(`  (the last ${SHOWN_LINES} lines of ${log})`);
    progress.line(
      lines
        .slice(-SHOWN_LINES)
        .map((line) => `  ${line}`.trimEnd())
        .join('\n'),
    );
    progress.line();
  }
  return outcome;
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

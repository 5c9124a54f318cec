import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure, inWords, Interrupted } from '../setup/failure.mjs';
import { listenForInterrupt } from '../setup/interrupt.mjs';
import { prepare } from '../setup/prepare.mjs';
import { Progress } from '../setup/progress.mjs';
import { buildableProjects } from '../setup/projects.mjs';
import { startTestDatabase } from '../test/database.mjs';
import { runSuite } from '../test/run-suite.mjs';
import { readSuites } from '../test/suites.mjs';
import { changesOf } from './changes.mjs';
import { mutants } from './mutants.mjs';

/**
 * `npm run test:mutation [-- WORD …]`: breaks one rule after the other, in the sources and in what
 * is built, and runs the spec that must notice. A rule that is broken unnoticed has no test.
 * @param words only the rules that have one of them
 */
export async function runMutants(words) {
  const signal = listenForInterrupt();
  const progress = new Progress();
  const results = mkdtempSync(join(tmpdir(), 'flixcheck-connect-mutation-'));
  let database;
  let survivors = 1;
  try {
    const chosen = mutants.filter(
      ([rule]) => words.length === 0 || words.some((word) => rule.includes(word)),
    );
    if (chosen.length === 0) throw new Failure(`No rule has ${words.join(' or ')} in it.`);
    const node = await prepare(Object.keys(buildableProjects()), { signal, progress });
    database = await startTestDatabase(node, { signal });
    const env = { TEST_DATABASE_URL: database.url };
    survivors = 0;
    for (const mutant of chosen) {
      const [rule, , , , name, spec] = mutant;
      const suite = readSuites().find((each) => each.name === name);
      const restore = mutate(mutant);
      try {
        const { failed } = await runSuite(
          { ...suite, args: [...suite.args, '--runInBand', spec] },
          { node, env, results, signal, onDetail: () => undefined },
        );
        if (failed === 0) survivors += 1;
        const said = failed > 0 ? progress.green('✓') : progress.red('✗ survived:');
        progress.line(`${said} ${rule}  ${progress.dim(`${name} ${spec}, ${failed} failed`)}`);
      } finally {
        restore();
      }
    }
    progress.line(`${chosen.length - survivors} noticed, ${survivors} survived`);
  } catch (error) {
    survivors = 1;
    if (!(error instanceof Interrupted)) progress.line(progress.red(inWords(error)));
  }
  await database?.stop();
  rmSync(results, { recursive: true });
  process.exit(survivors > 0 ? 1 : 0);
}

/** @returns what puts back what stood there, times included, so that nothing is built again */
function mutate(mutant) {
  const changes = changesOf(mutant).map(({ path, before, after }) => {
    const times = statSync(path);
    writeFileSync(path, after);
    return { path, before, times };
  });
  return () => {
    for (const { path, before, times } of changes) {
      writeFileSync(path, before);
      utimesSync(path, times.atime, times.mtime);
    }
  };
}

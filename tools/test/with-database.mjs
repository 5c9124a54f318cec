import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Failure, inWords, Interrupted } from '../setup/failure.mjs';
import { listenForInterrupt } from '../setup/interrupt.mjs';
import { prepare } from '../setup/prepare.mjs';
import { Progress } from '../setup/progress.mjs';
import { projectEnvironment, projectNode } from '../setup/project-node.mjs';
import { findOrInstallBrowser } from './browser.mjs';
import { startTestDatabase } from './database.mjs';

const USAGE = 'Usage: node tools/test-database.mjs [--browser] -- <command> [arguments]';

/**
 * `node tools/test-database.mjs [--browser] -- <command …>`: the command, with a database for its
 * tests and a browser. Those that exist already (TEST_DATABASE_URL, CHROME_PATH) are used.
 */
export async function withDatabase(args) {
  const signal = listenForInterrupt();
  const progress = new Progress(process.stderr);
  let database;
  let exitCode = 1;
  try {
    const browser = args[0] === '--browser';
    const words = browser ? args.slice(1) : args;
    const [command, ...rest] = words[0] === '--' ? words.slice(1) : words;
    if (!command) throw new Failure(USAGE);
    // Nx has built what the target depends on, `npm test` everything.
    const isReady = process.env.NX_TASK_TARGET_PROJECT || process.env.TEST_DATABASE_URL;
    const node = isReady ? projectNode() : await prepare(['api'], { signal, progress });
    const env = {};
    if (!process.env.TEST_DATABASE_URL) {
      database = await startTestDatabase(node, { signal });
      env.TEST_DATABASE_URL = database.url;
    }
    if (browser) env.CHROME_PATH = await findOrInstallBrowser({ node, signal, progress });
    const child = spawn(command, rest, {
      stdio: 'inherit',
      env: projectEnvironment(node, env),
    });
    signal.addEventListener('abort', () => child.kill('SIGTERM'));
    const [code] = await once(child, 'exit').catch((error) => {
      throw new Failure(`${command} cannot be run: ${error.message}.`);
    });
    exitCode = code ?? 1;
  } catch (error) {
    if (!(error instanceof Interrupted)) progress.line(progress.red(inWords(error)));
  }
  await database?.stop();
  process.exit(exitCode);
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Failure, inWords, Interrupted } from '../setup/failure.mjs';
import { listenForInterrupt } from '../setup/interrupt.mjs';
import { prepare } from '../setup/prepare.mjs';
import { Progress } from '../setup/progress.mjs';
import { projectEnvironment } from '../setup/project-node.mjs';
import { startTestDatabase } from './database.mjs';

/** `node tools/test-database.mjs -- <command …>`: the command, with a database for its tests. */
export async function withDatabase(args) {
  const signal = listenForInterrupt();
  const progress = new Progress(process.stderr);
  let database;
  let exitCode = 1;
  try {
    const [command, ...rest] = args[0] === '--' ? args.slice(1) : args;
    if (!command) throw new Failure('Usage: node tools/test-database.mjs -- <command> [arguments]');
    const node = await prepare(['api'], { signal, progress });
    database = await startTestDatabase(node, { signal });
    const child = spawn(command, rest, {
      stdio: 'inherit',
      env: projectEnvironment(node, { TEST_DATABASE_URL: database.url }),
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

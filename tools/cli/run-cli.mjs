import { spawn } from 'node:child_process';
import { inWords, Interrupted } from '../setup/failure.mjs';
import { listenForInterrupt } from '../setup/interrupt.mjs';
import { prepare } from '../setup/prepare.mjs';
import { Progress } from '../setup/progress.mjs';
import { projectEnvironment } from '../setup/project-node.mjs';
import { inWorkspace, root } from '../setup/workspace.mjs';

/** `npm run cli -- …`: the command line of the API. Standard output is the command's alone. */
export async function runCli(args) {
  const signal = listenForInterrupt();
  const progress = new Progress(process.stderr);
  try {
    const node = await prepare(['api'], { signal, progress });
    const child = spawn(node, [inWorkspace('apps/api/dist/cli.js'), ...args], {
      cwd: root,
      env: projectEnvironment(node),
      stdio: 'inherit',
    });
    signal.addEventListener('abort', () => child.kill('SIGTERM'));
    child.once('exit', (code, killedBy) => process.exit(code ?? (killedBy ? 1 : 0)));
  } catch (error) {
    if (!(error instanceof Interrupted)) progress.line(`\n${progress.red(inWords(error))}\n`);
    process.exit(error instanceof Interrupted ? 130 : 1);
  }
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Failure, inWords, Interrupted } from '../setup/failure.mjs';
import { listenForInterrupt } from '../setup/interrupt.mjs';
import { prepare } from '../setup/prepare.mjs';
import { Progress } from '../setup/progress.mjs';
import { projectEnvironment } from '../setup/project-node.mjs';
import { inWorkspace, root } from '../setup/workspace.mjs';
import { findOrInstallBrowser } from './browser.mjs';
import { startTestDatabase } from './database.mjs';

/** `npm run screenshots`: every page and state of the portal, into `screenshots/index.html`. */
export async function screenshots(args) {
  const signal = listenForInterrupt();
  const progress = new Progress();
  let database;
  let exitCode = 1;
  try {
    const node = await prepare(['api', 'portal', 'docs', 'demo-client'], { signal, progress });
    const browser = await findOrInstallBrowser({ node, signal, progress });
    database = await startTestDatabase(node, { signal });
    const cli = inWorkspace('node_modules', '@playwright', 'test', 'cli.js');
    const config = inWorkspace('apps', 'portal-e2e', 'screenshots.config.ts');
    const child = spawn(node, [cli, 'test', '-c', config, ...args], {
      cwd: root,
      stdio: 'inherit',
      env: projectEnvironment(node, { TEST_DATABASE_URL: database.url, CHROME_PATH: browser }),
    });
    signal.addEventListener('abort', () => child.kill('SIGTERM'));
    const [code] = await once(child, 'exit').catch((error) => {
      throw new Failure(`The pictures cannot be taken: ${error.message}.`);
    });
    exitCode = code ?? 1;
    if (exitCode === 0) progress.line(`Look at ${inWorkspace('screenshots', 'index.html')}`);
  } catch (error) {
    if (!(error instanceof Interrupted)) progress.line(progress.red(inWords(error)));
  }
  await database?.stop();
  process.exit(exitCode);
}

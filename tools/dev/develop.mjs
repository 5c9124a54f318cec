import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure, inWords, Interrupted } from '../setup/failure.mjs';
import { listenForInterrupt } from '../setup/interrupt.mjs';
import { prepare } from '../setup/prepare.mjs';
import { Progress } from '../setup/progress.mjs';
import { endGroup, inGroup } from '../setup/process-group.mjs';
import { projectEnvironment } from '../setup/project-node.mjs';
import { inWorkspace, root } from '../setup/workspace.mjs';
import { isFree } from '../start/ports.mjs';
import { devLog } from './dev-log.mjs';
import { openLeash } from './leash.mjs';
import { onlyOne } from './only-one.mjs';
import { devPorts, portsTaken } from './ports.mjs';
import { whenReady } from './ready.mjs';
import { warmUpPortal } from './warm-up.mjs';

/** What has not stopped in order this long after Ctrl-C is ended by Nx, then killed. */
const PATIENCE_MS = 4000;
const NX_PATIENCE_MS = 1000;
const LAST_WORDS_MS = 500;

/**
 * `npm run dev`: the Nx target `serve` of the API, the portal, the documentation and the demo third
 * party, in one log, until Ctrl-C. The API runs its sources, the portal is served from memory; only
 * the documentation is built, at the start and at every save.
 */
export async function develop() {
  const startedAt = Date.now();
  const signal = listenForInterrupt();
  const progress = new Progress();
  let exitCode = 0;
  try {
    const ports = devPorts(process.env);
    onlyOne();
    const taken = await portsTaken(ports, isFree);
    if (taken) throw new Failure(taken);
    // The API serves the pages that there are when it starts.
    const node = await prepare(['docs'], { signal, progress });
    signal.throwIfAborted();
    const ended = new AbortController();
    const over = AbortSignal.any([signal, ended.signal]);
    // A comfort: without it, only the first changed line takes longer.
    warmUpPortal(ports.portal, over).catch(() => undefined);
    greet({ env: process.env, ports, startedAt, signal: over }, progress).catch(() => undefined);
    exitCode = await serveAll(node, { signal });
    ended.abort();
  } catch (error) {
    exitCode = error instanceof Interrupted ? 0 : 1;
    if (exitCode > 0) progress.line(`\n${progress.red(inWords(error))}\n`);
  }
  process.exit(exitCode);
}

async function greet(about, progress) {
  for await (const line of whenReady(about, progress)) progress.line(line);
}

async function serveAll(node, { signal }) {
  const leash = await openLeash();
  const nx = inWorkspace('node_modules', 'nx', 'dist', 'bin', 'nx.js');
  const args = ['run-many', '--targets=serve', '--output-style=stream', '--parallel=4'];
  const child = spawn(node, [nx, ...args], {
    cwd: root,
    // A group of its own, so that whatever Nx has started ends with it.
    ...inGroup,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: projectEnvironment(node, {
      NX_DAEMON: 'false',
      NX_TUI: 'false',
      NX_NO_CLOUD: 'true',
      NG_CLI_ANALYTICS: 'false',
      DEV_LEASH: String(leash.port),
      ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}),
    }),
  });
  const exited = once(child, 'exit');
  const told = once(child.stdout, 'close');
  child.stdout.setEncoding('utf8').on(
    'data',
    devLog((lines) => signal.aborted || process.stdout.write(lines)),
  );
  const stop = async () => {
    await Promise.race([leash.release(), delay(PATIENCE_MS)]);
    endGroup(child, 'SIGTERM');
    setTimeout(() => endGroup(child, 'SIGKILL'), NX_PATIENCE_MS).unref();
  };
  if (signal.aborted) void stop();
  signal.addEventListener('abort', () => void stop(), { once: true });
  const [code] = await exited;
  endGroup(child, 'SIGTERM');
  if (signal.aborted) return 0;
  // Why it has ended may still be on its way.
  await Promise.race([told, delay(LAST_WORDS_MS)]);
  return code ?? 1;
}

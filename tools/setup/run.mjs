import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** How long after Ctrl-C a program that ignores it is killed. */
const PATIENCE_MS = 3000;

/**
 * Runs a program to its end in a process group of its own, so that an interrupt ends all that it
 * has started. Keeps its output; `onOutput` sees it as it comes.
 */
export async function run(file, args, { cwd, env, signal, onOutput, input } = {}) {
  signal?.throwIfAborted();
  const child = spawn(file, args, {
    cwd,
    env,
    detached: true,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  let output = '';
  const collect = (chunk) => {
    output += chunk;
    onOutput?.(chunk);
  };
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', collect);
  child.stdin?.end(input);

  const onAbort = () => void endGroup(child);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const [code, killedBy] = await once(child, 'close');
    signal?.throwIfAborted();
    return { code: code ?? 1, killedBy, output };
  } finally {
    signal?.removeEventListener('abort', onAbort);
    killGroup(child, 'SIGKILL');
  }
}

async function endGroup(child) {
  killGroup(child, 'SIGTERM');
  setTimeout(() => killGroup(child, 'SIGKILL'), PATIENCE_MS).unref();
}

function killGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Nobody is left in the group.
  }
}

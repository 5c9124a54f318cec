import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { endGroup, inGroup } from './process-group.mjs';

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
    ...inGroup,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  let output = '';
  const collect = (chunk) => {
    output += chunk;
    onOutput?.(chunk);
  };
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', collect);
  child.stdin?.end(input);

  const onAbort = () => stop(child);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const [code, killedBy] = await once(child, 'close');
    signal?.throwIfAborted();
    return { code: code ?? 1, killedBy, output };
  } finally {
    signal?.removeEventListener('abort', onAbort);
    endGroup(child, 'SIGKILL');
  }
}

function stop(child) {
  endGroup(child, 'SIGTERM');
  setTimeout(() => endGroup(child, 'SIGKILL'), PATIENCE_MS).unref();
}

import { readFileSync } from 'node:fs';
import { Interrupted } from './failure.mjs';

/**
 * One signal for the whole command: aborted with {@link Interrupted} at the first Ctrl-C or
 * termination. npm and the terminal both send one, so that repetitions mean nothing.
 */
export function listenForInterrupt() {
  const controller = new AbortController();
  const stop = (signal) => controller.abort(new Interrupted(signal));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
  watchParents(() => stop('SIGHUP'));
  return controller.signal;
}

/**
 * A signal for npm alone can miss this process, and a `kill -9` of npm always does. Started through
 * npm, the command ends with it.
 */
function watchParents(onGone) {
  if (!process.env.npm_lifecycle_event || process.platform !== 'linux') return;
  const parents = [process.ppid];
  const grandparent = readProcess(process.ppid)?.parent;
  // npm runs a script by way of a shell.
  if (grandparent > 1) parents.push(grandparent);
  const known = parents.map((pid) => [pid, readProcess(pid)?.startedAt]);
  setInterval(() => {
    if (known.some(([pid, startedAt]) => readProcess(pid)?.startedAt !== startedAt)) onGone();
  }, 500).unref();
}

/** From /proc; undefined where there is no such process, or only its remains. */
export function readProcess(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command's name, in parentheses, may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return { parent: Number(fields[1]), startedAt: fields[19] };
  } catch {
    return undefined;
  }
}

import { readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { Interrupted } from './failure.mjs';

/**
 * One signal for the whole command: aborted with {@link Interrupted} at the first Ctrl-C or
 * termination. npm and the terminal both send one, so that repetitions mean nothing.
 */
export function listenForInterrupt() {
  const controller = new AbortController();
  const stop = (signal) => controller.abort(new Interrupted(signal));
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop);
  const npm = findNpm();
  const stopWatching = npm && watch(npm, () => stop('SIGHUP'));
  const outlivesTerminal = isUnderNohup(npm);
  process.on('SIGHUP', (signal) => {
    // The terminal is gone, and npm with it: nohup was meant to spare the command just that.
    if (outlivesTerminal) stopWatching?.();
    else stop(signal);
  });
  return controller.signal;
}

/**
 * The process of npm, where that has started this one: its child, or the child of the shell by way
 * of which npm runs a script. Who started npm may end, and often does: a script, a step of a CI job.
 */
function findNpm() {
  const { npm_lifecycle_event: event, npm_node_execpath: file } = process.env;
  if (!event || !file || process.platform !== 'linux') return undefined;
  const isNpm = (pid) => {
    try {
      return pid > 1 && readlinkSync(`/proc/${pid}/exe`) === realpathSync(file);
    } catch {
      return false;
    }
  };
  return [process.ppid, readProcess(process.ppid)?.parent].find(isNpm);
}

/**
 * A signal for npm alone can miss this process, and a `kill -9` of npm always does. Started through
 * npm, the command ends with it.
 */
function watch(pid, onGone) {
  const startedAt = readProcess(pid)?.startedAt;
  let stopped = false;
  const timer = setInterval(() => {
    if (startedAt !== undefined && readProcess(pid)?.startedAt === startedAt) return;
    clearInterval(timer);
    // What has ended npm may have been sent to this process too, and says more about it.
    setImmediate(() => !stopped && onGone());
  }, 500).unref();
  return () => {
    stopped = true;
    clearInterval(timer);
  };
}

/**
 * nohup makes a command ignore SIGHUP, but Node undoes that when it starts. The only trace of nohup
 * that is left is its name in the shell's variable `_`.
 */
function isUnderNohup(npm) {
  try {
    const environment = readFileSync(`/proc/${npm ?? 'self'}/environ`, 'latin1').split('\0');
    return environment.some((entry) => /^_=(.*\/)?nohup$/.test(entry));
  } catch {
    return false;
  }
}

/** From /proc; undefined where there is no such process, or only its remains. */
export function readProcess(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command's name, in parentheses, may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    return { name, parent: Number(fields[1]), startedAt: fields[19] };
  } catch {
    return undefined;
  }
}

import { existsSync, realpathSync } from 'node:fs';
import {
  environmentOf,
  identityOf,
  linkOf,
  readProcess,
} from '../../libs/process-lock/src/index.js';
import { Interrupted } from './failure.mjs';

/**
 * One signal for the whole command: aborted with {@link Interrupted} at the first Ctrl-C or
 * termination. npm and the terminal both send one, so repetitions are ignored.
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
 * The npm that has started this process: its parent, or the parent of the shell through which npm
 * runs a script. Not what started npm, which may end first, such as a script or a step of a CI job.
 */
function findNpm() {
  const { npm_lifecycle_event: event, npm_node_execpath: file } = process.env;
  if (!event || !file || process.platform !== 'linux') return undefined;
  const npm = existsSync(file) && realpathSync(file);
  const isNpm = (pid) => pid > 1 && linkOf(pid, 'exe') === npm;
  return [process.ppid, readProcess(process.ppid)?.parent].find(isNpm);
}

/**
 * A signal for npm alone can miss this process, and a `kill -9` of npm always does. So a command
 * that npm has started ends with npm.
 */
function watch(pid, onGone) {
  const identity = identityOf(pid);
  let stopped = false;
  const timer = setInterval(() => {
    if (identity !== undefined && identityOf(pid) === identity) return;
    clearInterval(timer);
    // The signal that has ended npm may have been sent to this process, too, and says more.
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
  return environmentOf(npm ?? 'self').some((entry) => /^_=(.*\/)?nohup$/.test(entry));
}

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { sep } from 'node:path';
import { inWorkspace, root } from '../setup/workspace.mjs';
import { onRelease } from './leash.mjs';
import { watch } from './watch.mjs';

/**
 * How long the program may take to stop in order before it is killed; its database survives both.
 */
const GRACE_MS = 150;
/** The next process loads its packages when this one has answered the first requests. */
const AFTER_START_MS = 300;

const standbyProgram = inWorkspace('tools', 'dev', 'standby.cjs');

/** Where in our sources it happened, as paths that an editor's terminal opens. */
const SHOWN_FRAMES = 5;

/**
 * Runs a program from its sources and restarts it as soon as one of them changes, in a process that
 * stood by. A program that cannot start waits for the change that fixes it.
 *
 * @param folders what is watched, relative to the workspace
 * @param debuggerPort where a debugger finds the program
 * @returns how to end it for good
 */
export function supervise(program, { node = process.execPath, env, folders, debuggerPort, say }) {
  let child;
  let standby;
  let changed;
  let changedAt;
  let restarting = false;
  let stopped = false;

  const prepareNext = () => {
    standby = spawn(
      node,
      [
        ...['--conditions=source', '--enable-source-maps', '--disable-warning=ExperimentalWarning'],
        ...[standbyProgram, inWorkspace(program)],
      ],
      { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    );
  };

  const start = () => {
    const startedAt = changedAt ?? Date.now();
    const why = changed;
    if (!standby?.connected) prepareNext();
    const mine = standby;
    standby = undefined;
    child = mine;
    mine.on('message', (message) => {
      if (message?.type === 'failed') {
        say([`cannot start: ${message.message}`, ...ownFrames(message.stack)].join('\n'));
      }
      if (message?.type !== 'ready') return;
      const took = `${Date.now() - startedAt} ms`;
      say(why ? `restarted ${took} after ${why} was saved` : `ready after ${took}`);
      if (!stopped) setTimeout(() => standby ?? (stopped || prepareNext()), AFTER_START_MS).unref();
    });
    mine.once('exit', (code, signal) => {
      if (child === mine) child = undefined;
      if (!restarting && !stopped && code !== 0) {
        say(`has ended (${signal ?? code}): it starts again when something is saved`);
      }
    });
    mine.send({ debuggerPort });
  };

  const end = async (mine) => {
    if (!mine || mine.exitCode !== null || mine.signalCode !== null) return;
    const exited = new Promise((resolve) => mine.once('exit', resolve));
    mine.kill('SIGTERM');
    const killer = setTimeout(() => mine.kill('SIGKILL'), GRACE_MS);
    await exited;
    clearTimeout(killer);
  };

  const restart = async () => {
    if (restarting || stopped) return;
    restarting = true;
    const seen = changedAt;
    await end(child);
    restarting = false;
    if (stopped) return;
    start();
    if (changedAt !== seen) await restart();
  };

  const watcher = watch(
    folders,
    (names) => {
      changed = names.at(-1);
      changedAt = Date.now();
      void restart();
    },
    { isSource: (path) => /\.(ts|json)$/.test(path) && !/\.spec\.ts$/.test(path) },
  );
  prepareNext();
  void watcher.ready.then(() => stopped || start());
  return async () => {
    stopped = true;
    await Promise.all([watcher.close(), end(child), end(standby)]);
  };
}

function ownFrames(stack = '') {
  const frames = stack.split('\n').filter((line) => /^ +at /.test(line));
  return frames
    .map((line) => line.replace('file://', ''))
    .filter((line) => {
      const [, path = ''] = /\(?([^ (]+):\d+:\d+\)?$/.exec(line) ?? [];
      // The map of a package may name sources that it does not bring along.
      return path.startsWith(root) && !path.includes('node_modules') && existsSync(path);
    })
    .map((line) => line.replace(`${root}${sep}`, ''))
    .slice(0, SHOWN_FRAMES);
}

/** Ends with the process that started it, Nx, and when the command of `npm run dev` ends. */
export function untilTheEnd(stop) {
  let stopping;
  const end = () => {
    stopping ??= Promise.resolve(stop()).finally(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
  if (process.env.DEV_LEASH) void onRelease(process.env.DEV_LEASH, end);
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent || !isRunning(parent)) end();
  }, 500);
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

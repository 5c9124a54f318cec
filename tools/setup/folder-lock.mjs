import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readProcess } from './interrupt.mjs';

/** A takeover lasts microseconds; one this old was left by a process that died in it. */
const TAKEOVER_TIMEOUT_MS = 5000;

/**
 * Does the work while no other process holds the lock; two commands that start at once would
 * otherwise install over each other. The lock of a process that is gone is taken over.
 */
export async function withLock(file, { signal, onWait }, work) {
  mkdirSync(dirname(file), { recursive: true });
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, JSON.stringify({ pid: process.pid, startedAt: startOf(process.pid) }));
  try {
    for (let told; !acquire(file, mine); told = true) {
      const holder = read(file)?.pid;
      if (!told && holder) onWait(holder);
      await delay(200, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
    rmSync(mine, { force: true });
    try {
      return await work();
    } finally {
      rmSync(file, { force: true });
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

function acquire(file, mine) {
  try {
    linkSync(mine, file);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  if (isLiving(read(file))) return false;

  // Two processes may find the same dead holder: only the one that makes this folder replaces it.
  const takeover = `${file}.takeover`;
  try {
    mkdirSync(takeover);
  } catch {
    const age = Date.now() - (statSync(takeover, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > TAKEOVER_TIMEOUT_MS) rmSync(takeover, { recursive: true, force: true });
    return false;
  }
  try {
    if (isLiving(read(file))) return false;
    renameSync(mine, file);
    return true;
  } finally {
    rmSync(takeover, { recursive: true, force: true });
  }
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function isLiving(holder) {
  return holder !== undefined && startOf(holder.pid) === holder.startedAt;
}

/** Tells a process from a later one with the same number, where the system says when it started. */
function startOf(pid) {
  if (process.platform === 'linux') return readProcess(pid)?.startedAt ?? 'gone';
  try {
    process.kill(pid, 0);
    return 'alive';
  } catch (error) {
    return error.code === 'EPERM' ? 'alive' : 'gone';
  }
}

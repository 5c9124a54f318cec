import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processIdentity } from './processes.js';

interface Owner {
  pid: number;
  identity: string;
}

/** How long the claim waits for an owner that may be on its way out. */
const PATIENCE_MS = 6_000;
/** A takeover lasts microseconds; one this old was left by a process that died in it. */
const TAKEOVER_TIMEOUT_MS = 5_000;

const ownerFile = (dataDir: string) => join(dataDir, 'postgres.owner');

/** The living process that runs the embedded server of this folder, if there is one. */
export function currentOwner(dataDir: string): number | undefined {
  const owner = readOwner(dataDir);
  return owner && isLiving(owner) ? owner.pid : undefined;
}

/**
 * Makes this process the owner of the folder. Answers with the process that owns it where there is
 * one that does not leave, and with undefined on success. A dead owner's record is taken over.
 */
export async function claim(
  dataDir: string,
  patienceMs = PATIENCE_MS,
): Promise<number | undefined> {
  const deadline = Date.now() + patienceMs;
  const mine = `${ownerFile(dataDir)}.${process.pid}`;
  const identity = processIdentity(process.pid) ?? '';
  writeFileSync(mine, JSON.stringify({ pid: process.pid, identity } satisfies Owner));
  try {
    for (;;) {
      if (createOrTakeOver(dataDir, mine)) return undefined;
      const owner = currentOwner(dataDir);
      if (owner !== undefined && (owner === process.pid || Date.now() >= deadline)) return owner;
      await delay(50);
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

export function release(dataDir: string): void {
  if (readOwner(dataDir)?.pid === process.pid) rmSync(ownerFile(dataDir), { force: true });
}

function createOrTakeOver(dataDir: string, mine: string): boolean {
  const file = ownerFile(dataDir);
  try {
    linkSync(mine, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const owner = readOwner(dataDir);
  if (owner && isLiving(owner)) return false;

  // Two processes may find the same dead owner: only the one that makes this folder replaces it.
  const takeover = `${file}.takeover`;
  try {
    mkdirSync(takeover);
  } catch {
    const age = Date.now() - (statSync(takeover, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > TAKEOVER_TIMEOUT_MS) rmSync(takeover, { recursive: true, force: true });
    return false;
  }
  try {
    const now = readOwner(dataDir);
    if (now && isLiving(now)) return false;
    renameSync(mine, file);
    return true;
  } finally {
    rmSync(takeover, { recursive: true, force: true });
  }
}

function readOwner(dataDir: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(ownerFile(dataDir), 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

function isLiving(owner: Owner): boolean {
  return processIdentity(owner.pid) === owner.identity;
}

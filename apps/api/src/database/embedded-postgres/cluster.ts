import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, lchownSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Binaries, POSTGRES_MAJOR } from './binaries.js';
import { broken, EmbeddedPostgresError, fromServerOutput, notReadable } from './failure.js';
import type { Privileges } from './privileges.js';

export const SUPERUSER = 'postgres';

/** What the program must know to reach its server; kept inside the cluster's folder, mode 0600. */
export interface Access {
  superuserPassword: string;
  password: string;
  port: number;
  /** The program's role and database exist. */
  provisioned: boolean;
}

const accessFile = (clusterDir: string) => join(clusterDir, 'flixcheck-connect.json');
const UNFINISHED = 'postgres.new-';

/**
 * Finds out whether there is a cluster that this server can open; throws if there is a damaged one.
 */
export async function inspectCluster(clusterDir: string): Promise<'absent' | 'present'> {
  const entries = await readdir(clusterDir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    if (error.code === 'ENOTDIR') throw broken(clusterDir, 'it is no folder');
    throw closed(error, clusterDir);
  });
  if (entries.length === 0) return 'absent';

  const version = await readFile(join(clusterDir, 'PG_VERSION'), 'utf8').catch((error) => {
    if (isClosed(error)) throw closed(error, clusterDir);
    return undefined;
  });
  if (version === undefined) throw broken(clusterDir, 'it has no readable PG_VERSION file');
  if (version.trim() !== String(POSTGRES_MAJOR)) {
    throw new EmbeddedPostgresError(
      `The data in ${clusterDir} was written by PostgreSQL ${version.trim() || 'of an unknown version'}, and this program brings version ${POSTGRES_MAJOR}. ` +
        `Move that folder away and start again with fresh data, or bring it to version ${POSTGRES_MAJOR} with pg_upgrade.`,
    );
  }
  return 'present';
}

/**
 * Creates the cluster beside its final place and moves it there when it is complete, so that
 * killing the program at any moment leaves no half-made cluster.
 */
export async function createCluster(
  clusterDir: string,
  binaries: Binaries,
  privileges: Privileges,
  settings: { durable: boolean },
): Promise<void> {
  const dataDir = dirname(clusterDir);
  await removeUnfinished(dataDir);
  const workDir = join(dataDir, `${UNFINISHED}${process.pid}`);
  const newCluster = join(workDir, 'cluster');
  const passwordFile = join(workDir, 'password');
  const access: Access = {
    superuserPassword: secret(),
    password: secret(),
    port: 0,
    provisioned: false,
  };
  try {
    await mkdir(newCluster, { recursive: true, mode: 0o700 });
    await writeFile(passwordFile, access.superuserPassword, { mode: 0o600 });
    const { owner } = privileges;
    if (owner) {
      for (const path of [workDir, newCluster, passwordFile]) chownSync(path, owner.uid, owner.gid);
    }
    await runInitdb(binaries, privileges, dataDir, newCluster, [
      ...['-D', newCluster, '-U', SUPERUSER, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`],
      ...['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
      '--no-instructions',
      ...(settings.durable ? [] : ['--no-sync']),
    ]);
    await writeAccess(newCluster, access);
    await rename(newCluster, clusterDir);
    if (settings.durable) await syncFolder(dataDir);
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

/** A cluster that root copied belongs to root, and the server would refuse it. */
export async function giveCluster(clusterDir: string, privileges: Privileges): Promise<void> {
  const { owner } = privileges;
  if (!owner || (await stat(clusterDir)).uid === owner.uid) return;
  for (const entry of await readdir(clusterDir, { recursive: true })) {
    lchownSync(join(clusterDir, entry), owner.uid, owner.gid);
  }
  chownSync(clusterDir, owner.uid, owner.gid);
}

export async function readAccess(clusterDir: string): Promise<Access> {
  try {
    const access = JSON.parse(await readFile(accessFile(clusterDir), 'utf8')) as Partial<Access>;
    const { superuserPassword, password, port = 0, provisioned = false } = access;
    if (superuserPassword && password) return { superuserPassword, password, port, provisioned };
  } catch (error) {
    if (isClosed(error)) throw closed(error, clusterDir);
    // Missing or damaged is the same to the reader: the passwords are lost.
  }
  throw broken(clusterDir, `${accessFile(clusterDir)} with its passwords is missing or damaged`);
}

export async function writeAccess(clusterDir: string, access: Access): Promise<void> {
  const file = accessFile(clusterDir);
  const next = `${file}.new`;
  await rm(next, { force: true });
  await writeFile(next, `${JSON.stringify(access)}\n`, { mode: 0o600, flush: true });
  const { uid, gid } = await stat(clusterDir);
  if (process.getuid?.() === 0) chownSync(next, uid, gid);
  await rename(next, file);
}

/** A file that exists but may not be read is not lost. */
function isClosed(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EACCES';
}

function closed(error: unknown, clusterDir: string): unknown {
  return isClosed(error) ? notReadable(clusterDir, (error as Error).message) : error;
}

async function runInitdb(
  binaries: Binaries,
  privileges: Privileges,
  dataDir: string,
  clusterDir: string,
  initdbArgs: readonly string[],
): Promise<void> {
  const { file, args, options } = privileges.launchInitdb(binaries.initdb, initdbArgs);
  const child = spawn(file, args, {
    ...options,
    cwd: '/',
    env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw fromServerOutput(lines, clusterDir, dataDir);
}

/** What a run that was killed in the middle of `initdb` left behind. */
async function removeUnfinished(dataDir: string): Promise<void> {
  for (const entry of await readdir(dataDir)) {
    if (entry.startsWith(UNFINISHED))
      await rm(join(dataDir, entry), { recursive: true, force: true });
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function secret(): string {
  return randomBytes(24).toString('base64url');
}

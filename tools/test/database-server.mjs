import { mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inWorkspace } from '../setup/workspace.mjs';

const PREFIX = 'flixcheck-connect-test-';
/** Three times what a run's databases take at most: where migrations have a million rows. */
const ROOM_BYTES = 4e9;

const { startEmbeddedPostgres } = createRequire(import.meta.url)(
  inWorkspace('apps/api/dist/database/embedded-postgres.js'),
);

const folder = hasRoom('/dev/shm') ? '/dev/shm' : tmpdir();
removeLeftovers();
const dataDir = mkdtempSync(join(folder, `${PREFIX}${process.pid}-`));
const removed = () => rmSync(dataDir, { recursive: true, force: true });
let server;

async function end() {
  await server?.stop();
  removed();
  process.exit();
}

process.on('disconnect', end);
// The parent says when: a Ctrl-C meant for all must not take the database from a running suite.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);

try {
  // Its log would only show what tests do to their connections on purpose.
  server = await startEmbeddedPostgres({ dataDir, ephemeral: true, log: () => undefined });
  if (process.connected) process.send({ url: server.url });
  else await end();
} catch (error) {
  removed();
  if (process.connected) process.send({ failure: error.message }, () => process.exit(1));
}

/**
 * Whether files can be kept in memory. Hundreds of databases are made and dropped, each of them
 * 300 files: on a disk, that takes six times the processor time.
 */
function hasRoom(memory) {
  try {
    const { bavail, bsize } = statfsSync(memory);
    return Math.min(bavail * bsize, process.availableMemory()) > ROOM_BYTES;
  } catch {
    return false;
  }
}

/** What runs that were killed have left in the temporary folder. */
function removeLeftovers() {
  for (const name of readdirSync(folder)) {
    const pid = Number(new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]);
    if (!pid || isRunning(pid)) continue;
    try {
      rmSync(join(folder, name), { recursive: true, force: true });
    } catch {
      // Another user's.
    }
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

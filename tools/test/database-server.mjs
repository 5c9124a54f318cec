import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inWorkspace } from '../setup/workspace.mjs';

const PREFIX = 'flixcheck-connect-test-';

const { startEmbeddedPostgres } = createRequire(import.meta.url)(
  inWorkspace('apps/api/dist/database/embedded-postgres.js'),
);

removeLeftovers();
const dataDir = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
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

/** What runs that were killed have left in the temporary folder. */
function removeLeftovers() {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]);
    if (!pid || isRunning(pid)) continue;
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
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

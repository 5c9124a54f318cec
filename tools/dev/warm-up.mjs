import { utimesSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { inWorkspace } from '../setup/workspace.mjs';
import { untilServed } from './ready.mjs';

/** The server begins to watch the files when it has answered for the first time. */
const WATCHED_AFTER_MS = 500;

/**
 * Makes the portal's server compile a second time as soon as it is ready, from an unchanged file that
 * looks newly saved. The second time is the slow one, because Angular then checks every template
 * again; this way nobody waits for it after the first line that they change.
 * @param signal aborted when everything ends; then it rejects
 */
export async function warmUpPortal(port, signal) {
  await untilServed(`http://localhost:${port}/portal/main.js`, signal);
  await delay(WATCHED_AFTER_MS, undefined, { signal });
  const now = new Date();
  utimesSync(inWorkspace('apps/portal/src/main.ts'), now, now);
}

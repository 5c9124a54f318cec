import { utimesSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { inWorkspace } from '../setup/workspace.mjs';

const RETRY_MS = 250;
/** The server begins to watch the files when it has answered for the first time. */
const WATCHED_AFTER_MS = 500;

/**
 * Makes the portal's server compile a second time as soon as it is ready, from an unchanged file that
 * looks newly saved. The second time is the slow one, because Angular then checks every template
 * again; this way nobody waits for it after the first line that they change.
 * @param signal aborted when everything ends
 */
export async function warmUpPortal(port, signal) {
  while (!signal.aborted) {
    const isReady = await fetch(`http://localhost:${port}/portal/main.js`, { signal })
      .then(({ ok }) => ok)
      .catch(() => false);
    await delay(isReady ? WATCHED_AFTER_MS : RETRY_MS, undefined, { signal }).catch(
      () => undefined,
    );
    if (!isReady) continue;
    const now = new Date();
    if (!signal.aborted) utimesSync(inWorkspace('apps/portal/src/main.ts'), now, now);
    return;
  }
}

import { spawnSync } from 'node:child_process';

const isWindows = process.platform === 'win32';

/** For `spawn`: a group of its own. Windows has none; there, `detached` would open a window. */
export const inGroup = { detached: !isWindows };

/** Ends a program and all that it has started; nothing if it has ended. */
export function endGroup(child, signal) {
  if (isWindows) {
    const hasEnded = child.exitCode !== null || child.signalCode !== null;
    if (!hasEnded) spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F']);
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Nobody is left in the group.
  }
}

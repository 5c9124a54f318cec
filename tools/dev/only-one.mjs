import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { acquire, holderOf } from '../../libs/process-lock/src/index.js';
import { Failure } from '../setup/failure.mjs';
import { inWorkspace } from '../setup/workspace.mjs';

/**
 * Two of them in one folder would share a database, and Nx lets the second wait for the first without
 * an end. The lock is left behind: that of a process that is gone holds nobody up.
 * @throws Failure where one runs already
 */
export function onlyOne(file = inWorkspace('.nx', 'dev.lock')) {
  mkdirSync(dirname(file), { recursive: true });
  if (acquire(file)) return;
  throw new Failure(
    `npm run dev is running in this folder already (process ${holderOf(file) ?? 'unknown'}): stop that ` +
      'one with Ctrl-C, or clone the project into another folder to run a second one beside it.',
  );
}

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Failure } from '../setup/failure.mjs';
import { inWorkspace } from '../setup/workspace.mjs';

/**
 * One empty PostgreSQL server for all suites, in which each makes databases of its own. It runs in
 * a process beside this one, which ends and cleans up when this one is gone, however that happens.
 */
export async function startTestDatabase(node, { signal }) {
  signal.throwIfAborted();
  const server = fork(inWorkspace('tools', 'test', 'database-server.mjs'), [], {
    execPath: node,
    execArgv: [],
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = once(server, 'exit');
  const answer = await Promise.race([once(server, 'message'), exited, once(signal, 'abort')]);
  signal.throwIfAborted();
  const { url, failure } = answer[0] ?? {};
  if (!url) throw new Failure(failure ?? 'The database for the tests could not be started.');
  return {
    url,
    stop: async () => {
      if (server.connected) server.disconnect();
      await exited;
    },
  };
}

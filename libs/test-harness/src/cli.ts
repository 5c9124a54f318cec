import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { APP_SECRET, type RunningServer } from './server.js';

const CLI = resolve(__dirname, '../../../apps/api/dist/cli.js');

/**
 * Runs a command of `npm run cli` beside a server, as its operator does.
 * @returns what it prints
 */
export async function cli(
  { databaseUrl }: Pick<RunningServer, 'databaseUrl'>,
  ...args: string[]
): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...args], {
    env: { PATH: process.env['PATH'], DATABASE_URL: databaseUrl, APP_SECRET },
  });
  return stdout;
}

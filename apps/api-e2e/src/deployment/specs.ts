import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

/**
 * Runs specs of the ordinary suite in a process of their own.
 * @param names of files in `src`, without the end
 * @throws Error with the output where one fails
 */
export async function runSpecs(
  names: readonly string[],
  env: Record<string, string> = {},
): Promise<void> {
  const folder = resolve(__dirname, '../..');
  const jest = resolve(folder, '../../node_modules/jest/bin/jest.js');
  const config = ['-c', `${folder}/jest.config.cjs`, '--ci', '--runTestsByPath'];
  const child = spawn(
    process.execPath,
    ['--experimental-vm-modules', jest, ...config, ...names.map((name) => `src/${name}.spec.ts`)],
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk));
  }
  const [code] = (await once(child, 'exit')) as [number];
  if (code !== 0) throw new Error(output);
}

import { eventually } from '@flixcheck/test-harness';
import { describe } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Packages put servers where not everybody's PATH leads. */
const FOLDERS = [
  ...versionsOf('/usr/lib/postgresql'),
  ...(process.env['PATH'] ?? '').split(delimiter),
  ...['/usr/sbin', '/usr/local/sbin'],
];

/** Where Debian puts the servers of each version, the newest first. */
function versionsOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const versions = readdirSync(folder).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(folder, version, 'bin'));
}

/** The path of a program of this machine. */
export function findProgram(name: string): string | undefined {
  return FOLDERS.map((folder) => join(folder, name)).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A group of tests that says what it lacks where it is skipped. */
export function describeWith(program: string, name: string, tests: (path: string) => void): void {
  const path = findProgram(program);
  if (path) describe(name, () => tests(path));
  else describe.skip(`${name} (skipped: there is no ${program} on this machine)`, () => tests(''));
}

export interface Program {
  process: ChildProcess;
  output(): string;
  stop(): Promise<void>;
}

/**
 * Starts a program with files in a folder of its own.
 * @param files by name; `{folder}` in them and in the arguments stands for the folder
 */
export async function startProgram(
  path: string,
  args: readonly string[],
  { files, port }: { files: Record<string, string>; port: number },
): Promise<Program> {
  const folder = mkdtempSync(join(tmpdir(), 'flixcheck-connect-deployment-'));
  // Some programs insist on another user than root, who has to be able to read this.
  chmodSync(folder, 0o755);
  const inFolder = (text: string) => text.replaceAll('{folder}', folder);
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(folder, name), inFolder(text));
  const child = spawn(path, args.map(inFolder), { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk));
  }
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await eventually(
      () => isOpen(port),
      (open) => open,
    );
  } catch {
    await stop();
    throw new Error(`${path} did not start.\n${output}`);
  }
  return { process: child, output: () => output, stop };
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

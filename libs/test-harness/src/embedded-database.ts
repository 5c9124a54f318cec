import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How to reach the database that a server runs itself in its `DATA_DIR`. */
export function embeddedDatabaseUrl(dataDir: string): string {
  const file = join(dataDir, 'postgres', 'flixcheck-connect.json');
  const { password, port } = JSON.parse(readFileSync(file, 'utf8')) as {
    password: string;
    port: number;
  };
  return `postgresql://flixcheck:${password}@127.0.0.1:${port}/flixcheck`;
}

/** The main process of that database. */
export function embeddedDatabasePid(dataDir: string): number {
  return Number.parseInt(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10);
}

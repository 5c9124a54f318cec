import { identityOf, linkOf, readProcess } from '@flixcheck/process-lock';

/** Whether the process is a PostgreSQL server that works in this folder. */
export function isServerOf(pid: number, clusterDir: string): boolean {
  if (process.platform !== 'linux') return /postgres/.test(identityOf(pid) ?? '');
  const server = readProcess(pid);
  if (!server) return false;
  // Another user's process hides its folder; its name is open to everyone.
  const folder = linkOf(pid, 'cwd');
  return folder === undefined ? server.name === 'postgres' : folder === clusterDir;
}

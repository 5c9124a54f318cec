import { arch, availableParallelism, cpus } from 'node:os';
import { query } from './world.mjs';

/** What figures depend on and a reader must know, and nothing that would tell whose machine it is. */
export async function machine(databaseUrl) {
  const [{ server_version: postgres }] = await query(databaseUrl, 'SHOW server_version');
  const model = cpus()[0]?.model.trim() || arch();
  return [
    model,
    `${availableParallelism()} cores`,
    `Node ${process.versions.node}`,
    `PostgreSQL ${postgres.split(' ')[0]}`,
  ].join(', ');
}

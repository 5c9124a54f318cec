import { readFileSync } from 'node:fs';
import pg from 'pg';

/**
 * Counts the CPU time of a PostgreSQL server on this machine, from what the kernel knows of its
 * processes.
 * @param url of the database server
 */
export async function postgresCpu(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  /** By database and process: what ends between two readings keeps what it had spent. */
  const known = new Map();
  return {
    /**
     * Microseconds so far: of all that works for a database, housekeeping included, and of the
     * processes that work for all databases, such as the writer of the log.
     * @throws Error when the server runs on another machine
     */
    async of(database) {
      const { rows } = await client.query(PROCESSES, [database]);
      const spent = known.get(database) ?? new Map();
      known.set(database, spent);
      for (const { pid } of rows) spent.set(pid, microsecondsOf(pid) ?? spent.get(pid) ?? 0);
      const total = [...spent.values()].reduce((sum, time) => sum + time, 0);
      if (total === 0) {
        throw new Error('the database server must run on this machine, under Linux');
      }
      return total;
    },
    stop: () => client.end(),
  };
}

const PROCESSES = `
  SELECT pid FROM pg_stat_activity
   WHERE (datname = $1 OR datname IS NULL) AND pid <> pg_backend_pid()`;

/** The kernel counts in nanoseconds here; the ticks of `stat` are 10 ms long. */
function microsecondsOf(pid) {
  try {
    const [nanoseconds] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ');
    return Number(nanoseconds) / 1000;
  } catch (error) {
    // One that has just ended.
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return undefined;
    throw error;
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { QueryFailedError } from 'typeorm';

/** How many partitions are made ahead: what housekeeping may sleep through without a trace. */
export const MADE_AHEAD: Readonly<Record<string, number>> = {
  // days
  oauth_requests: 7,
  // months
  connection_events: 2,
};
const ROWS_PER_STATEMENT = 5000;
/** The functions give up on a lock at once, and let the requests pass that came meanwhile. */
const RETRY_MS = 200;
const MAX_TRIES = 25;
const LOCK_NOT_AVAILABLE = '55P03';
/** What PostgreSQL answers where another node has made or dropped the same partition meanwhile. */
const DONE_BY_ANOTHER: readonly string[] = [
  '23505', // unique_violation, of the catalog
  '40P01', // deadlock_detected
  '42P01', // undefined_table

  '42P07', // duplicate_table
  '42P17', // invalid_object_definition: it would overlap
];

/** Sends a statement that commits by itself. */
type Send = (text: string, values: unknown[]) => Promise<unknown>;

/**
 * Makes the partitions of now and of the next periods, as far as they are missing.
 * @param table one of `MADE_AHEAD`
 * @returns how many it has made
 * @throws the driver's error, also where something held the table for seconds
 */
export async function makePartitions(
  send: Send,
  table: string,
  now: Date,
  signal?: AbortSignal,
): Promise<number> {
  const values = [table, now, MADE_AHEAD[table]];
  return untilNone(() => send('SELECT make_partition($1, $2, $3) AS name', values), signal);
}

/**
 * Drops the partitions whose rows are all older. Rows that are in none of a period are deleted, in
 * batches.
 * @returns how many partitions it has dropped, and rows deleted
 * @throws the driver's error, also where something held the table for seconds
 */
export async function dropPartitions(
  send: Send,
  table: string,
  before: Date,
  signal: AbortSignal,
): Promise<number> {
  const dropped = await untilNone(
    () => send('SELECT drop_partition($1, $2) AS name', [table, before]),
    signal,
  );
  let all = dropped;
  for (let deleted = 1; deleted > 0 && !signal.aborted; all += deleted) {
    const values = [table, before, ROWS_PER_STATEMENT];
    const rows = await send('SELECT delete_unpartitioned($1, $2, $3) AS deleted', values);
    deleted = (rows as { deleted: number }[])[0]?.deleted ?? 0;
  }
  return all;
}

async function untilNone(next: () => Promise<unknown>, signal?: AbortSignal): Promise<number> {
  let count = 0;
  let tries = 0;
  while (!signal?.aborted) {
    try {
      const [row] = (await next()) as { name: string | null }[];
      if (!row || row.name === null) break;
      count += 1;
      tries = 0;
    } catch (error) {
      tries += 1;
      if (!passes(error) || tries === MAX_TRIES) throw error;
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
  return count;
}

/** Whether a statement has waited for a lock for longer than it may. */
export function isLockTimeout(error: unknown): boolean {
  return codeOf(error) === LOCK_NOT_AVAILABLE;
}

function passes(error: unknown): boolean {
  return isLockTimeout(error) || DONE_BY_ANOTHER.includes(codeOf(error));
}

function codeOf(error: unknown): string {
  const failed = error instanceof QueryFailedError ? (error.driverError as { code?: string }) : {};
  return failed.code ?? '';
}

import type { DataSource } from 'typeorm';

/** A statement of this size takes some ten milliseconds, and holds up nobody. */
const ROWS_PER_STATEMENT = 5000;

/**
 * Deletes row by row what a housekeeping step has to forget, in short statements that skip what
 * somebody else is working on: that is left for the next time.
 * @param table its name
 * @param condition SQL that one of its indexes answers, with `$1`, …
 * @returns how many rows were deleted; no more after `signal` is aborted
 */
export async function deleteInBatches(
  dataSource: DataSource,
  table: string,
  condition: string,
  values: unknown[],
  signal: AbortSignal,
): Promise<number> {
  let total = 0;
  let deleted = ROWS_PER_STATEMENT;
  while (deleted === ROWS_PER_STATEMENT && !signal.aborted) {
    [, deleted] = (await dataSource.query(
      `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
         SELECT ctid FROM ${table} WHERE ${condition} LIMIT ${ROWS_PER_STATEMENT}
         FOR UPDATE SKIP LOCKED))`,
      values,
    )) as [unknown, number];
    total += deleted;
  }
  return total;
}

import type { DataSource } from 'typeorm';

/** A statement of this size takes tens of milliseconds and holds nobody up. */
const ROWS_PER_STATEMENT = 5000;

/** What housekeeping deletes: the rows of a table that meet a condition. */
export interface Outdated {
  table: string;
  /** SQL with `$1`, …; one of the table's indexes answers it, unless `oldestBy` is given. */
  condition: string;
  /**
   * The key of a log that only grows. It is read from its oldest row up to the first batch that
   * still holds something to keep, so a log needs no index on its time.
   */
  oldestBy?: string;
}

/**
 * Deletes in short statements that skip locked rows, which are left for the next time. Stops
 * between two statements once `signal` is aborted.
 * @returns how many rows were deleted
 */
export async function deleteInBatches(
  dataSource: DataSource,
  { table, condition, oldestBy }: Outdated,
  values: unknown[],
  signal: AbortSignal,
): Promise<number> {
  const batch =
    oldestBy === undefined
      ? `SELECT ctid FROM ${table} WHERE ${condition} LIMIT ${ROWS_PER_STATEMENT}
         FOR UPDATE SKIP LOCKED`
      : `SELECT row FROM (SELECT ctid AS row, * FROM ${table} ORDER BY ${oldestBy}
                          LIMIT ${ROWS_PER_STATEMENT}) oldest WHERE ${condition}`;
  const statement = `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(${batch}))`;
  let total = 0;
  let deleted = 1;
  while (deleted > 0 && !signal.aborted) {
    [, deleted] = (await dataSource.query(statement, values)) as [unknown, number];
    total += deleted;
  }
  return total;
}

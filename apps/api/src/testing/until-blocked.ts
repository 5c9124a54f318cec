import type { DataSource } from 'typeorm';

/** Resolves when some statement of this database waits for another one's lock. */
export async function untilBlocked(dataSource: DataSource): Promise<void> {
  for (;;) {
    const [{ blocked }]: [{ blocked: boolean }] = await dataSource.query(
      `SELECT EXISTS (SELECT FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock') AS blocked`,
    );
    if (blocked) return;
  }
}

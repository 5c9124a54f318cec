import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { BackgroundWork } from '../background/background-work.js';
import type { KeptRows } from '../background/retention.js';
import { Clock, HOUR } from '../config/clock.js';
import { deleteInBatches } from '../database/delete-in-batches.js';

/**
 * Written by transactions that had all ended when somebody last noted it, at least this long ago:
 * whoever may rely on the table has read them since. When they were written says nothing, for a
 * transaction may take long to commit.
 */
export const OLD_ANNOUNCEMENTS = {
  table: 'announcements',
  condition: `written_by < (SELECT ended_before FROM announcement_log
                             WHERE is_only AND ended_at < $1)`,
  keptMs: HOUR,
} satisfies KeptRows;
/** There is no row where the database has crashed and nobody has read since. */
const NOTE_WHAT_HAS_ENDED = `
  INSERT INTO announcement_log AS log (ended_before, ended_at)
  VALUES (pg_snapshot_xmin(pg_current_snapshot()), $1)
  ON CONFLICT (is_only) DO UPDATE
    SET ended_before = excluded.ended_before, ended_at = excluded.ended_at
  WHERE log.ended_at IS NULL OR log.ended_at < $2`;

/** Deletes announcements that every node has read. */
@Injectable()
export class AnnouncementsHousekeeping implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly background: BackgroundWork,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.background.step({
      name: 'operations.announcements',
      schedule: '43 * * * *',
      run: async (signal) => {
        const now = this.clock.now();
        const before = new Date(now.getTime() - OLD_ANNOUNCEMENTS.keptMs);
        const deleted = await deleteInBatches(this.dataSource, OLD_ANNOUNCEMENTS, [before], signal);
        if (!signal.aborted) await this.dataSource.query(NOTE_WHAT_HAS_ENDED, [now, before]);
        return deleted;
      },
    });
  }
}

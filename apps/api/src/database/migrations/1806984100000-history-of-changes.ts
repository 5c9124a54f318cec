import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a connection allowed, and until when, before an event that changed it. Older events do not say. */
export class HistoryOfChanges1806984100000 implements MigrationInterface {
  name = 'HistoryOfChanges1806984100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE connection_events
        ADD COLUMN IF NOT EXISTS former_scope text,
        ADD COLUMN IF NOT EXISTS former_end timestamptz`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE connection_events
        DROP COLUMN IF EXISTS former_scope, DROP COLUMN IF EXISTS former_end`);
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';
import { partitionByTime, type PartitionedTable, unitePartitions } from '../partition-change.js';

const PAGE = { connection_events_page: '(connection_id, id DESC)' };

const HISTORY: PartitionedTable = {
  name: 'connection_events',
  unit: 'month',
  indexes: PAGE,
  // Dropping a partition would have to lock the users as well, whose rows are never deleted.
  drops: ['connection_events_actor_id_fkey', 'connection_events_pkey'],
};

/**
 * The history of connections consists of a partition for each month, as the request log does of one
 * for each day. Nothing finds an event but by its connection, so it has no other index: each
 * exchange of a code writes one less.
 */
export class HistoryByMonth1806983100000 implements MigrationInterface {
  name = 'HistoryByMonth1806983100000';
  // All rows are checked while the table is in use.
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await partitionByTime(runner, HISTORY);
  }

  async down(runner: QueryRunner): Promise<void> {
    await unitePartitions(
      runner,
      { ...HISTORY, indexes: { ...PAGE, connection_events_at: 'USING brin (at)' } },
      `ALTER TABLE connection_events
         ADD CONSTRAINT connection_events_pkey PRIMARY KEY (id),
         ADD CONSTRAINT connection_events_actor_id_fkey
           FOREIGN KEY (actor_id) REFERENCES users (id) NOT VALID`,
    );
  }
}

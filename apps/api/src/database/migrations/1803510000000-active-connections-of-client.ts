import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndex } from '../schema-change.js';

/** How many connections of how many companies a client has: before somebody ends them all. */
export class ActiveConnectionsOfClient1803510000000 implements MigrationInterface {
  name = 'ActiveConnectionsOfClient1803510000000';
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await createIndex(
      runner,
      'connections_active_of_client',
      'connections (oauth_client_id, account_id) WHERE revoked_at IS NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX connections_active_of_client');
  }
}

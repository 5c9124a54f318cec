import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndex } from '../schema-change.js';

/** Ending all connections of an account goes through them batch by batch. */
export class ActiveConnectionsOfAccount1793100000000 implements MigrationInterface {
  name = 'ActiveConnectionsOfAccount1793100000000';
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await createIndex(
      runner,
      'connections_active_of_account',
      'connections (account_id, user_id, id) WHERE revoked_at IS NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX connections_active_of_account');
  }
}

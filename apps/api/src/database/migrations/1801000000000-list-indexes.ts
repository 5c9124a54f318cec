import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndex } from '../schema-change.js';

const INDEXES = {
  users_name: `users (account_id, last_name COLLATE "de-x-icu", first_name COLLATE "de-x-icu", id)`,
  connections_account_ended: `connections (account_id, revoked_at, id) WHERE revoked_at IS NOT NULL`,
  connections_user_ended: `connections (user_id, revoked_at, id) WHERE revoked_at IS NOT NULL`,
};

/** Lists of people by name, and of ended connections by their end. */
export class ListIndexes1801000000000 implements MigrationInterface {
  name = 'ListIndexes1801000000000';
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (const [name, definition] of Object.entries(INDEXES)) {
      await createIndex(runner, name, definition);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of Object.keys(INDEXES)) {
      await runner.query(`DROP INDEX ${name}`);
    }
  }
}

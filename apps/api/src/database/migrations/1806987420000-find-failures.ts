import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createPartitionedIndex } from '../schema-change.js';

const INDEXES = {
  oauth_requests_failures: `(oauth_client_id, id DESC) WHERE outcome = 'failure'`,
  oauth_requests_reason: '(oauth_client_id, reason, id DESC) WHERE reason IS NOT NULL',
};

/**
 * Who looks for a failure that is rare, or for a reason that nobody was told, had all lines of the
 * client read: millions, where many use it. A success without a note is in neither index.
 */
export class FindFailures1806987420000 implements MigrationInterface {
  name = 'FindFailures1806987420000';
  // The log is written to while they are built.
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (const [name, definition] of Object.entries(INDEXES)) {
      await createPartitionedIndex(runner, name, 'oauth_requests', definition);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX ${Object.keys(INDEXES).join(', ')}`);
  }
}

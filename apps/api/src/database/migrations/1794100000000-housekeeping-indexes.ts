import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndex, validateConstraint } from '../schema-change.js';

/**
 * Housekeeping finds what it deletes by an index. Also catches up on the check that
 * FindRequests1791000000000 once added without reading the rows that were there.
 */
export class HousekeepingIndexes1794100000000 implements MigrationInterface {
  name = 'HousekeepingIndexes1794100000000';
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await createIndex(runner, 'sessions_last_seen', 'sessions (last_seen_at)');
    await createIndex(runner, 'connection_usage_day', 'connection_usage (day)');
    await validateConstraint(runner, 'oauth_requests', 'oauth_requests_endpoint_check');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX sessions_last_seen, connection_usage_day');
  }
}

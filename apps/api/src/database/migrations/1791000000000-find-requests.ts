import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndex, setConstraint } from '../schema-change.js';

/**
 * The request log has failed authorization requests too, and finds a request by its id alone. It
 * once did the same in one transaction, which kept the log of a large installation locked.
 */
export class FindRequests1791000000000 implements MigrationInterface {
  name = 'FindRequests1791000000000';
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await setConstraint(
      runner,
      'oauth_requests',
      'oauth_requests_endpoint_check',
      `CHECK (endpoint IN ('authorize', 'token', 'revoke', 'introspect'))`,
    );
    await createIndex(runner, 'oauth_requests_request_id', 'oauth_requests (request_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX oauth_requests_request_id;
      DELETE FROM oauth_requests WHERE endpoint = 'authorize';
      ALTER TABLE oauth_requests
        DROP CONSTRAINT oauth_requests_endpoint_check,
        ADD CONSTRAINT oauth_requests_endpoint_check
          CHECK (endpoint IN ('token', 'revoke', 'introspect'));
    `);
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';
import { setConstraint } from '../schema-change.js';

const CHECK = 'oauth_requests_endpoint_check';

/** The request log has refused calls of the API too: which route, and how many an entry stands for. */
export class RefusedCalls1806985200000 implements MigrationInterface {
  name = 'RefusedCalls1806985200000';
  // All rows are checked while the table is in use.
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE oauth_requests
        ADD COLUMN IF NOT EXISTS route text,
        ADD COLUMN IF NOT EXISTS requests integer NOT NULL DEFAULT 1`);
    await setConstraint(
      runner,
      'oauth_requests',
      CHECK,
      `CHECK (endpoint IN ('authorize', 'token', 'revoke', 'introspect', 'api'))`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM oauth_requests WHERE endpoint = 'api';
      ALTER TABLE oauth_requests
        DROP CONSTRAINT ${CHECK},
        ADD CONSTRAINT ${CHECK} CHECK (endpoint IN ('authorize', 'token', 'revoke', 'introspect')),
        DROP COLUMN route, DROP COLUMN requests`);
  }
}

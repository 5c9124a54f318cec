import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndex, setConstraint } from '../schema-change.js';

/**
 * The order of a connection's grants, which no clock tells reliably, and what counts how many codes
 * and revocations one user makes. A lineage may end without a theft. Codes that are there keep no
 * number: they are older than all that have one.
 */
export class BoundedGrants1796000000000 implements MigrationInterface {
  name = 'BoundedGrants1796000000000';
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SEQUENCE IF NOT EXISTS authorization_codes_grant_no');
    // The default in a second step, so that no row that is there is rewritten.
    await runner.query(`
      ALTER TABLE authorization_codes
        ADD COLUMN IF NOT EXISTS grant_no bigint, ADD COLUMN IF NOT EXISTS user_id uuid`);
    await runner.query(`
      ALTER TABLE authorization_codes
        ALTER COLUMN grant_no SET DEFAULT nextval('authorization_codes_grant_no')`);
    await createIndex(
      runner,
      'authorization_codes_user',
      'authorization_codes (user_id, created_at)',
    );
    await runner.query(`
      ALTER TABLE revocations
        ADD COLUMN IF NOT EXISTS oauth_client_id uuid, ADD COLUMN IF NOT EXISTS user_id uuid`);
    await createIndex(
      runner,
      'revocations_pair',
      'revocations (oauth_client_id, user_id, revoked_at) WHERE user_id IS NOT NULL',
    );
    await setConstraint(
      runner,
      'refresh_token_families',
      'refresh_token_families_end_reason_check',
      `CHECK (end_reason IN ('refresh_token_reused', 'code_reused', 'revoked', 'superseded'))`,
    );
    await setConstraint(
      runner,
      'connection_events',
      'connection_events_type_check',
      `CHECK (type IN ('granted', 'renewed', 'narrowed', 'token_issued', 'refreshed', 'used',
        'revoked', 'reuse_detected', 'refresh_refused', 'grant_revoked'))`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM connection_events WHERE type = 'grant_revoked';
      ALTER TABLE connection_events DROP CONSTRAINT connection_events_type_check,
        ADD CONSTRAINT connection_events_type_check CHECK (type IN
          ('granted', 'renewed', 'narrowed', 'token_issued', 'refreshed', 'used', 'revoked',
           'reuse_detected', 'refresh_refused')) NOT VALID;
      UPDATE refresh_token_families SET end_reason = 'refresh_token_reused'
       WHERE end_reason IN ('revoked', 'superseded');
      ALTER TABLE refresh_token_families
        DROP CONSTRAINT refresh_token_families_end_reason_check,
        ADD CONSTRAINT refresh_token_families_end_reason_check
          CHECK (end_reason IN ('refresh_token_reused', 'code_reused'));
      DROP INDEX revocations_pair, authorization_codes_user;
      ALTER TABLE revocations DROP COLUMN oauth_client_id, DROP COLUMN user_id;
      ALTER TABLE authorization_codes DROP COLUMN grant_no, DROP COLUMN user_id;
      DROP SEQUENCE authorization_codes_grant_no;
    `);
  }
}

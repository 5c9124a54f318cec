import type { MigrationInterface, QueryRunner } from 'typeorm';
import { setConstraint } from '../schema-change.js';

const view = (more: string) => `
  CREATE OR REPLACE VIEW current_connections AS
    SELECT c.id, c.oauth_client_id, c.user_id, c.account_id, c.scope, c.granted_at, c.last_used_at,
           c.last_refresh_refused_at,
           coalesce(c.revoked_at, e.at) AS revoked_at,
           CASE WHEN c.revoked_at IS NULL THEN e.actor_id ELSE c.revoked_by END AS revoked_by,
           CASE WHEN c.revoked_at IS NOT NULL THEN c.revocation_reason
                WHEN e.reason = 'admin' AND e.actor_id = c.user_id THEN 'user'
                ELSE e.reason END AS revocation_reason, c.expires_at${more}
      FROM connections c
      LEFT JOIN LATERAL (
        SELECT first.at, first.actor_id, first.reason FROM connection_endings first
         WHERE c.revoked_at IS NULL AND first.id > c.endings_seen
           AND (first.oauth_client_id IS NULL OR first.oauth_client_id = c.oauth_client_id)
           AND (first.user_id IS NULL OR first.user_id = c.user_id)
           AND (first.account_id IS NULL OR first.account_id = c.account_id)
         ORDER BY first.id LIMIT 1
      ) e ON true;`;

const ofLatestConsent = (column: string) =>
  `, CASE WHEN c.advance_for = c.granted_at THEN c.${column} END AS ${column}`;

/**
 * Whose the latest consent to a connection is: of the person, or of an admin, in advance, when and
 * by whom. Consents from before this migration count as the person's. `advance_for` is the
 * `granted_at` of the consent that was in advance: a node of the version before renews without
 * knowing of it, and what it has renewed is the person's again.
 */
export class ConsentInAdvance1806400000000 implements MigrationInterface {
  name = 'ConsentInAdvance1806400000000';
  // Several tables in use are changed, one after the other.
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE connection_events
        ADD COLUMN IF NOT EXISTS in_advance boolean NOT NULL DEFAULT false`);
    await runner.query(`
      ALTER TABLE connections
        ADD COLUMN IF NOT EXISTS advance_for timestamptz,
        ADD COLUMN IF NOT EXISTS advance_at timestamptz,
        ADD COLUMN IF NOT EXISTS advance_by uuid`);
    await runner.query(view(ofLatestConsent('advance_at') + ofLatestConsent('advance_by')));
    // Last: what had to wait before it is not repeated together with it.
    await setConstraint(
      runner,
      'connections',
      'connections_advance_by_fkey',
      'FOREIGN KEY (advance_by) REFERENCES users (id) ON DELETE SET NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP VIEW IF EXISTS current_connections; ${view('')}`);
    await runner.query(`
      ALTER TABLE connections
        DROP COLUMN IF EXISTS advance_for,
        DROP COLUMN IF EXISTS advance_at,
        DROP COLUMN IF EXISTS advance_by`);
    await runner.query('ALTER TABLE connection_events DROP COLUMN IF EXISTS in_advance');
  }
}

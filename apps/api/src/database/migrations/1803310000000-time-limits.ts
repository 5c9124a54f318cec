import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndex } from '../schema-change.js';

/** NOT VALID: what is there satisfied the narrower checks. */
const checks = (reasons: string, types: string) => `
  ALTER TABLE connections
    DROP CONSTRAINT IF EXISTS connections_revocation_reason_check,
    ADD CONSTRAINT connections_revocation_reason_check CHECK (revocation_reason IN
      ('user', 'admin', 'client', 'user_disabled', 'client_disabled', 'client_deleted',
       'password_changed'${reasons})) NOT VALID;
  ALTER TABLE connection_events
    DROP CONSTRAINT IF EXISTS connection_events_type_check,
    ADD CONSTRAINT connection_events_type_check CHECK (type IN
      ('granted', 'renewed', 'narrowed', 'token_issued', 'refreshed', 'used', 'revoked',
       'reuse_detected', 'refresh_refused', 'grant_revoked'${types})) NOT VALID;`;

const announce = (columns: string) => `
  DROP TRIGGER IF EXISTS announce ON connections;
  CREATE TRIGGER announce AFTER INSERT OR UPDATE OF ${columns} ON connections
    FOR EACH ROW EXECUTE FUNCTION announce_connection();`;

const view = (more: string) => `
  CREATE OR REPLACE VIEW current_connections AS
    SELECT c.id, c.oauth_client_id, c.user_id, c.account_id, c.scope, c.granted_at, c.last_used_at,
           c.last_refresh_refused_at,
           coalesce(c.revoked_at, e.at) AS revoked_at,
           CASE WHEN c.revoked_at IS NULL THEN e.actor_id ELSE c.revoked_by END AS revoked_by,
           CASE WHEN c.revoked_at IS NOT NULL THEN c.revocation_reason
                WHEN e.reason = 'admin' AND e.actor_id = c.user_id THEN 'user'
                ELSE e.reason END AS revocation_reason${more}
      FROM connections c
      LEFT JOIN LATERAL (
        SELECT first.at, first.actor_id, first.reason FROM connection_endings first
         WHERE c.revoked_at IS NULL AND first.id > c.endings_seen
           AND (first.oauth_client_id IS NULL OR first.oauth_client_id = c.oauth_client_id)
           AND (first.user_id IS NULL OR first.user_id = c.user_id)
           AND (first.account_id IS NULL OR first.account_id = c.account_id)
         ORDER BY first.id LIMIT 1
      ) e ON true;`;

/** A connection may end by itself at a moment that was chosen for it. */
export class TimeLimits1803310000000 implements MigrationInterface {
  name = 'TimeLimits1803310000000';
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE connections ADD COLUMN IF NOT EXISTS expires_at timestamptz;
      ${checks(`, 'expired'`, `, 'limit_changed'`)}
      ${announce('scope, granted_at, revoked_at, expires_at')}
      ${view(', c.expires_at')}`);
    await createIndex(
      runner,
      'connections_due',
      'connections (expires_at) WHERE revoked_at IS NULL AND expires_at IS NOT NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX connections_due;
      DROP VIEW current_connections;
      ${announce('scope, granted_at, revoked_at')}
      ALTER TABLE connections DROP COLUMN expires_at;
      ${view('')}
      DELETE FROM connection_events WHERE type = 'limit_changed';
      UPDATE connections SET revocation_reason = 'client' WHERE revocation_reason = 'expired';
      ${checks('', '')}`);
  }
}

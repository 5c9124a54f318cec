import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Seals that chain the audit trail by hash, and a deletion that leaves a record of itself. */
export class AuditSeals1806960000000 implements MigrationInterface {
  name = 'AuditSeals1806960000000';
  /** Audit records are written meanwhile: the table is locked for a moment, and by itself. */
  transaction = false as const;

  async up(runner: QueryRunner): Promise<void> {
    // Records of before stay without salt: filling it in would rewrite each of them.
    await runner.query('ALTER TABLE audit_records ADD COLUMN IF NOT EXISTS salt uuid');
    await runner.query('ALTER TABLE audit_records ALTER COLUMN salt SET DEFAULT gen_random_uuid()');
    await runner.query(`
      CREATE TABLE IF NOT EXISTS audit_seals (
        number bigint PRIMARY KEY,
        sealed_at timestamptz NOT NULL,
        through_id bigint NOT NULL,
        record_ids bigint[] NOT NULL,
        record_hashes bytea[] NOT NULL,
        fleeting boolean[] NOT NULL,
        previous_hash bytea NOT NULL,
        hash bytea NOT NULL
      )`);
    await runner.query(`
      CREATE OR REPLACE FUNCTION is_failed_attempt(action text) RETURNS boolean
      LANGUAGE sql IMMUTABLE
      RETURN action IN ('sign_in_failed', 'sign_in_limited', 'password_change_failed')`);
    // By whole days, so that the trail gets one record of it a day, and only what is sealed. They are
    // found by their time; `id + 0` keeps the key, by which all are sealed, out of that.
    await runner.query(`
      CREATE OR REPLACE FUNCTION delete_failed_attempts(kept interval, most integer) RETURNS integer
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
      DECLARE
        before timestamptz := date_trunc('day', now() - greatest(kept, interval '30 days'), 'UTC');
        sealed bigint := coalesce((SELECT through_id FROM audit_seals ORDER BY number DESC LIMIT 1), 0);
        deleted integer;
        last bigint;
      BEGIN
        WITH gone AS (
          DELETE FROM audit_records WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM audit_records
             WHERE at < before AND id + 0 <= sealed AND is_failed_attempt(action)
             LIMIT most FOR UPDATE SKIP LOCKED))
          RETURNING id
        ) SELECT count(*), max(id) INTO deleted, last FROM gone;
        IF deleted > 0 THEN
          INSERT INTO audit_records (at, action, detail) VALUES (now(), 'failed_attempts_deleted',
            jsonb_build_object('records', deleted, 'through', last));
        END IF;
        RETURN deleted;
      END $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE OR REPLACE FUNCTION delete_failed_attempts(kept interval, most integer) RETURNS integer
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
      DECLARE
        deleted integer;
      BEGIN
        DELETE FROM audit_records WHERE ctid = ANY (ARRAY(
          SELECT ctid FROM audit_records
           WHERE at <= now() - greatest(kept, interval '30 days')
             AND action IN ('sign_in_failed', 'sign_in_limited', 'password_change_failed')
           LIMIT most FOR UPDATE SKIP LOCKED));
        GET DIAGNOSTICS deleted = ROW_COUNT;
        RETURN deleted;
      END $$`);
    await runner.query('DROP FUNCTION is_failed_attempt');
    await runner.query('DROP TABLE audit_seals');
    await runner.query('ALTER TABLE audit_records DROP COLUMN salt');
  }
}

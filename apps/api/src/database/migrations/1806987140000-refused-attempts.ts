import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The actions of which records went before, too. */
const BEFORE = `'sign_in_failed', 'sign_in_limited', 'password_change_failed'`;

/** By whole days, and only what is sealed. `id + 0` keeps the key, by which all are sealed, out of it. */
const deletion = (isOutdated: string) => `
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
         WHERE at < before AND id + 0 <= sealed AND ${isOutdated}
         LIMIT most FOR UPDATE SKIP LOCKED))
      RETURNING id
    ) SELECT count(*), max(id) INTO deleted, last FROM gone;
    IF deleted > 0 THEN
      INSERT INTO audit_records (at, action, detail) VALUES (now(), 'failed_attempts_deleted',
        jsonb_build_object('records', deleted, 'through', last));
    END IF;
    RETURN deleted;
  END $$`;

const failedAttempts = (actions: string) => `
  CREATE OR REPLACE FUNCTION is_failed_attempt(action text) RETURNS boolean
  LANGUAGE sql IMMUTABLE RETURN action IN (${actions})`;

/**
 * All records of what was refused to somebody who had to prove who they are go after their time. Those
 * that are sealed already stay, because their seal says that they do not go.
 */
export class RefusedAttempts1806987140000 implements MigrationInterface {
  name = 'RefusedAttempts1806987140000';
  /** One after the other: a seal that is being made counts the actions of before. */
  transaction = false as const;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(deletion(`action IN (${BEFORE})`));
    await runner.query(
      failedAttempts(`${BEFORE}, 'email_change_failed', 'identity_proof_failed',
        'passkey_change_failed', 'second_factor_change_failed', 'second_factor_failed'`),
    );
    const [{ last }]: [{ last: string }] = await runner.query(
      'SELECT coalesce(max(id), 0)::text AS last FROM audit_records',
    );
    await runner.query(
      deletion(`is_failed_attempt(action) AND (id > ${BigInt(last)} OR action IN (${BEFORE}))`),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(failedAttempts(BEFORE));
    await runner.query(deletion('is_failed_attempt(action)'));
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The one way in which a role that may not delete audit records deletes some. */
export class AuditRetention1806950000000 implements MigrationInterface {
  name = 'AuditRetention1806950000000';

  async up(runner: QueryRunner): Promise<void> {
    // With a path of its own: whoever calls it could put other tables before ours otherwise.
    await runner.query(`
      CREATE FUNCTION delete_failed_attempts(kept interval, most integer) RETURNS integer
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
      END $$;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION delete_failed_attempts');
  }
}

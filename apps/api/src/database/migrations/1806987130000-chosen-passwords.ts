import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Users who have joined with a passkey have no password until they choose one. */
export class ChosenPasswords1806987130000 implements MigrationInterface {
  name = 'ChosenPasswords1806987130000';
  /** Nobody signs in while `users` is locked: for the column alone. */
  transaction = false as const;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE users ADD COLUMN IF NOT EXISTS password_chosen boolean NOT NULL DEFAULT true',
    );
    // A passkey of the very moment of joining was made instead of a password.
    await runner.query(`
      UPDATE users u SET password_chosen = false
        FROM audit_records joined JOIN audit_records passkey ON passkey.subject_id = joined.subject_id
       WHERE joined.action = 'invitation_accepted' AND joined.subject_id = u.id
         AND passkey.action = 'passkey_added'
         AND passkey.at BETWEEN joined.at - interval '1 second' AND joined.at + interval '1 second'
         AND NOT EXISTS (SELECT FROM audit_records since
                          WHERE since.subject_id = u.id
                            AND since.action IN ('password_changed', 'password_reset'))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users DROP COLUMN password_chosen');
  }
}

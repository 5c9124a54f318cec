import type { MigrationInterface, QueryRunner } from 'typeorm';

const THEN = `'user', 'admin', 'client', 'user_disabled', 'client_disabled', 'client_deleted', 'password_changed'`;

/** Why connections end is known to the program alone, as what scopes there are. */
export class RevocationReasons1806800000000 implements MigrationInterface {
  name = 'RevocationReasons1806800000000';
  // One table is locked at a time, and only for a moment.
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE connections DROP CONSTRAINT IF EXISTS connections_revocation_reason_check',
    );
    await runner.query(
      'ALTER TABLE connection_endings DROP CONSTRAINT IF EXISTS connection_endings_reason_check',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE connections ADD CONSTRAINT connections_revocation_reason_check
        CHECK (revocation_reason IN (${THEN}, 'expired', 'client_withdrawn')) NOT VALID;
      ALTER TABLE connection_endings ADD CONSTRAINT connection_endings_reason_check
        CHECK (reason IN (${THEN}, 'client_withdrawn')) NOT VALID`);
  }
}

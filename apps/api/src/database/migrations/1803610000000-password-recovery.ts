import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Links to set a new password, and who has asked for one how often. */
export class PasswordRecovery1803610000000 implements MigrationInterface {
  name = 'PasswordRecovery1803610000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE password_recoveries (
        token_hash bytea PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
      );
      CREATE INDEX password_recoveries_user ON password_recoveries (user_id);
      CREATE INDEX password_recoveries_expired ON password_recoveries (expires_at);
      CREATE TABLE recovery_requests (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        email_hash bytea NOT NULL,
        network text NOT NULL,
        at timestamptz NOT NULL
      );
      CREATE INDEX recovery_requests_email ON recovery_requests (email_hash, at);
      CREATE INDEX recovery_requests_network ON recovery_requests (network, at);
      CREATE INDEX recovery_requests_at ON recovery_requests (at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE recovery_requests; DROP TABLE password_recoveries;');
  }
}

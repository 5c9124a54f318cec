import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sessions that end sooner for operators, and mails about sign-ins on new devices. */
export class SignInNotices1806700000000 implements MigrationInterface {
  name = 'SignInNotices1806700000000';

  async up(runner: QueryRunner): Promise<void> {
    // The default is what nodes of the previous version start, until they are replaced: 12 hours.
    await runner.query(`
      ALTER TABLE sessions ADD COLUMN idle_seconds integer NOT NULL DEFAULT 43200;
      CREATE TABLE sign_in_notices (
        token_hash bytea PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        network text NOT NULL,
        user_agent text NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
      );
      CREATE INDEX ON sign_in_notices (user_id);
      CREATE INDEX ON sign_in_notices (expires_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE sign_in_notices;
      ALTER TABLE sessions DROP COLUMN idle_seconds;
    `);
  }
}

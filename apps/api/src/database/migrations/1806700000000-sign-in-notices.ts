import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sessions that end sooner for operators, and mails about sign-ins on new devices. */
export class SignInNotices1806700000000 implements MigrationInterface {
  name = 'SignInNotices1806700000000';
  /** Each table is locked by itself, and for a moment. */
  transaction = false as const;

  async up(runner: QueryRunner): Promise<void> {
    // The default is what nodes of the previous version start, until they are replaced: 12 hours.
    await runner.query(`
      ALTER TABLE sessions ADD COLUMN IF NOT EXISTS idle_seconds integer NOT NULL DEFAULT 43200;
    `);
    await runner.query(`
      ALTER TABLE users ADD COLUMN IF NOT EXISTS devices_known_from timestamptz;
    `);
    await runner.query(`
      UPDATE sessions s
         SET idle_seconds = 3600, expires_at = least(s.expires_at, s.created_at + interval '12 hours')
        FROM users u WHERE u.id = s.user_id AND u.role = 'operator';
    `);
    await runner.query(`
      CREATE TABLE IF NOT EXISTS sign_in_notices (
        token_hash bytea PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        network text NOT NULL,
        user_agent text NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
      );
      CREATE INDEX IF NOT EXISTS sign_in_notices_user_id ON sign_in_notices (user_id);
      CREATE INDEX IF NOT EXISTS sign_in_notices_expires_at ON sign_in_notices (expires_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE sign_in_notices;
      ALTER TABLE users DROP COLUMN devices_known_from;
      ALTER TABLE sessions DROP COLUMN idle_seconds;
    `);
  }
}

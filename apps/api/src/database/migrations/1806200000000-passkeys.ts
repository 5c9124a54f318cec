import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The keys by which users sign in instead of with their password. */
export class Passkeys1806200000000 implements MigrationInterface {
  name = 'Passkeys1806200000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE passkeys (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        credential_id text NOT NULL UNIQUE,
        public_key bytea NOT NULL,
        transports text[] NOT NULL,
        counter bigint NOT NULL,
        name text NOT NULL,
        synced boolean NOT NULL,
        created_at timestamptz NOT NULL,
        last_used_at timestamptz
      );
      CREATE INDEX ON passkeys (user_id);
      CREATE TABLE spent_passkey_challenges (
        challenge bytea PRIMARY KEY,
        spent_at timestamptz NOT NULL
      );
      CREATE INDEX ON spent_passkey_challenges (spent_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE spent_passkey_challenges; DROP TABLE passkeys;');
  }
}

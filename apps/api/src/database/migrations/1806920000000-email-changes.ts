import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Addresses that users want to have, until they have shown that they read their mails. */
export class EmailChanges1806920000000 implements MigrationInterface {
  name = 'EmailChanges1806920000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE email_changes (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        email text NOT NULL,
        -- Null where the link has ended, or there has never been one: the row still counts.
        token_hash bytea,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
      );
      CREATE UNIQUE INDEX email_changes_token ON email_changes (token_hash)
        WHERE token_hash IS NOT NULL;
      CREATE INDEX email_changes_user_id ON email_changes (user_id);
      CREATE INDEX email_changes_email ON email_changes (email);
      CREATE INDEX email_changes_expires_at ON email_changes (expires_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE email_changes;');
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who has been invited into a company, and how many mails that has sent. */
export class Invitations1805300000000 implements MigrationInterface {
  name = 'Invitations1805300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE invitations (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        email text NOT NULL,
        first_name text NOT NULL,
        last_name text NOT NULL,
        role text NOT NULL CHECK (role IN ('member', 'admin')),
        locale text NOT NULL CHECK (locale IN ('de', 'en')),
        token_hash bytea NOT NULL,
        invited_by uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        created_at timestamptz NOT NULL,
        sent_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        CONSTRAINT invitations_address UNIQUE (account_id, email)
      );
      CREATE UNIQUE INDEX invitations_token ON invitations (token_hash);
      CREATE INDEX invitations_invited_by ON invitations (invited_by);
      CREATE INDEX invitations_listed ON invitations (account_id, created_at DESC, id DESC);
      CREATE INDEX invitations_expired ON invitations (expires_at);
      CREATE TABLE invitation_mails (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        email_hash bytea NOT NULL,
        at timestamptz NOT NULL
      );
      CREATE INDEX invitation_mails_account ON invitation_mails (account_id, at);
      CREATE INDEX invitation_mails_at ON invitation_mails (at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE invitation_mails; DROP TABLE invitations;');
  }
}

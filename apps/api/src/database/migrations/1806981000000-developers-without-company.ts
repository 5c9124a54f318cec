import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Who has been invited to develop a client, and belongs to no company: such a person gets an account
 * of their own, which is nobody's company and bears no name but theirs.
 */
export class DevelopersWithoutCompany1806981000000 implements MigrationInterface {
  name = 'DevelopersWithoutCompany1806981000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE accounts
        ADD COLUMN IF NOT EXISTS kind text NOT NULL DEFAULT 'company',
        DROP CONSTRAINT accounts_name_check,
        ADD CONSTRAINT accounts_name_check
          CHECK (CASE kind WHEN 'company' THEN name <> '' WHEN 'personal' THEN name = '' ELSE false END);
      CREATE TABLE client_developer_invitations (
        id uuid PRIMARY KEY,
        oauth_client_id uuid NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
        email text NOT NULL,
        locale text NOT NULL CHECK (locale IN ('de', 'en')),
        token_hash bytea NOT NULL,
        invited_by uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        created_at timestamptz NOT NULL,
        sent_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        CONSTRAINT client_developer_invitations_address UNIQUE (oauth_client_id, email)
      );
      CREATE UNIQUE INDEX client_developer_invitations_token
        ON client_developer_invitations (token_hash);
      CREATE INDEX client_developer_invitations_email ON client_developer_invitations (email);
      CREATE INDEX client_developer_invitations_invited_by
        ON client_developer_invitations (invited_by);
      CREATE INDEX client_developer_invitations_expired
        ON client_developer_invitations (expires_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE client_developer_invitations');
    // Before, every account was a company, and had a name.
    await runner.query(`
      ALTER TABLE accounts DROP CONSTRAINT accounts_name_check;
      UPDATE accounts SET name = id::text WHERE name = '';
      ALTER TABLE accounts DROP COLUMN kind, ADD CONSTRAINT accounts_name_check CHECK (name <> '');
    `);
  }
}

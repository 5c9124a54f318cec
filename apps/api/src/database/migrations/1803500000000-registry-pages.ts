import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the registry's pages show and ask for: contact, verification, names of secrets, versions. */
export class RegistryPages1803500000000 implements MigrationInterface {
  name = 'RegistryPages1803500000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE oauth_clients
        ADD COLUMN contact_email text CHECK (contact_email <> ''),
        ADD COLUMN publisher_verified_at timestamptz,
        ADD COLUMN publisher_verified_by uuid,
        ADD COLUMN version integer NOT NULL DEFAULT 1;
      ALTER TABLE oauth_client_secrets ADD COLUMN name text CHECK (name <> '');
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE oauth_client_secrets DROP COLUMN name;
      ALTER TABLE oauth_clients
        DROP COLUMN version,
        DROP COLUMN publisher_verified_by,
        DROP COLUMN publisher_verified_at,
        DROP COLUMN contact_email;
    `);
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Scripts and styles of the portal's builds, which pages that are open go on asking for. */
export class PortalFiles1801100000000 implements MigrationInterface {
  name = 'PortalFiles1801100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE portal_files (
        name text PRIMARY KEY,
        content bytea NOT NULL,
        seal bytea NOT NULL CHECK (length(seal) = 32),
        served_at timestamptz NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE portal_files');
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Logos that have been uploaded, as the program itself has drawn them anew: small square PNGs. */
export class ClientLogos1805800000000 implements MigrationInterface {
  name = 'ClientLogos1805800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE client_logos (
        oauth_client_id uuid PRIMARY KEY REFERENCES oauth_clients (id) ON DELETE CASCADE,
        content bytea NOT NULL CHECK (length(content) BETWEEN 1 AND 1048576),
        content_hash text NOT NULL,
        uploaded_at timestamptz NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE client_logos');
  }
}

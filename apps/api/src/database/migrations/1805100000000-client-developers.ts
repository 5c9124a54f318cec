import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who looks after a client at its publisher. */
export class ClientDevelopers1805100000000 implements MigrationInterface {
  name = 'ClientDevelopers1805100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE client_developers (
        oauth_client_id uuid NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
        user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        added_at timestamptz NOT NULL,
        PRIMARY KEY (oauth_client_id, user_id)
      );
      CREATE INDEX client_developers_user ON client_developers (user_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE client_developers');
  }
}

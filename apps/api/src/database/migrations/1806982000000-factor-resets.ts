import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Lost second factors that are to be taken off, once their owners have had time to object. */
export class FactorResets1806982000000 implements MigrationInterface {
  name = 'FactorResets1806982000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE factor_resets (
        user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
        -- Null for the command line.
        asked_by uuid REFERENCES users (id),
        asked_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        -- Of the link that stops it.
        token_hash bytea NOT NULL
      );
      CREATE UNIQUE INDEX factor_resets_token ON factor_resets (token_hash);
      CREATE INDEX factor_resets_due_at ON factor_resets (due_at);
      CREATE INDEX factor_resets_asked_by ON factor_resets (asked_by);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE factor_resets;');
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whose row is left as a pseudonym, for what refers to it. */
export class ErasedPeople1806970000000 implements MigrationInterface {
  name = 'ErasedPeople1806970000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users ADD COLUMN IF NOT EXISTS erased_at timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users DROP COLUMN erased_at');
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Passwords that somebody else has set, and that their owner has to replace. */
export class GivenPasswords1806982100000 implements MigrationInterface {
  name = 'GivenPasswords1806982100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE users ADD COLUMN IF NOT EXISTS password_given boolean NOT NULL DEFAULT false',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users DROP COLUMN password_given');
  }
}

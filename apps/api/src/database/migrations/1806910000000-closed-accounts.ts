import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndex } from '../schema-change.js';

/** Companies that Flixcheck has closed: nobody of theirs gets in, and their data goes later. */
export class ClosedAccounts1806910000000 implements MigrationInterface {
  name = 'ClosedAccounts1806910000000';
  // The table is locked for a moment; the index is built while it is in use.
  transaction = false as const;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE accounts ADD COLUMN IF NOT EXISTS closed_at timestamptz');
    await createIndex(
      runner,
      'accounts_closed',
      'accounts (closed_at) WHERE closed_at IS NOT NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE accounts DROP COLUMN closed_at');
  }
}

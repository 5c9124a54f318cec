import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndex } from '../schema-change.js';

/**
 * Which transaction wrote a revocation last, so that an index finds what a node has not read yet.
 * Rows that are there have none: they were committed before any node asks by it, and each node has
 * read everything first. The statement that adds the column waits for those who are writing.
 */
export class NewRevocations1806986100000 implements MigrationInterface {
  name = 'NewRevocations1806986100000';
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // The default apart: with the column it would rewrite the table.
    await runner.query(`
      ALTER TABLE revocations ADD COLUMN IF NOT EXISTS written_by xid8;
      ALTER TABLE revocations ALTER COLUMN written_by SET DEFAULT pg_current_xact_id();
      CREATE OR REPLACE FUNCTION sign_revocation() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        NEW.written_by := pg_current_xact_id();
        RETURN NEW;
      END $$;
      DROP TRIGGER IF EXISTS sign ON revocations;
      CREATE TRIGGER sign BEFORE UPDATE ON revocations
        FOR EACH ROW EXECUTE FUNCTION sign_revocation();`);
    await createIndex(runner, 'revocations_written', 'revocations (written_by)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER sign ON revocations;
      DROP FUNCTION sign_revocation;
      ALTER TABLE revocations DROP COLUMN written_by;`);
  }
}

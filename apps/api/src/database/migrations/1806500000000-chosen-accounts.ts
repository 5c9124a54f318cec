import type { MigrationInterface, QueryRunner } from 'typeorm';

const REASONS = `'user', 'admin', 'client', 'user_disabled', 'client_disabled', 'client_deleted',
  'password_changed'`;

/** NOT VALID: what is there satisfied the narrower check. */
const reasons = (table: string, column: string, allowed: string) => `
  ALTER TABLE ${table}
    DROP CONSTRAINT IF EXISTS ${table}_${column}_check,
    ADD CONSTRAINT ${table}_${column}_check CHECK (${column} IN (${allowed})) NOT VALID;`;

/** A client may be meant for chosen companies: NULL is for every company. */
export class ChosenAccounts1806500000000 implements MigrationInterface {
  name = 'ChosenAccounts1806500000000';
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE oauth_clients
        ADD COLUMN IF NOT EXISTS account_ids uuid[] CHECK (cardinality(account_ids) > 0)`);
    await runner.query(
      reasons('connections', 'revocation_reason', `${REASONS}, 'expired', 'client_withdrawn'`),
    );
    await runner.query(reasons('connection_endings', 'reason', `${REASONS}, 'client_withdrawn'`));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE oauth_clients DROP COLUMN account_ids;
      UPDATE connections SET revocation_reason = 'client_disabled'
       WHERE revocation_reason = 'client_withdrawn';
      UPDATE connection_endings SET reason = 'client_disabled' WHERE reason = 'client_withdrawn';
      ${reasons('connections', 'revocation_reason', `${REASONS}, 'expired'`)}
      ${reasons('connection_endings', 'reason', REASONS)}`);
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An account that allows an application may also grant it in advance what its people would be asked
 * for. Part of the decision, so that blocking an application or leaving it to the policy ends it.
 */
export class AdvanceGrants1805600000000 implements MigrationInterface {
  name = 'AdvanceGrants1805600000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE account_policy_decisions ADD COLUMN advance_scope text,
        ADD CONSTRAINT account_policy_decisions_advance
          CHECK (advance_scope IS NULL OR decision = 'allowed') NOT VALID`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE account_policy_decisions DROP COLUMN advance_scope');
  }
}

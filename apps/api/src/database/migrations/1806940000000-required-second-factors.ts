import type { MigrationInterface, QueryRunner } from 'typeorm';

/** From when on a company requires a second factor of everybody in it; null: it does not. */
export class RequiredSecondFactors1806940000000 implements MigrationInterface {
  name = 'RequiredSecondFactors1806940000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE accounts ADD COLUMN IF NOT EXISTS second_factor_from timestamptz',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE accounts DROP COLUMN second_factor_from');
  }
}

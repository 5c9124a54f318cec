import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When the user of a session has last proved who they are, since the sign-in that began it. */
export class IdentityProofs1806930000000 implements MigrationInterface {
  name = 'IdentityProofs1806930000000';

  async up(runner: QueryRunner): Promise<void> {
    // Null, as nodes of the previous version leave it: not since the sign-in.
    await runner.query('ALTER TABLE sessions ADD COLUMN IF NOT EXISTS proven_at timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE sessions DROP COLUMN proven_at');
  }
}

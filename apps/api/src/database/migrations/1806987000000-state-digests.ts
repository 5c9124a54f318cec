import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Whether a client's authorization requests have the same `state` again and again. Null where nobody
 * knows: the code is older, or no page asked for it; empty where the request had none.
 */
export class StateDigests1806987000000 implements MigrationInterface {
  name = 'StateDigests1806987000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE authorization_codes ADD COLUMN state_digest bytea');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE authorization_codes DROP COLUMN state_digest');
  }
}

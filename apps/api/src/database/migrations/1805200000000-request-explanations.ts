import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was wrong with a client's request, as data that a reader's language can be made of. */
export class RequestExplanations1805200000000 implements MigrationInterface {
  name = 'RequestExplanations1805200000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE oauth_requests ADD COLUMN explanation jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE oauth_requests DROP COLUMN explanation');
  }
}

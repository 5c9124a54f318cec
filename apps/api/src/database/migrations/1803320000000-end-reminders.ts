import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Of which end of a connection the person who granted it has been reminded. */
export class EndReminders1803320000000 implements MigrationInterface {
  name = 'EndReminders1803320000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE connections ADD COLUMN reminded_of timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE connections DROP COLUMN reminded_of');
  }
}

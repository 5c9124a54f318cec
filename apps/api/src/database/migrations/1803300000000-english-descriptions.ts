import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What an application is for, also for users who read English. */
export class EnglishDescriptions1803300000000 implements MigrationInterface {
  name = 'EnglishDescriptions1803300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE oauth_clients ADD COLUMN description_en text NOT NULL DEFAULT ''`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE oauth_clients DROP COLUMN description_en');
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a mail is about that goes to nobody whom the program knows, for its audit record. */
export class MailsAbout1806987150000 implements MigrationInterface {
  name = 'MailsAbout1806987150000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE mails ADD COLUMN IF NOT EXISTS about_id uuid,
                        ADD COLUMN IF NOT EXISTS about_account_id uuid`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE mails DROP COLUMN about_id, DROP COLUMN about_account_id');
  }
}

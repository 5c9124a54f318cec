import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The outbox of mails, the mailbox of the demo, and which notices a user does not want. */
export class Mails1803600000000 implements MigrationInterface {
  name = 'Mails1803600000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE mails (
        id uuid PRIMARY KEY,
        kind text NOT NULL,
        user_id uuid,
        status text NOT NULL CHECK (status IN ('waiting', 'sent', 'failed')),
        sealed bytea,
        created_at timestamptz NOT NULL,
        send_by timestamptz NOT NULL,
        tries integer NOT NULL DEFAULT 0,
        claimed_until timestamptz,
        settled_at timestamptz,
        error text,
        CONSTRAINT mails_erased CHECK ((status = 'waiting') = (sealed IS NOT NULL)),
        CONSTRAINT mails_settled CHECK ((status = 'waiting') = (settled_at IS NULL))
      );
      CREATE INDEX mails_waiting ON mails (created_at) WHERE status = 'waiting';
      CREATE INDEX mails_settled_at ON mails (settled_at) WHERE settled_at IS NOT NULL;
      CREATE TABLE demo_mails (
        id uuid PRIMARY KEY,
        at timestamptz NOT NULL,
        recipient text NOT NULL,
        subject text NOT NULL,
        text text NOT NULL,
        html text NOT NULL
      );
      CREATE INDEX demo_mails_at ON demo_mails (at, id);
      ALTER TABLE users ADD COLUMN muted_notices text[] NOT NULL DEFAULT '{}';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE users DROP COLUMN muted_notices;
      DROP TABLE demo_mails;
      DROP TABLE mails;
    `);
  }
}

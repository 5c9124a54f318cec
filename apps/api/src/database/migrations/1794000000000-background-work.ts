import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropQueueSchema, installQueueSchema } from '../queue-schema.js';

/** The queues of the background work (ADR 8), and when each of its steps last ended well. */
export class BackgroundWork1794000000000 implements MigrationInterface {
  name = 'BackgroundWork1794000000000';

  async up(runner: QueryRunner): Promise<void> {
    await installQueueSchema(runner);
    await runner.query(`
      CREATE TABLE background_steps (
        name text PRIMARY KEY,
        last_success_at timestamptz NOT NULL
      )
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE background_steps');
    await dropQueueSchema(runner);
  }
}

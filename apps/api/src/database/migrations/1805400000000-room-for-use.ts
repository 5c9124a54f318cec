import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Room on each page for the next version of a row whose use is written: no index changes then. It
 * takes effect as pages fill and rows move, without rewriting the table.
 */
export class RoomForUse1805400000000 implements MigrationInterface {
  name = 'RoomForUse1805400000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.query(`ALTER TABLE ${table} SET (fillfactor = 85)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.query(`ALTER TABLE ${table} RESET (fillfactor)`);
  }
}

const TABLES = ['connections', 'connection_usage'];

import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndex } from '../schema-change.js';

const INDEXES = {
  // Exports and erasures: what somebody did, and what others did to them.
  audit_records_actor: 'audit_records (actor_id) WHERE actor_id IS NOT NULL',
  audit_records_subject: 'audit_records (subject_id) WHERE subject_id IS NOT NULL',
  // Operators look for one kind of action in the trail of all companies.
  audit_records_action: 'audit_records (action, id DESC)',
  approval_requests_decided_by: 'approval_requests (decided_by) WHERE decided_by IS NOT NULL',
};

/** Each of these searches read a whole table; the trail is kept for good. */
export class FindByPerson1806983200000 implements MigrationInterface {
  name = 'FindByPerson1806983200000';
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (const [name, definition] of Object.entries(INDEXES)) {
      await createIndex(runner, name, definition);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX ${Object.keys(INDEXES).join(', ')}`);
  }
}

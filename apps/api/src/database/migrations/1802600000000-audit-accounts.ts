import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndex } from '../schema-change.js';

const BATCH = 5000;

/** Whose company an audit record belongs to: its admins may read it. */
export class AuditAccounts1802600000000 implements MigrationInterface {
  name = 'AuditAccounts1802600000000';
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE audit_records ADD COLUMN IF NOT EXISTS account_id uuid');
    const [{ last }]: [{ last: string }] = await runner.query(
      'SELECT coalesce(max(id), 0) AS last FROM audit_records',
    );
    for (let from = 0n; from <= BigInt(last); from += BigInt(BATCH)) {
      await runner.query(
        `UPDATE audit_records r SET account_id = coalesce(
           (SELECT account_id FROM users WHERE id = r.subject_id),
           (SELECT account_id FROM users WHERE id = r.actor_id))
         WHERE r.id > $1 AND r.id <= $1::bigint + $2 AND r.account_id IS NULL`,
        [from.toString(), BATCH],
      );
    }
    await createIndex(runner, 'audit_records_account', 'audit_records (account_id, id DESC)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX audit_records_account');
    await runner.query('ALTER TABLE audit_records DROP COLUMN account_id');
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndex } from '../schema-change.js';

const INDEXES = {
  // A handful among all people: who is told of what needs an operator.
  users_operators: `users (id) WHERE role = 'operator'`,
  // What a client that is disabled or deleted leaves unanswered.
  approval_requests_client: `approval_requests (oauth_client_id) WHERE status = 'open'`,
  // Exports and erasures.
  mails_user: 'mails (user_id) WHERE user_id IS NOT NULL',
  invitations_email: 'invitations (email)',
  account_policy_decisions_decided_by:
    'account_policy_decisions (decided_by) WHERE decided_by IS NOT NULL',
};

/** Each of these searches read a whole table, which grows with the number of people or companies. */
export class RareLookups1806987410000 implements MigrationInterface {
  name = 'RareLookups1806987410000';
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

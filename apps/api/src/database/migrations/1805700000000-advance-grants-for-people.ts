import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What an account has granted an application in advance for some of its people. Beside the decision
 * rather than in it, so that a node of an earlier version takes none of it for everybody's.
 */
export class AdvanceGrantsForPeople1805700000000 implements MigrationInterface {
  name = 'AdvanceGrantsForPeople1805700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE account_policy_advance_users (
        account_id uuid NOT NULL,
        oauth_client_id uuid NOT NULL,
        user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        scope text NOT NULL,
        granted_at timestamptz NOT NULL,
        granted_by uuid REFERENCES users (id) ON DELETE SET NULL,
        PRIMARY KEY (account_id, oauth_client_id, user_id),
        FOREIGN KEY (account_id, oauth_client_id)
          REFERENCES account_policy_decisions (account_id, oauth_client_id) ON DELETE CASCADE
      );
      CREATE INDEX account_policy_advance_users_user ON account_policy_advance_users (user_id);
      CREATE INDEX account_policy_advance_users_granted_by
        ON account_policy_advance_users (granted_by);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE account_policy_advance_users');
  }
}

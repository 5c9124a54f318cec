import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which applications an account allows, and what its users have asked it to allow. */
export class AccountPolicies1803200000000 implements MigrationInterface {
  name = 'AccountPolicies1803200000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- An account without a row allows every application.
      CREATE TABLE account_policies (
        account_id uuid PRIMARY KEY REFERENCES accounts (id),
        allows text NOT NULL CHECK (allows IN ('every', 'verified', 'selected')),
        updated_at timestamptz,
        updated_by uuid REFERENCES users (id)
      );

      -- What goes before the policy, for one application. Only of accounts that have a policy, so
      -- that its absence answers every question.
      CREATE TABLE account_policy_decisions (
        account_id uuid NOT NULL REFERENCES account_policies (account_id),
        oauth_client_id uuid NOT NULL REFERENCES oauth_clients (id),
        decision text NOT NULL CHECK (decision IN ('allowed', 'blocked')),
        decided_at timestamptz NOT NULL,
        decided_by uuid REFERENCES users (id),
        PRIMARY KEY (account_id, oauth_client_id)
      );

      CREATE TABLE approval_requests (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL REFERENCES accounts (id),
        user_id uuid NOT NULL REFERENCES users (id),
        oauth_client_id uuid NOT NULL REFERENCES oauth_clients (id),
        note text NOT NULL,
        status text NOT NULL CHECK (status IN ('open', 'approved', 'declined', 'withdrawn')),
        requested_at timestamptz NOT NULL,
        decided_at timestamptz,
        decided_by uuid REFERENCES users (id),
        answer text NOT NULL,
        CHECK ((status = 'open') = (decided_at IS NULL))
      );
      CREATE UNIQUE INDEX approval_requests_open ON approval_requests (user_id, oauth_client_id)
        WHERE status = 'open';
      CREATE INDEX approval_requests_account ON approval_requests (account_id, requested_at, id);
      CREATE INDEX approval_requests_user ON approval_requests (user_id, requested_at, id);
      CREATE INDEX approval_requests_age ON approval_requests (requested_at);

      -- The authorization request that waits for the answer; its own table, because it is forgotten
      -- much sooner than who has asked for what.
      CREATE TABLE approval_continuations (
        approval_request_id uuid PRIMARY KEY REFERENCES approval_requests (id) ON DELETE CASCADE,
        query text NOT NULL,
        expires_at timestamptz NOT NULL
      );
      CREATE INDEX approval_continuations_expiry ON approval_continuations (expires_at);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE approval_continuations, approval_requests, account_policy_decisions,
        account_policies`);
  }
}

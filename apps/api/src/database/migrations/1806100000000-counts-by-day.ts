import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Counts that outlive what they count, by client and day: requests, which the log keeps for 30 days,
 * and active connections, which nobody can tell afterwards. Only background work writes them.
 */
export class CountsByDay1806100000000 implements MigrationInterface {
  name = 'CountsByDay1806100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE oauth_request_counts (
        oauth_client_id uuid NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
        day date NOT NULL,
        kind text NOT NULL,
        failed boolean NOT NULL,
        reason text NOT NULL,
        requests bigint NOT NULL CHECK (requests > 0),
        PRIMARY KEY (oauth_client_id, day, kind, failed, reason)
      );
      CREATE INDEX oauth_request_counts_day ON oauth_request_counts (day);

      -- Up to which entry of the request log is counted, and up to which it will be next: an id is
      -- drawn before its row is visible, so what is seen is counted once all that was under way
      -- when it was seen has ended.
      CREATE TABLE oauth_request_counting (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        counted bigint NOT NULL DEFAULT 0,
        seen bigint NOT NULL DEFAULT 0,
        seen_in xid8 NOT NULL DEFAULT '0'
      );
      INSERT INTO oauth_request_counting DEFAULT VALUES;

      CREATE TABLE connection_counts (
        oauth_client_id uuid NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
        day date NOT NULL,
        active integer NOT NULL CHECK (active >= 0),
        PRIMARY KEY (oauth_client_id, day)
      );
      CREATE INDEX connection_counts_day ON connection_counts (day);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE oauth_request_counts, oauth_request_counting, connection_counts',
    );
  }
}

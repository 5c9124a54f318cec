import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the developers of a client have asked operators to change about it, and the answers. */
export class ClientChangeRequests1805900000000 implements MigrationInterface {
  name = 'ClientChangeRequests1805900000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE client_change_requests (
        id uuid PRIMARY KEY,
        oauth_client_id uuid NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
        requested_by uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        requested_at timestamptz NOT NULL,
        note text NOT NULL,
        changes jsonb NOT NULL,
        status text NOT NULL CHECK (status IN ('open', 'accepted', 'declined', 'withdrawn')),
        decided_by uuid,
        decided_at timestamptz,
        answer text NOT NULL DEFAULT '',
        CONSTRAINT client_change_requests_decided
          CHECK ((status = 'open') = (decided_at IS NULL))
      );
      CREATE UNIQUE INDEX client_change_requests_open
        ON client_change_requests (oauth_client_id) WHERE status = 'open';
      CREATE INDEX client_change_requests_client
        ON client_change_requests (oauth_client_id, requested_at DESC, id DESC);
      CREATE INDEX client_change_requests_listed
        ON client_change_requests (requested_at DESC, id DESC);
      CREATE INDEX client_change_requests_user
        ON client_change_requests (requested_by, requested_at DESC);
      CREATE INDEX client_change_requests_decided_at ON client_change_requests (decided_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE client_change_requests');
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Whether an ending that has not been carried out to the last row covers the connection `c`. The
 * table is empty nearly always, so that asking costs next to nothing.
 */
const COVERED = (c: string) => `EXISTS (
      SELECT FROM connection_endings e
       WHERE e.id > ${c}.endings_seen
         AND (e.oauth_client_id IS NULL OR e.oauth_client_id = ${c}.oauth_client_id)
         AND (e.user_id IS NULL OR e.user_id = ${c}.user_id)
         AND (e.account_id IS NULL OR e.account_id = ${c}.account_id))`;

/**
 * What decides a moment reads the clock before it commits, and clocks of nodes differ: whatever
 * was issued up to a minute later may stem from before.
 */
const MARGIN = `interval '1 minute'`;

const REFUSE = `
  -- Refuses the access tokens of a subject that were issued before a moment, on every node. The
  -- moment is later than every one that was decided before, however the clocks of nodes differ:
  -- tokens may have been issued with one of those. Milliseconds, because that is what tokens have.
  CREATE FUNCTION refuse_issued_before(refused text, at timestamptz, before timestamptz)
  RETURNS void LANGUAGE sql AS $$
    INSERT INTO revocations AS r (subject, revoked_at, expires_at, issued_before)
      SELECT refused, at, at + interval '2 hours',
             CASE WHEN before = 'infinity' THEN before ELSE GREATEST(
               date_trunc('milliseconds', before),
               (SELECT max(issued_before) FROM revocations WHERE issued_before < 'infinity')
                 + interval '1 millisecond')
             END
      ON CONFLICT (subject) DO UPDATE
        SET revoked_at = GREATEST(r.revoked_at, EXCLUDED.revoked_at),
            expires_at = GREATEST(r.expires_at, EXCLUDED.expires_at),
            issued_before = EXCLUDED.issued_before
        WHERE r.issued_before < EXCLUDED.issued_before
  $$;
  CREATE INDEX revocations_moments ON revocations (issued_before)
    WHERE issued_before < 'infinity';`;

const ANNOUNCE = `
  CREATE OR REPLACE FUNCTION announce_revocation() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_notify('revocations', NEW.subject || CASE
      WHEN NEW.issued_before = 'infinity' THEN ''
      ELSE ' ' || ceil(extract(epoch FROM NEW.issued_before) * 1000)::bigint END);
    RETURN NULL;
  END $$;
  DROP TRIGGER announce ON revocations;
  CREATE TRIGGER announce AFTER INSERT OR UPDATE ON revocations
    FOR EACH ROW EXECUTE FUNCTION announce_revocation();`;

const CONNECTIONS = `
  -- The end of a connection; a covered one has been announced by the ending that covers it.
  CREATE OR REPLACE FUNCTION revoke_connection() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at THEN
      RAISE EXCEPTION 'a revoked connection stays revoked' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL AND NOT ${COVERED('NEW')} THEN
      PERFORM refuse_issued_before(NEW.id::text, NEW.revoked_at, 'infinity');
    END IF;
    RETURN NULL;
  END $$;

  CREATE FUNCTION narrow_connection() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.tokens_from IS NOT NULL AND NEW.tokens_from IS DISTINCT FROM OLD.tokens_from THEN
      PERFORM refuse_issued_before(NEW.id::text, NEW.tokens_from, NEW.tokens_from + ${MARGIN});
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER narrow AFTER UPDATE OF tokens_from ON connections
    FOR EACH ROW EXECUTE FUNCTION narrow_connection();

  -- A row that is deleted takes its tokens with it, whoever deletes it.
  CREATE FUNCTION delete_connection() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF OLD.revoked_at IS NULL THEN
      PERFORM refuse_issued_before(OLD.id::text, clock_timestamp(), 'infinity');
      PERFORM pg_notify('connections', OLD.account_id || ' ' || OLD.user_id);
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER delete AFTER DELETE ON connections
    FOR EACH ROW EXECUTE FUNCTION delete_connection();

  CREATE OR REPLACE FUNCTION announce_connection() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.revoked_at IS NULL OR NOT ${COVERED('NEW')} THEN
      PERFORM pg_notify('connections', NEW.account_id || ' ' || NEW.user_id);
    END IF;
    RETURN NULL;
  END $$;`;

const ENDINGS = `
  -- One fact that ends any number of connections at once: those of a client, of a user, of an
  -- account, or of a client within an account, that were there when it was committed. Rows follow in
  -- batches; when all have followed, the fact has done its work and is deleted.
  CREATE TABLE connection_endings (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    oauth_client_id uuid REFERENCES oauth_clients (id),
    user_id uuid REFERENCES users (id),
    account_id uuid REFERENCES accounts (id),
    at timestamptz NOT NULL,
    actor_id uuid REFERENCES users (id),
    reason text NOT NULL CHECK (reason IN
      ('user', 'admin', 'client', 'user_disabled', 'client_disabled', 'client_deleted', 'password_changed')),
    CHECK (oauth_client_id IS NOT NULL OR user_id IS NOT NULL OR account_id IS NOT NULL),
    CHECK (oauth_client_id IS NULL OR user_id IS NULL)
  );

  CREATE FUNCTION announce_ending() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    client text := (SELECT 'client:' || client_id FROM oauth_clients WHERE id = NEW.oauth_client_id);
    account uuid := coalesce(NEW.account_id, (SELECT account_id FROM users WHERE id = NEW.user_id));
  BEGIN
    PERFORM refuse_issued_before(
      CASE
        WHEN NEW.user_id IS NOT NULL THEN 'user:' || NEW.user_id
        WHEN NEW.account_id IS NULL THEN client
        ELSE concat_ws('+', 'account:' || NEW.account_id, client)
      END, NEW.at, NEW.at + ${MARGIN});
    PERFORM pg_notify('connections', coalesce(account::text, '*') || ' ' || coalesce(NEW.user_id::text, '*'));
    RETURN NULL;
  END $$;
  CREATE TRIGGER announce AFTER INSERT ON connection_endings
    FOR EACH ROW EXECUTE FUNCTION announce_ending();

  -- Connections as they are: one that an ending covers has ended, also before its row has followed.
  CREATE VIEW current_connections AS
    SELECT c.id, c.oauth_client_id, c.user_id, c.account_id, c.scope, c.granted_at, c.last_used_at,
           c.last_refresh_refused_at,
           coalesce(c.revoked_at, e.at) AS revoked_at,
           CASE WHEN c.revoked_at IS NULL THEN e.actor_id ELSE c.revoked_by END AS revoked_by,
           CASE WHEN c.revoked_at IS NOT NULL THEN c.revocation_reason
                WHEN e.reason = 'admin' AND e.actor_id = c.user_id THEN 'user'
                ELSE e.reason END AS revocation_reason
      FROM connections c
      LEFT JOIN LATERAL (
        SELECT first.at, first.actor_id, first.reason FROM connection_endings first
         WHERE c.revoked_at IS NULL AND first.id > c.endings_seen
           AND (first.oauth_client_id IS NULL OR first.oauth_client_id = c.oauth_client_id)
           AND (first.user_id IS NULL OR first.user_id = c.user_id)
           AND (first.account_id IS NULL OR first.account_id = c.account_id)
         ORDER BY first.id LIMIT 1
      ) e ON true;`;

const CLIENTS = `
  -- Taking a scope away from a client binds what it already holds: its access tokens are refused,
  -- and a refresh gives one of what is left.
  CREATE FUNCTION narrow_client() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    at timestamptz := CASE WHEN NEW.updated_at = OLD.updated_at THEN clock_timestamp() ELSE NEW.updated_at END;
  BEGIN
    IF NOT OLD.scopes <@ NEW.scopes THEN
      PERFORM refuse_issued_before('client:' || NEW.client_id, at, at + ${MARGIN});
      PERFORM pg_notify('connections', '* *');
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER narrow AFTER UPDATE OF scopes ON oauth_clients
    FOR EACH ROW EXECUTE FUNCTION narrow_client();`;

/**
 * Nodes refuse "tokens of this subject that were issued before this moment". One entry then ends
 * any number of connections, and narrows one without ending it.
 */
export class IssuedBefore1793000000000 implements MigrationInterface {
  name = 'IssuedBefore1793000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE revocations ADD COLUMN issued_before timestamptz NOT NULL DEFAULT 'infinity';
      ALTER TABLE connections
        ADD COLUMN tokens_from timestamptz,
        ADD COLUMN endings_seen bigint NOT NULL DEFAULT 0;
      -- NOT VALID: what is there satisfied the narrower check.
      ALTER TABLE connection_events
        DROP CONSTRAINT connection_events_type_check,
        ADD CONSTRAINT connection_events_type_check CHECK (type IN
          ('granted', 'renewed', 'narrowed', 'token_issued', 'refreshed', 'used', 'revoked',
           'reuse_detected', 'refresh_refused')) NOT VALID;`);
    for (const part of [REFUSE, ANNOUNCE, ENDINGS, CONNECTIONS, CLIENTS]) await runner.query(part);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP VIEW current_connections;
      DROP TRIGGER narrow ON oauth_clients;
      DROP TRIGGER narrow ON connections;
      DROP TRIGGER delete ON connections;
      DROP TABLE connection_endings;
      DROP FUNCTION narrow_client, announce_ending, narrow_connection, delete_connection;
      DELETE FROM revocations WHERE issued_before < 'infinity';
      DROP TRIGGER announce ON revocations;

      CREATE OR REPLACE FUNCTION announce_revocation() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('revocations', NEW.subject);
        RETURN NULL;
      END $$;
      CREATE TRIGGER announce AFTER INSERT ON revocations
        FOR EACH ROW EXECUTE FUNCTION announce_revocation();
      CREATE OR REPLACE FUNCTION revoke_connection() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at THEN
          RAISE EXCEPTION 'a revoked connection stays revoked' USING ERRCODE = 'check_violation';
        END IF;
        IF OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL THEN
          INSERT INTO revocations (subject, revoked_at, expires_at)
            VALUES (NEW.id::text, NEW.revoked_at, NEW.revoked_at + interval '2 hours')
            ON CONFLICT (subject) DO NOTHING;
        END IF;
        RETURN NULL;
      END $$;
      CREATE OR REPLACE FUNCTION announce_connection() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('connections', NEW.account_id || ' ' || NEW.user_id);
        RETURN NULL;
      END $$;
      DROP FUNCTION refuse_issued_before;
      DELETE FROM connection_events WHERE type = 'narrowed';
      ALTER TABLE connection_events
        DROP CONSTRAINT connection_events_type_check,
        ADD CONSTRAINT connection_events_type_check CHECK (type IN
          ('granted', 'renewed', 'token_issued', 'refreshed', 'used', 'revoked', 'reuse_detected', 'refresh_refused'));
      ALTER TABLE connections DROP COLUMN tokens_from, DROP COLUMN endings_seen;
      ALTER TABLE revocations DROP COLUMN issued_before;
    `);
  }
}

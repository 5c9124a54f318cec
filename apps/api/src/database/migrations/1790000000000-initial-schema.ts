import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Changes announce themselves from inside the database, in the transaction that makes them: no
 * code path, and no operator with psql, can end a connection without every node hearing of it.
 */
const ANNOUNCEMENTS = `
  CREATE FUNCTION announce_revocation() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_notify('revocations', NEW.subject);
    RETURN NULL;
  END $$;
  CREATE TRIGGER announce AFTER INSERT ON revocations
    FOR EACH ROW EXECUTE FUNCTION announce_revocation();

  CREATE FUNCTION revoke_connection() RETURNS trigger LANGUAGE plpgsql AS $$
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
  CREATE TRIGGER revoke AFTER UPDATE OF revoked_at ON connections
    FOR EACH ROW EXECUTE FUNCTION revoke_connection();

  CREATE FUNCTION end_family() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at THEN
      RAISE EXCEPTION 'an ended family stays ended' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL THEN
      INSERT INTO revocations (subject, revoked_at, expires_at)
        VALUES (NEW.id::text, NEW.ended_at, NEW.ended_at + interval '2 hours')
        ON CONFLICT (subject) DO NOTHING;
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER end_family AFTER UPDATE OF ended_at ON refresh_token_families
    FOR EACH ROW EXECUTE FUNCTION end_family();

  CREATE FUNCTION announce_connection() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_notify('connections', NEW.account_id || ' ' || NEW.user_id);
    RETURN NULL;
  END $$;
  CREATE TRIGGER announce AFTER INSERT OR UPDATE OF scope, granted_at, revoked_at ON connections
    FOR EACH ROW EXECUTE FUNCTION announce_connection();

  CREATE FUNCTION announce_client() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_notify('oauth_clients', NEW.id::text);
    RETURN NULL;
  END $$;
  CREATE TRIGGER announce AFTER INSERT OR UPDATE ON oauth_clients
    FOR EACH ROW EXECUTE FUNCTION announce_client();

  CREATE FUNCTION announce_client_secret() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_notify('oauth_clients', COALESCE(NEW.oauth_client_id, OLD.oauth_client_id)::text);
    RETURN NULL;
  END $$;
  CREATE TRIGGER announce AFTER INSERT OR UPDATE OR DELETE ON oauth_client_secrets
    FOR EACH ROW EXECUTE FUNCTION announce_client_secret();

  CREATE FUNCTION announce_signing_key() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_notify('signing_keys', '');
    RETURN NULL;
  END $$;
  CREATE TRIGGER announce AFTER INSERT OR UPDATE OR DELETE ON signing_keys
    FOR EACH ROW EXECUTE FUNCTION announce_signing_key();
`;

/**
 * Accounts and users, the client registry, connections with all that they own, and the records
 * that operators and developers read. States that must not exist are refused by constraints.
 */
export class InitialSchema1790000000000 implements MigrationInterface {
  name = 'InitialSchema1790000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE accounts (
        id uuid PRIMARY KEY,
        name text NOT NULL CHECK (name <> ''),
        created_at timestamptz NOT NULL
      );

      CREATE TABLE users (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL REFERENCES accounts (id),
        email text NOT NULL,
        first_name text NOT NULL,
        last_name text NOT NULL,
        role text NOT NULL CHECK (role IN ('member', 'admin', 'operator')),
        locale text NOT NULL CHECK (locale IN ('de', 'en')),
        status text NOT NULL CHECK (status IN ('active', 'disabled')),
        password_hash text NOT NULL CHECK (password_hash LIKE '$argon2id$%'),
        last_sign_in_at timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        UNIQUE (id, account_id)
      );
      CREATE UNIQUE INDEX users_email ON users (lower(email));
      CREATE INDEX users_account ON users (account_id, created_at, id);

      CREATE TABLE sessions (
        id uuid PRIMARY KEY,
        secret_hash bytea NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
        user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        created_at timestamptz NOT NULL,
        last_seen_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        ip text NOT NULL,
        user_agent text
      );
      CREATE INDEX sessions_user ON sessions (user_id);
      CREATE INDEX sessions_expiry ON sessions (expires_at);

      CREATE TABLE sign_in_failures (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        email_hash bytea NOT NULL,
        network text NOT NULL,
        at timestamptz NOT NULL
      );
      CREATE INDEX sign_in_failures_email ON sign_in_failures (email_hash, at);
      CREATE INDEX sign_in_failures_network ON sign_in_failures (network, at);
      CREATE INDEX sign_in_failures_at ON sign_in_failures (at);

      CREATE TABLE oauth_clients (
        id uuid PRIMARY KEY,
        client_id text NOT NULL UNIQUE CHECK (client_id ~ '^[A-Za-z0-9_-]{3,64}$'),
        name text NOT NULL CHECK (name <> ''),
        description text NOT NULL,
        publisher text NOT NULL CHECK (publisher <> ''),
        publisher_verified boolean NOT NULL,
        kind text NOT NULL CHECK (kind IN ('confidential', 'public')),
        redirect_uris text[] NOT NULL CHECK (cardinality(redirect_uris) > 0),
        scopes text[] NOT NULL CHECK (cardinality(scopes) > 0 AND scopes <@ ARRAY['read', 'readwrite']),
        require_pkce boolean NOT NULL,
        status text NOT NULL CHECK (status IN ('active', 'disabled')),
        listed boolean NOT NULL,
        logo_uri text,
        homepage_uri text,
        privacy_policy_uri text,
        start_uri text,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        deleted_at timestamptz,
        CHECK (kind = 'confidential' OR require_pkce),
        CHECK (deleted_at IS NULL OR status = 'disabled')
      );
      CREATE INDEX oauth_clients_page ON oauth_clients (created_at, id) WHERE deleted_at IS NULL;

      CREATE TABLE oauth_client_secrets (
        id uuid PRIMARY KEY,
        oauth_client_id uuid NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
        secret_hash bytea NOT NULL CHECK (length(secret_hash) = 32),
        last_four text NOT NULL CHECK (length(last_four) = 4),
        created_at timestamptz NOT NULL,
        expires_at timestamptz
      );
      CREATE INDEX oauth_client_secrets_client ON oauth_client_secrets (oauth_client_id);

      CREATE TABLE connections (
        id uuid PRIMARY KEY,
        oauth_client_id uuid NOT NULL REFERENCES oauth_clients (id),
        user_id uuid NOT NULL,
        account_id uuid NOT NULL,
        scope text NOT NULL CHECK (scope <> ''),
        granted_at timestamptz NOT NULL,
        last_used_at timestamptz,
        last_refresh_refused_at timestamptz,
        revoked_at timestamptz,
        revoked_by uuid REFERENCES users (id),
        revocation_reason text CHECK (revocation_reason IN
          ('user', 'admin', 'client', 'user_disabled', 'client_disabled', 'client_deleted', 'password_changed')),
        FOREIGN KEY (user_id, account_id) REFERENCES users (id, account_id),
        CHECK ((revoked_at IS NULL) = (revocation_reason IS NULL)),
        CHECK (revoked_at IS NOT NULL OR revoked_by IS NULL)
      );
      CREATE UNIQUE INDEX connections_one_active ON connections (oauth_client_id, user_id) WHERE revoked_at IS NULL;
      CREATE INDEX connections_user ON connections (user_id, granted_at DESC, id DESC);
      CREATE INDEX connections_account ON connections (account_id, granted_at DESC, id DESC);
      CREATE INDEX connections_revoked ON connections (revoked_at) WHERE revoked_at IS NOT NULL;

      CREATE TABLE connection_events (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        connection_id uuid NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
        at timestamptz NOT NULL,
        type text NOT NULL CHECK (type IN
          ('granted', 'renewed', 'token_issued', 'refreshed', 'used', 'revoked', 'reuse_detected', 'refresh_refused')),
        actor_id uuid REFERENCES users (id),
        scope text,
        detail text
      );
      CREATE INDEX connection_events_page ON connection_events (connection_id, id DESC);
      CREATE INDEX connection_events_at ON connection_events USING brin (at);

      CREATE TABLE connection_usage (
        connection_id uuid NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
        day date NOT NULL,
        requests integer NOT NULL CHECK (requests > 0),
        PRIMARY KEY (connection_id, day)
      );

      -- One row for each lineage of refresh tokens. Rotation updates it in place: only the hashes of
      -- the current token and of its immediate predecessor are ever needed. No column that rotation
      -- writes is indexed, so that PostgreSQL can update on the same page (HOT).
      CREATE TABLE refresh_token_families (
        id uuid PRIMARY KEY,
        connection_id uuid NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
        handle_hash bytea NOT NULL UNIQUE CHECK (length(handle_hash) = 32),
        scope text NOT NULL CHECK (scope <> ''),
        generation integer NOT NULL CHECK (generation > 0),
        current_hash bytea NOT NULL CHECK (length(current_hash) = 32),
        previous_hash bytea CHECK (length(previous_hash) = 32),
        created_at timestamptz NOT NULL,
        rotated_at timestamptz,
        expires_at timestamptz NOT NULL,
        ended_at timestamptz,
        end_reason text CHECK (end_reason IN ('refresh_token_reused', 'code_reused')),
        CHECK ((previous_hash IS NULL) = (rotated_at IS NULL)),
        CHECK ((ended_at IS NULL) = (end_reason IS NULL)),
        CHECK (previous_hash IS NULL OR previous_hash <> current_hash)
      ) WITH (fillfactor = 70);
      CREATE INDEX refresh_token_families_connection ON refresh_token_families (connection_id);
      CREATE INDEX refresh_token_families_ended ON refresh_token_families (ended_at) WHERE ended_at IS NOT NULL;

      CREATE TABLE authorization_codes (
        id uuid PRIMARY KEY,
        code_hash bytea NOT NULL UNIQUE CHECK (length(code_hash) = 32),
        connection_id uuid NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
        redirect_uri text,
        scope text NOT NULL CHECK (scope <> ''),
        code_challenge text CHECK (length(code_challenge) = 43),
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        redeemed_at timestamptz,
        family_id uuid REFERENCES refresh_token_families (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
        CHECK (family_id IS NULL OR redeemed_at IS NOT NULL)
      );
      CREATE INDEX authorization_codes_connection ON authorization_codes (connection_id);
      CREATE INDEX authorization_codes_family ON authorization_codes (family_id);
      CREATE INDEX authorization_codes_created ON authorization_codes (created_at);

      -- What every node must refuse although its signature is good: connection ids, refresh token
      -- family ids and access token ids (jti). Rows matter as long as an access token can live.
      CREATE TABLE revocations (
        subject text PRIMARY KEY,
        revoked_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
      );
      CREATE INDEX revocations_revoked ON revocations (revoked_at);
      CREATE INDEX revocations_expiry ON revocations (expires_at);

      CREATE TABLE signing_keys (
        kid text PRIMARY KEY,
        private_key_encrypted bytea NOT NULL,
        public_jwk jsonb NOT NULL,
        created_at timestamptz NOT NULL,
        signs_from timestamptz NOT NULL,
        revoked_at timestamptz
      );

      CREATE TABLE oauth_requests (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        request_id uuid NOT NULL,
        oauth_client_id uuid NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
        at timestamptz NOT NULL,
        endpoint text NOT NULL CHECK (endpoint IN ('token', 'revoke', 'introspect')),
        grant_type text,
        outcome text NOT NULL CHECK (outcome IN ('success', 'failure')),
        error text,
        reason text,
        detail text,
        connection_id uuid,
        ip text NOT NULL,
        duration_ms real NOT NULL,
        CHECK ((outcome = 'success') = (error IS NULL))
      );
      CREATE INDEX oauth_requests_page ON oauth_requests (oauth_client_id, id DESC);
      CREATE INDEX oauth_requests_at ON oauth_requests USING brin (at);

      CREATE TABLE audit_records (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL,
        actor_id uuid REFERENCES users (id),
        action text NOT NULL,
        subject_id uuid,
        detail jsonb NOT NULL
      );
      CREATE INDEX audit_records_at ON audit_records USING brin (at);

      CREATE TABLE checks (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL,
        created_by uuid NOT NULL,
        connection_id uuid REFERENCES connections (id),
        recipient_name text NOT NULL,
        recipient_email text NOT NULL,
        title text NOT NULL,
        status text NOT NULL CHECK (status IN ('draft')),
        created_at timestamptz NOT NULL,
        FOREIGN KEY (created_by, account_id) REFERENCES users (id, account_id)
      );
      CREATE INDEX checks_page ON checks (account_id, created_at DESC, id DESC);
    `);
    await runner.query(ANNOUNCEMENTS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE checks, audit_records, oauth_requests, signing_keys, revocations,
        authorization_codes, refresh_token_families, connection_usage, connection_events, connections,
        oauth_client_secrets, oauth_clients, sign_in_failures, sessions, users, accounts;
      DROP FUNCTION announce_revocation, revoke_connection, end_family, announce_connection,
        announce_client, announce_client_secret, announce_signing_key;
    `);
  }
}

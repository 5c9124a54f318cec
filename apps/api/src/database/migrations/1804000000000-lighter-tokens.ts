import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What looks a row up for each row that is written, and locks what it finds. */
const FOREIGN_KEYS: Record<string, { table: string; definition: string }> = {
  refresh_token_families_connection_id_fkey: {
    table: 'refresh_token_families',
    definition: 'FOREIGN KEY (connection_id) REFERENCES connections (id) ON DELETE CASCADE',
  },
  connection_events_connection_id_fkey: {
    table: 'connection_events',
    definition: 'FOREIGN KEY (connection_id) REFERENCES connections (id) ON DELETE CASCADE',
  },
  connection_usage_connection_id_fkey: {
    table: 'connection_usage',
    definition: 'FOREIGN KEY (connection_id) REFERENCES connections (id) ON DELETE CASCADE',
  },
  authorization_codes_family_id_fkey: {
    table: 'authorization_codes',
    definition: `FOREIGN KEY (family_id) REFERENCES refresh_token_families (id)
      ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED`,
  },
  oauth_requests_oauth_client_id_fkey: {
    table: 'oauth_requests',
    definition: 'FOREIGN KEY (oauth_client_id) REFERENCES oauth_clients (id) ON DELETE CASCADE',
  },
};

const deleteConnection = (dependents: string) => `
  CREATE OR REPLACE FUNCTION delete_connection() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    ${dependents}
    IF OLD.revoked_at IS NULL THEN
      PERFORM refuse_issued_before(OLD.id::text, clock_timestamp(), 'infinity');
      PERFORM pg_notify('connections', OLD.account_id || ' ' || OLD.user_id);
    END IF;
    RETURN NULL;
  END $$;`;

/** What the foreign keys did when a row was deleted. */
const TRIGGERS = `
  ${deleteConnection(`
    DELETE FROM refresh_token_families WHERE connection_id = OLD.id;
    DELETE FROM connection_usage WHERE connection_id = OLD.id;
    DELETE FROM connection_events WHERE connection_id = OLD.id;`)}

  CREATE OR REPLACE FUNCTION delete_family() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    -- By the connection: an index on family_id would be written to by every exchange of a code.
    UPDATE authorization_codes SET family_id = NULL
     WHERE connection_id = OLD.connection_id AND family_id = OLD.id;
    RETURN NULL;
  END $$;
  DROP TRIGGER IF EXISTS delete ON refresh_token_families;
  CREATE TRIGGER delete AFTER DELETE ON refresh_token_families
    FOR EACH ROW EXECUTE FUNCTION delete_family();

  CREATE OR REPLACE FUNCTION delete_client() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    DELETE FROM oauth_requests WHERE oauth_client_id = OLD.id;
    RETURN NULL;
  END $$;
  DROP TRIGGER IF EXISTS delete ON oauth_clients;
  CREATE TRIGGER delete AFTER DELETE ON oauth_clients
    FOR EACH ROW EXECUTE FUNCTION delete_client();`;

/**
 * The statements of the token endpoint join what they write to a connection that is there, so no
 * foreign key has to look for it again, once for each row, and lock it. An exchange updates the code
 * on its page (HOT): no index has the columns that it writes.
 */
export class LighterTokens1804000000000 implements MigrationInterface {
  name = 'LighterTokens1804000000000';
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TRIGGERS);
    for (const [name, { table }] of Object.entries(FOREIGN_KEYS)) {
      await runner.query(`ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${name}`);
    }
    await runner.query('ALTER TABLE authorization_codes SET (fillfactor = 70)');
    await runner.query('DROP INDEX IF EXISTS authorization_codes_family');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE INDEX authorization_codes_family ON authorization_codes (family_id)',
    );
    await runner.query('ALTER TABLE authorization_codes RESET (fillfactor)');
    for (const [name, { table, definition }] of Object.entries(FOREIGN_KEYS)) {
      await runner.query(`ALTER TABLE ${table} ADD CONSTRAINT ${name} ${definition} NOT VALID`);
    }
    await runner.query(`
      DROP TRIGGER delete ON refresh_token_families;
      DROP TRIGGER delete ON oauth_clients;
      DROP FUNCTION delete_family, delete_client;
      ${deleteConnection('')}`);
  }
}

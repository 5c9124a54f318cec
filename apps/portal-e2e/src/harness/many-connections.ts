import { Client } from 'pg';
import { databaseUrl } from './place';

export interface ManyConnections {
  remove: () => Promise<void>;
  /** One more is active, as if granted by somebody else just now. */
  addOne: () => Promise<void>;
}

/**
 * Three active connections of each of 61 more people of the demo company but of the last, who has
 * one, and 20 ended ones, written to the database. One of the three applications is not offered to
 * anybody.
 */
export async function manyConnections(people = 61): Promise<ManyConnections> {
  await withDatabase(async (client) => {
    await client.query(
      `INSERT INTO oauth_clients (id, client_id, name, description, publisher, publisher_verified,
         kind, redirect_uris, scopes, require_pkce, status, listed, created_at, updated_at)
       SELECT gen_random_uuid(), 'many-unlisted', 'Ältere Anwendung', '', 'Frühere Software AG',
         false, kind, redirect_uris, scopes, true, 'active', false, now(), now()
       FROM oauth_clients WHERE client_id = 'belegscanner'`,
    );
    await client.query(
      `INSERT INTO users (id, account_id, email, first_name, last_name, role, locale, status,
         password_hash, created_at, updated_at)
       SELECT gen_random_uuid(), account_id, 'many' || n || '@musterhaus.example',
         CASE n WHEN $1 THEN 'Zoë' ELSE 'Person' END,
         CASE n WHEN $1 THEN 'Ärger' ELSE 'Nummer ' || lpad(n::text, length($1::text), '0') END,
         'member', 'de', 'active', password_hash, now(), now()
       FROM users, generate_series(1, $1::integer) n WHERE email = 'user@musterhaus.example'`,
      [people],
    );
    await client.query(
      `INSERT INTO connections (id, oauth_client_id, user_id, account_id, scope, granted_at)
       SELECT gen_random_uuid(), app.id, person.id, person.account_id, 'readwrite',
         now() - row_number() OVER (ORDER BY app.client_id, person.email) * interval '1 minute'
       FROM users person, oauth_clients app
       WHERE person.email LIKE 'many%'
         AND app.client_id IN ('maklerwelt-crm', 'belegscanner', 'many-unlisted')
         AND NOT (person.first_name = 'Zoë' AND app.client_id <> 'many-unlisted')`,
    );
    await client.query(
      `INSERT INTO connections (id, oauth_client_id, user_id, account_id, scope, granted_at,
         revoked_at, revocation_reason)
       SELECT gen_random_uuid(), app.id, person.id, person.account_id, 'read',
         now() - interval '10 days' - n * interval '1 hour', now() - (20 - n) * interval '1 hour',
         'client'
       FROM users person, oauth_clients app, generate_series(1, 20) n
       WHERE person.email = 'many' || n || '@musterhaus.example'
         AND app.client_id = 'assistent-desktop'`,
    );
  });
  return {
    addOne: () =>
      withDatabase(async (client) => {
        await client.query(
          `INSERT INTO connections (id, oauth_client_id, user_id, account_id, scope, granted_at)
           SELECT gen_random_uuid(), app.id, person.id, person.account_id, 'read', now()
             FROM users person, oauth_clients app
            WHERE person.email = 'many1@musterhaus.example'
              AND app.client_id = 'assistent-desktop'`,
        );
      }),
    remove: () =>
      withDatabase(async (client) => {
        await client.query(`DELETE FROM connections WHERE user_id IN
          (SELECT id FROM users WHERE email LIKE 'many%')`);
        await client.query(`DELETE FROM users WHERE email LIKE 'many%'`);
        await client.query(`DELETE FROM oauth_clients WHERE client_id = 'many-unlisted'`);
      }),
  };
}

async function withDatabase(work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: databaseUrl() });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

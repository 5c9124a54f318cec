/**
 * What people have granted, as statements for a database with the demo data: the parameters of the
 * first are how many people, and the client; of the second, hashes of codes, as many connections,
 * and the redirect URI.
 */

export const CONNECTIONS = `
  WITH people AS (
    INSERT INTO users (id, account_id, email, first_name, last_name, role, locale, status,
      password_hash, created_at, updated_at)
    SELECT gen_random_uuid(), account_id, gen_random_uuid() || '@musterhaus.example',
      first_name, last_name, role, locale, status, password_hash, now(), now()
      FROM users, generate_series(1, $1::integer) WHERE email = 'user@musterhaus.example'
    RETURNING id, account_id
  )
  INSERT INTO connections (id, oauth_client_id, user_id, account_id, scope, granted_at)
  SELECT gen_random_uuid(), client.id, people.id, people.account_id, 'readwrite', now()
    FROM people, oauth_clients client WHERE client.client_id = $2
  RETURNING id`;

export const CODES = `
  INSERT INTO authorization_codes
         (id, code_hash, connection_id, user_id, redirect_uri, scope, created_at, expires_at)
  SELECT gen_random_uuid(), code.hash, c.id, c.user_id, $3, c.scope, now(), now() + interval '10 minutes'
    FROM unnest($1::bytea[], $2::uuid[]) AS code (hash, connection_id)
    JOIN connections c ON c.id = code.connection_id`;

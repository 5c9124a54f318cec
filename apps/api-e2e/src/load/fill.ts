import { sql } from '@flixcheck/test-harness';
import type { Pair } from '../fleet/endings.js';
import type { Fleet } from '../fleet/fleet.js';

/** Connections of the application with as many people, each with a refresh token that would work. */
export async function fillConnections(
  { nodes }: Fleet,
  { application, member }: Pair,
  count: number,
): Promise<void> {
  await sql(
    nodes.databaseUrl,
    `WITH people AS (
       INSERT INTO users (id, account_id, email, first_name, last_name, role, locale, status,
         password_hash, created_at, updated_at)
       SELECT gen_random_uuid(), account_id, gen_random_uuid() || '@musterhaus.example', first_name,
         last_name, role, locale, status, password_hash, now(), now()
       FROM users, generate_series(1, $2) WHERE id = $1
       RETURNING id, account_id
     ), connected AS (
       INSERT INTO connections (id, oauth_client_id, user_id, account_id, scope, granted_at)
       SELECT gen_random_uuid(), $3, id, account_id, 'readwrite', now() FROM people
       RETURNING id
     )
     INSERT INTO refresh_token_families
       (id, connection_id, handle_hash, scope, generation, current_hash, created_at, expires_at)
     SELECT gen_random_uuid(), id, sha256(id::text::bytea), 'readwrite', 1, sha256(id::text::bytea),
       now(), now() + interval '30 days'
     FROM connected`,
    [member.id, count, application.id],
  );
  await sql(nodes.databaseUrl, 'ANALYZE connections, refresh_token_families, users');
}

import { idAt } from '../ids.mjs';

/** By table: made while it has no index. */
export const TABLES = [
  ...['users', 'connections', 'authorization_codes', 'refresh_token_families'],
  ...['connection_events', 'connection_usage', 'oauth_requests'],
];

const MOST_CONNECTIONS = 1_000_000;
const PEOPLE_OF_COMPANY = 200;
/** Of a connection: one every fourth day, for 400 days. */
const MOST_EVENTS = 100;
const EVENTS_OF_LINEAGE = 10;
const DAYS_OF_USE = 10;
const DAYS_OF_LOG = 30;

/**
 * The statements that fill the tables, with what happened later last. Each of the measured
 * connections has one lineage, and all events, whatever the size; they lie among the others.
 */
export function rowsOf({ lineages, measured, clientId }) {
  const count = Math.max(measured, Math.min(lineages, MOST_CONNECTIONS));
  const ofOne = Math.max(1, Math.floor(lineages / count));
  const ofAll = Math.min(MOST_EVENTS, Math.floor((lineages * EVENTS_OF_LINEAGE) / count));
  const lines = Math.ceil(Math.max(lineages, measured * 2) / DAYS_OF_LOG);
  return [
    [
      'people',
      [
        { text: SPREAD, values: [Math.floor(count / measured)] },
        { text: COMPANIES, values: [Math.ceil(count / PEOPLE_OF_COMPANY)] },
        { text: CLIENTS },
        { text: PEOPLE, values: [count] },
      ],
    ],
    ['connections', [{ text: CONNECTIONS, values: [count, clientId] }]],
    ['codes', [{ text: CODES, values: [count, ofOne] }]],
    ['lineages', [{ text: LINEAGES, values: [count, ofOne] }]],
    [
      'events',
      days(MOST_EVENTS, 4).map((day, place) =>
        ofAll > 0 && place % Math.ceil(MOST_EVENTS / ofAll) === 0
          ? { text: EVENTS_OF_ALL, values: [count, day] }
          : { text: EVENTS_OF_MEASURED, values: [day] },
      ),
    ],
    ['use', days(DAYS_OF_USE, 3).map((day) => ({ text: USE, values: [count, day] }))],
    [
      'log',
      days(DAYS_OF_LOG, 1).map((day) => ({ text: LOG, values: [count, lines, day, clientId] })),
    ],
  ];
}

/** How long ago, the longest first. */
function days(count, apart) {
  return Array.from({ length: count }, (_, at) => (count - 1 - at) * apart);
}

/** Any other id, and always the same one for the same text: in no order. */
const id = (text) => `overlay(overlay(md5(${text}) placing '4' from 13) placing '8' from 17)::uuid`;
/** Of a connection's number, which may be among the measured ones. */
export const CONNECTION_ID = idAt('n', `'k' || n`);
const ofLineage = (kind) => idAt('(n * 100::bigint + l)', `'${kind}' || n || '.' || l`);

const SPREAD = 'UPDATE bench.tokens SET n = place * $1::integer';

const COMPANIES = `
  INSERT INTO accounts (id, name, created_at)
    SELECT ${id(`'a' || n`)}, 'Kunde ' || n, now() FROM generate_series(1, $1::integer) n`;

const CLIENTS = `
  INSERT INTO oauth_clients (id, client_id, name, description, publisher, publisher_verified, kind,
      redirect_uris, scopes, require_pkce, status, listed, created_at, updated_at)
    SELECT ${id(`'c' || n`)}, 'app-' || n, 'Programm ' || n, '', 'Programme GmbH', true,
      'confidential', ARRAY['https://app.example/'], ARRAY['read', 'readwrite'], false, 'active',
      true, now(), now() FROM generate_series(0, 39) n`;

/** One of 200 is an administrator, also of those who are measured. */
const PEOPLE = `
  INSERT INTO users (id, account_id, email, first_name, last_name, role, locale, status,
      password_hash, created_at, updated_at)
    SELECT ${id(`'u' || n`)}, ${id(`'a' || (n - 1) / ${PEOPLE_OF_COMPANY} + 1`)},
      coalesce('measured-' || place, n::text) || '@kunde.example', 'Kim', 'Kunde ' || n,
      CASE WHEN coalesce(place, n - 1) % ${PEOPLE_OF_COMPANY} = 0 THEN 'admin' ELSE 'member' END,
      'de', 'active', demo.password_hash, now() - interval '400 days', now()
      FROM generate_series(1, $1::integer) n LEFT JOIN bench.tokens USING (n),
        (SELECT password_hash FROM users WHERE email = 'user@musterhaus.example') demo`;

/** Half of all connections are with the one client that is measured. */
const clientOf = (clientId) => `
  CASE WHEN place IS NOT NULL OR n % 2 = 1
       THEN (SELECT id FROM oauth_clients WHERE client_id = ${clientId})
       ELSE ${id(`'c' || n % 40`)} END`;

const CONNECTIONS = `
  INSERT INTO connections (id, oauth_client_id, user_id, account_id, scope, granted_at, last_used_at)
    SELECT ${CONNECTION_ID}, ${clientOf('$2')}, ${id(`'u' || n`)},
      ${id(`'a' || (n - 1) / ${PEOPLE_OF_COMPANY} + 1`)}, 'readwrite',
      now() - interval '400 days' + n % 4000 * interval '1 minute', now() - n % 30 * interval '1 day'
      FROM generate_series(1, $1::integer) n LEFT JOIN bench.tokens USING (n)`;

const EACH_LINEAGE = `
  generate_series(1, $1::integer) n LEFT JOIN bench.tokens token USING (n),
    generate_series(1, $2::integer) l WHERE place IS NULL OR l = 1`;

/** A code is kept as long as its lineage. */
const CODES = `
  INSERT INTO authorization_codes (id, code_hash, connection_id, redirect_uri, scope, created_at,
      expires_at, redeemed_at, family_id, user_id)
    SELECT ${ofLineage('o')}, sha256((n || '.' || l)::bytea), ${CONNECTION_ID},
      'https://app.example/callback', 'readwrite', at, at, at, ${ofLineage('f')},
      ${id(`'u' || n`)}
      FROM (SELECT n, l, now() - n % 25 * interval '1 day' AS at FROM ${EACH_LINEAGE}) code`;

const LINEAGES = `
  INSERT INTO refresh_token_families (id, connection_id, handle_hash, scope, generation,
      current_hash, previous_hash, created_at, rotated_at, expires_at)
    SELECT ${ofLineage('f')}, ${CONNECTION_ID},
      coalesce(handle_hash, sha256(('h' || n || '.' || l)::bytea)), 'readwrite', 5,
      coalesce(token_hash, sha256(('t' || n || '.' || l)::bytea)), sha256(n::text::bytea),
      now() - n % 25 * interval '1 day', now() - n % 25 * interval '1 day',
      now() + (30 - n % 25) * interval '1 day'
      FROM ${EACH_LINEAGE}`;

const event = (day) => `
  INSERT INTO connection_events (connection_id, at, type, scope)
    SELECT ${CONNECTION_ID}, now() - ${day}::integer * interval '1 day',
      CASE n % 2 WHEN 0 THEN 'used' ELSE 'refreshed' END, 'readwrite'`;
const EVENTS_OF_ALL = `${event('$2')} FROM generate_series(1, $1::integer) n`;
const EVENTS_OF_MEASURED = `${event('$1')} FROM bench.tokens ORDER BY n`;

const USE = `
  INSERT INTO connection_usage (connection_id, day, requests)
    SELECT ${CONNECTION_ID}, current_date - $2::integer, 1 + n % 60
      FROM generate_series(1, $1::integer) n`;

/** Connections in no order, and one failure in a hundred. */
const LOG = `
  INSERT INTO oauth_requests (request_id, oauth_client_id, at, endpoint, grant_type, outcome, error,
      reason, ip, duration_ms, connection_id)
    SELECT ${id(`'r' || $3::integer || '.' || line`)}, ${clientOf('$4')}, now() - $3::integer * interval '1 day', 'token',
      'refresh_token', CASE WHEN failed THEN 'failure' ELSE 'success' END,
      CASE WHEN failed THEN 'invalid_grant' END,
      CASE WHEN failed THEN 'refresh_token_expired' END, '203.0.113.7', 4, ${CONNECTION_ID}
      FROM (SELECT line, line * 7919::bigint % $1::integer + 1 AS n, line % 100 = 0 AS failed
              FROM generate_series(1, $2::integer) line) line LEFT JOIN bench.tokens USING (n)`;

import type { DataSource, EntityManager } from 'typeorm';

const ACCOUNT = 'admin@musterhaus.example';
const PEOPLE = 62;
const ACTIVE = 1200;
const ENDED = 780;

/** Names that put German sorting and searching to the test. */
const FIRST_NAMES = ['Anna', 'Bernd', 'Çelik', 'Dörte', 'Émile', 'Fatma', 'Günther', 'Zoë'];
const LAST_NAMES = [
  'Ahrens',
  'Ärger',
  'Bäcker',
  'Becker',
  'Groß',
  'Grossmann',
  'Löwe',
  'Łukasik',
  'Müller',
  'Mueller',
  'Müller-Weißenfels',
  'Ostermann',
  'Öztürk',
  'Weiß',
  'Weiss',
  'Zabel',
];
const APPLICATIONS = [
  'Äquator Vergleich',
  'Aktenbote',
  'Bestandsblick',
  'Claimfix',
  'Deckungscheck',
  'Etikett Archiv',
  'Fondsfinder',
  'Gutachten Online',
  'Haftpflicht Direkt',
  'Immobilienwert',
  'Jahresgespräch',
  'Kfz-Wechsel',
  'Lohnnachweis',
  'Maklerpost',
  'Nachlassplaner',
  'Ökotarif',
  'Provisionsbuch',
  'Quittungsbox',
  'Rentenlücke',
  'Schadenakte',
  'Terminbrücke',
  'Überschussrechner',
  'Vertragsspiegel',
  'Wohnflächencheck',
];

/**
 * Makes the demo company a large one, so that long lists can be tried: 62 people, 1,200 active and
 * 780 ended connections to 27 applications, in every state of health.
 * @returns false when it is already large, or there is no demo data
 */
export async function makeDemoLarge(dataSource: DataSource, now: Date): Promise<boolean> {
  return dataSource.transaction(async (tx) => {
    await tx.query('LOCK TABLE accounts IN EXCLUSIVE MODE');
    const [state] = await tx.query(
      `SELECT account_id AS "accountId",
         (SELECT count(*)::integer FROM users u WHERE u.account_id = a.account_id) AS people
       FROM users a WHERE email = $1`,
      [ACCOUNT],
    );
    if (!state || state.people >= PEOPLE) return false;
    await insertPeople(tx, state.accountId, PEOPLE - state.people, now);
    await insertApplications(tx, now);
    await insertConnections(tx, state.accountId, now);
    return true;
  });
}

async function insertPeople(tx: EntityManager, accountId: string, count: number, now: Date) {
  await tx.query(
    `INSERT INTO users (id, account_id, email, first_name, last_name, role, locale, status,
       password_hash, last_sign_in_at, created_at, updated_at)
     SELECT gen_random_uuid(), $1, 'person' || lpad(n::text, 2, '0') || '@musterhaus.example',
       ($3::text[])[1 + (n * 5) % cardinality($3::text[])],
       ($4::text[])[1 + (n * 7) % cardinality($4::text[])],
       CASE WHEN n % 20 = 0 THEN 'admin' ELSE 'member' END, 'de',
       CASE WHEN n % 15 = 0 THEN 'disabled' ELSE 'active' END, template.password_hash,
       CASE WHEN n % 20 <> 7 THEN $5::timestamptz - n * interval '19 hours' END,
       $5::timestamptz - (400 - n) * interval '1 day', $5
     FROM generate_series(1, $2::integer) n,
       (SELECT password_hash FROM users WHERE email = '${ACCOUNT}') template`,
    [accountId, count, FIRST_NAMES, LAST_NAMES, now],
  );
}

async function insertApplications(tx: EntityManager, now: Date) {
  await tx.query(
    `INSERT INTO oauth_clients (id, client_id, name, description, description_en, publisher, publisher_verified,
       kind, redirect_uris, scopes, require_pkce, status, listed, homepage_uri, created_at,
       updated_at, deleted_at)
     SELECT gen_random_uuid(), 'sample-' || n, name, 'Eine Anwendung zum Ausprobieren langer Listen.',
       'An application to try long lists with.',
       name || ' GmbH', n % 3 > 0, 'public',
       ARRAY['https://sample' || n || '.example/callback'], '{read,readwrite}', true,
       CASE WHEN n IN (5, 6) THEN 'disabled' ELSE 'active' END, n <> 7,
       'https://sample' || n || '.example', $2::timestamptz - interval '500 days', $2, CASE WHEN n = 6 THEN $2::timestamptz END
     FROM unnest($1::text[]) WITH ORDINALITY sample (name, n)
     ON CONFLICT (client_id) DO NOTHING`,
    [APPLICATIONS, now],
  );
}

/** Every pair of person and application once, in an order that looks random. */
const PAIRS = `
  SELECT person.id AS user_id, app.id AS oauth_client_id, app.status AS app_status,
    person.status = 'active' AS is_active,
    person.last_sign_in_at IS NOT NULL OR person.email NOT LIKE 'person%' AS was_here,
    -- As an admin may have done for a program that does not run on the devices of its users.
    app.kind = 'confidential' AND left(md5(person.email), 1) < '8' AS in_advance,
    row_number() OVER (ORDER BY md5(person.email || app.client_id)) AS n
  FROM users person, oauth_clients app
  WHERE person.account_id = $1 AND app.client_id <> 'api-explorer'`;

async function insertConnections(tx: EntityManager, accountId: string, now: Date) {
  await tx.query(
    `WITH pairs AS (${PAIRS}), added AS (
       INSERT INTO connections (id, oauth_client_id, user_id, account_id, scope, granted_at,
         last_used_at, last_refresh_refused_at, advance_for, advance_at, advance_by)
       SELECT gen_random_uuid(), oauth_client_id, user_id, $1, CASE WHEN n % 4 = 0 THEN 'read' ELSE 'readwrite' END,
         $2::timestamptz - n * interval '5 hours',
         -- Some time between the consent and now.
         CASE WHEN n % 9 > 0 THEN date_trunc('minute',
           $2::timestamptz - n * interval '5 hours' * ((n % 13) * (n % 11) / 130.0)) END,
         CASE WHEN n % 17 = 0 THEN $2::timestamptz - interval '1 minute' END,
         CASE WHEN in_advance THEN $2::timestamptz - n * interval '5 hours' END,
         CASE WHEN in_advance THEN $2::timestamptz - interval '300 days' END,
         CASE WHEN in_advance THEN admin.id END
       FROM (SELECT *, row_number() OVER (ORDER BY n) AS place FROM pairs
             WHERE app_status = 'active' AND is_active AND was_here) usable,
         (SELECT id FROM users WHERE email = '${ACCOUNT}') admin
       WHERE place <= $3
       ON CONFLICT (oauth_client_id, user_id) WHERE revoked_at IS NULL DO NOTHING
       RETURNING id, user_id, scope, granted_at, last_used_at, advance_at, advance_by
     ), used AS (
       INSERT INTO connection_usage (connection_id, day, requests)
       SELECT id, (last_used_at AT TIME ZONE 'UTC')::date - days, 1 + abs(hashtext(id::text)) % 20
         FROM added, unnest(ARRAY[0, 1, 3, 4, 8, 15]) AS days
        WHERE last_used_at - days * interval '1 day' > granted_at
     )
     INSERT INTO connection_events (connection_id, at, type, actor_id, scope, in_advance)
     SELECT id, granted_at, 'granted', coalesce(advance_by, user_id), scope, advance_at IS NOT NULL
       FROM added`,
    [accountId, now, ACTIVE],
  );
  await tx.query(
    `WITH pairs AS (${PAIRS}), added AS (
       INSERT INTO connections (id, oauth_client_id, user_id, account_id, scope, granted_at,
         last_used_at, revoked_at, revoked_by, revocation_reason)
       SELECT gen_random_uuid(), oauth_client_id, user_id, $1, 'readwrite',
         ended_at - (n % 90 + 60) * interval '1 day', ended_at - (n % 50) * interval '1 hour',
         ended_at,
         CASE WHEN app_status = 'active' AND n % 2 = 0 THEN user_id END,
         CASE WHEN app_status <> 'active' THEN 'client_disabled'
              WHEN n % 2 = 0 THEN 'user' ELSE 'client' END
       FROM (SELECT *, row_number() OVER (ORDER BY n) AS place,
               CASE WHEN app_status = 'active'
                 -- Before the same person has allowed the application anew.
                 THEN $2::timestamptz - n * interval '5 hours' - (1 + n * 37 % 120) * interval '1 hour'
                 ELSE $2::timestamptz - interval '30 days' END AS ended_at
             FROM pairs WHERE was_here) usable
       WHERE place <= $3
       RETURNING id, user_id, scope, granted_at, revoked_at, revoked_by, revocation_reason
     )
     INSERT INTO connection_events (connection_id, at, type, actor_id, scope, detail)
     SELECT id, granted_at, 'granted', user_id, scope, NULL FROM added
     UNION ALL
     SELECT id, revoked_at, 'revoked', revoked_by, NULL, revocation_reason FROM added`,
    [accountId, now, ENDED],
  );
}

import {
  call,
  DEMO_CLIENTS,
  PortalUser,
  sql,
  ThirdParty,
  type TestDatabase,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConnectionUsage } from './connections/connection-usage.js';
import { RequestLog } from './oauth-clients/request-log.js';
import { createTestApp, type TestApp } from './testing/test-app.js';
import { createDemoDatabase } from './testing/test-context.js';

const COMPANY = `(SELECT account_id FROM users WHERE email = 'user@musterhaus.example')`;

/** As many other companies, with everything that a connection of the same client has. */
const OTHERS = `
  INSERT INTO accounts (id, name, created_at)
    SELECT md5('a' || n)::uuid, 'Kunde ' || n, now() FROM generate_series(1, 200) n;
  INSERT INTO users (id, account_id, email, first_name, last_name, role, locale, status,
      password_hash, created_at, updated_at)
    SELECT md5('u' || n)::uuid, md5('a' || n)::uuid, n || '@kunde.example', 'Kim', 'Kunde ' || n,
      'member', 'de', 'active', '$argon2id$', now(), now() FROM generate_series(1, 200) n;
  INSERT INTO connections (id, oauth_client_id, user_id, account_id, scope, granted_at)
    SELECT md5('k' || n)::uuid, (SELECT id FROM oauth_clients WHERE client_id = 'maklerwelt-crm'),
      md5('u' || n)::uuid, md5('a' || n)::uuid, 'readwrite', now() FROM generate_series(1, 200) n;
  INSERT INTO authorization_codes (id, code_hash, connection_id, scope, created_at, expires_at, user_id)
    SELECT md5('o' || n)::uuid, sha256(n::text::bytea), md5('k' || n)::uuid, 'read', now(),
      now() + interval '1 hour', md5('u' || n)::uuid FROM generate_series(1, 200) n;
  INSERT INTO refresh_token_families
      (id, connection_id, handle_hash, scope, generation, current_hash, created_at, expires_at)
    SELECT md5('f' || n)::uuid, md5('k' || n)::uuid, sha256(n::text::bytea), 'read', 1, sha256('1'),
      now(), now() + interval '1 day' FROM generate_series(1, 200) n;
  INSERT INTO connection_events (connection_id, at, type)
    SELECT md5('k' || n)::uuid, now(), 'used' FROM generate_series(1, 200) n;
  INSERT INTO connection_usage (connection_id, day, requests)
    SELECT md5('k' || n)::uuid, current_date, 1 FROM generate_series(1, 200) n;
  INSERT INTO account_policies (account_id, allows, updated_at)
    SELECT md5('a' || n)::uuid, 'verified', now() FROM generate_series(1, 200) n;
  INSERT INTO account_policy_decisions (account_id, oauth_client_id, decision, decided_at)
    SELECT md5('a' || n)::uuid, id, 'blocked', now() FROM oauth_clients, generate_series(1, 200) n
      WHERE client_id = 'maklerwelt-crm';
  ANALYZE`;

/** The company of a row, by table. */
const COMPANY_OF: Record<string, string> = {
  accounts: 'id',
  users: 'account_id',
  connections: 'account_id',
  account_policies: 'account_id',
  account_policy_decisions: 'account_id',
  authorization_codes: 'company_of(connection_id)',
  refresh_token_families: 'company_of(connection_id)',
  connection_events: 'company_of(connection_id)',
  connection_usage: 'company_of(connection_id)',
};

/**
 * From now on, the program's role cannot even look at a row of another company: PostgreSQL evaluates
 * this on each row that a plan fetches, whether it is part of the result or not.
 */
const GUARD = `
  DO $$ BEGIN EXECUTE format($make$
    CREATE FUNCTION the_company() RETURNS uuid LANGUAGE sql IMMUTABLE AS $is$ SELECT %L::uuid $is$
    $make$, ${COMPANY}); END $$;
  CREATE FUNCTION company_of(connection uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
    AS 'SELECT account_id FROM public.connections WHERE id = connection';
  CREATE FUNCTION is_of_the_company(company uuid, relation text) RETURNS boolean LANGUAGE plpgsql AS $$
    BEGIN
      IF company = the_company() THEN RETURN true; END IF;
      RAISE EXCEPTION 'a row of another company in %', relation;
    END $$;
  ${Object.entries(COMPANY_OF)
    .map(
      ([table, company]) => `
        ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
        CREATE POLICY one_company ON ${table} USING (is_of_the_company(${company}, '${table}'));`,
    )
    .join('')}`;

let database: TestDatabase;
let api: TestApp;
let client: ThirdParty;
let user: PortalUser;
let code: string;
beforeAll(async () => {
  database = await createDemoDatabase();
  await sql(database.url, OTHERS);
  const before = await createTestApp({ databaseUrl: database.programUrl });
  user = await PortalUser.signIn(before.url, 'user@musterhaus.example');
  ({ code } = await new ThirdParty(before.url, DEMO_CLIENTS.crm).code(user));
  await before.close();
  await sql(database.url, GUARD);
  api = await createTestApp({ databaseUrl: database.programUrl });
  client = new ThirdParty(api.url, DEMO_CLIENTS.crm);
}, 60_000);
afterAll(async () => {
  await api.close();
  await database.drop();
});

describe('no statement of the hot path touches the rows of two companies', () => {
  it('which would fail, as a list of all connections does', async () => {
    for (const table of Object.keys(COMPANY_OF)) {
      const read = api.dataSource.query(`SELECT count(*) FROM ${table}`);
      await expect(read).rejects.toThrow(`a row of another company in ${table}`);
    }
  });

  it('exchange, refresh and its repetition, requests with the token, their use, the request log, and the end', async () => {
    const { status, body: first } = await client.exchange(code);
    expect(status).toBe(200);
    const refreshed = await client.refresh(first.refresh_token);
    expect(refreshed.status).toBe(200);
    expect((await client.refresh(first.refresh_token)).body.refresh_token).toBe(
      refreshed.body.refresh_token,
    );
    const { access_token, refresh_token } = refreshed.body;
    expect(await client.use(access_token)).toBe(200);
    expect((await client.me(access_token)).status).toBe(200);
    expect(await client.isActive(access_token)).toBe(true);
    await api.app.get(ConnectionUsage).flush();
    await api.app.get(RequestLog).flush();
    const [written] = await sql<{ used: number; logged: number }>(
      database.url,
      `SELECT (SELECT sum(requests)::integer FROM connection_usage
                WHERE company_of(connection_id) = ${COMPANY}) AS used,
              (SELECT count(*)::integer FROM oauth_requests
                WHERE company_of(connection_id) = ${COMPANY}) AS logged`,
    );
    expect(written?.used).toBeGreaterThanOrEqual(2);
    expect(written?.logged).toBeGreaterThanOrEqual(3);
    expect((await client.exchange(code)).body.error).toBe('invalid_grant');
    expect((await client.revoke(refresh_token)).status).toBe(200);
    expect((await client.refresh(refresh_token)).body.error).toBe('invalid_grant');
    expect((await call(api.url, 'GET', '/health/ready')).status).toBe(200);
  });
});

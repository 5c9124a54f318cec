import { call, DEMO_CLIENTS, PortalUser, ThirdParty } from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Pool } from 'pg';
import { ConnectionUsage } from './connections/connection-usage.js';
import { StatementPool } from './database/statement-pool.js';
import { RequestLog } from './oauth-clients/request-log.js';
import { largeTablesRead } from './testing/plans.js';
import { recordSent, type SentStatement } from './testing/statements.js';
import { createTestApp, type TestApp } from './testing/test-app.js';

const ROWS = 3000;
const { paths } = JSON.parse(readFileSync(resolve(__dirname, '../openapi.json'), 'utf8')) as {
  paths: Record<string, object>;
};
/** Applications ask for their users' profile; streams of changes do not end. */
const OTHERWISE = ['/user/v7/oauth-userinfo', '/user/v7/connections/changes'];
const AUTHORIZE = '/user/v7/oauth-authorization-request';
const QUERY = new URLSearchParams({
  client_id: DEMO_CLIENTS.crm.clientId,
  redirect_uri: DEMO_CLIENTS.crm.redirectUri,
  response_type: 'code',
});
const READS = Object.entries(paths).flatMap(([path, item]) => {
  if (!('get' in item) || !/^\/(guest|user|admin)\//.test(path) || OTHERWISE.includes(path))
    return [];
  return path === AUTHORIZE ? `${path}?${QUERY}` : path;
});
/** What lists are searched for and narrowed to. */
const SEARCHES = [
  '/user/v7/connections?status=active&q=mak&limit=20',
  '/user/v7/connections?status=revoked&sort=-lastUsedAt',
  '/user/v7/connections?sort=client&health=ok',
  '/user/v7/users?q=u',
  '/user/v7/audit-records?action=signed_in',
  '/admin/v7/audit-records?action=role_changed&since=2026-01-01T00:00:00Z',
  '/admin/v7/accounts?q=muster',
  '/admin/v7/oauth-clients?q=mak&status=active',
  '/admin/v7/oauth-clients/{id}/requests?outcome=failure&reason=refresh_token_unknown',
  '/admin/v7/oauth-clients/{id}/requests?requestId=5f0c7c1e-2f5e-4f3a-9d7c-1b8f6f0a2e44',
];

/** There is neither a logo nor a mailbox for demos. */
const NOTHING_THERE = ['/guest/v7/demo-mails', '/guest/v7/oauth-clients/{clientId}/logo/{hash}'];
/** Companies are few, and their list says how many there are. */
const READ_AS_A_WHOLE = ['accounts'];

/** Everybody else: as many companies with a person each, what they have, and what they did. */
const OTHERS = `
  INSERT INTO accounts (id, name, created_at)
    SELECT md5('a' || n)::uuid, 'Kunde ' || n, now() FROM generate_series(1, ${ROWS}) n;
  INSERT INTO users (id, account_id, email, first_name, last_name, role, locale, status,
      password_hash, created_at, updated_at)
    SELECT md5('u' || n)::uuid, md5('a' || n)::uuid, n || '@kunde.example', 'Kim', 'Kunde ' || n,
      'member', 'de', 'active', '$argon2id$', now(), now() FROM generate_series(1, ${ROWS}) n;
  INSERT INTO oauth_clients (id, client_id, name, description, publisher, publisher_verified, kind,
      redirect_uris, scopes, require_pkce, status, listed, created_at, updated_at)
    SELECT md5('c' || n)::uuid, 'app-' || n, 'Programm ' || n, '', 'Programme GmbH', true,
      'confidential', ARRAY['https://app.example/'], ARRAY['read'], false, 'active', true, now(), now()
      FROM generate_series(1, 40) n;
  INSERT INTO connections (id, oauth_client_id, user_id, account_id, scope, granted_at, last_used_at)
    SELECT md5('k' || n)::uuid, md5('c' || n % 40 + 1)::uuid, md5('u' || n)::uuid,
      md5('a' || n)::uuid, 'read', now(), now() FROM generate_series(1, ${ROWS}) n;
  INSERT INTO connection_events (connection_id, at, type)
    SELECT md5('k' || n)::uuid, now() - d * interval '20 days', 'used'
      FROM generate_series(1, ${ROWS}) n, generate_series(0, 1) d;
  INSERT INTO connection_usage (connection_id, day, requests)
    SELECT md5('k' || n)::uuid, current_date - d, 1
      FROM generate_series(1, ${ROWS}) n, generate_series(1, 2) d;
  INSERT INTO oauth_requests (request_id, oauth_client_id, at, endpoint, outcome, ip, duration_ms,
      connection_id)
    SELECT gen_random_uuid(), md5('c' || n % 40 + 1)::uuid, now() - d * interval '1 day', 'token',
      'success', '::1', 1, md5('k' || n)::uuid
      FROM generate_series(1, ${ROWS}) n, generate_series(0, 1) d;
  INSERT INTO authorization_codes (id, code_hash, connection_id, scope, created_at, expires_at, user_id)
    SELECT md5('o' || n)::uuid, sha256(n::text::bytea), md5('k' || n)::uuid, 'read', now(), now(),
      md5('u' || n)::uuid FROM generate_series(1, ${ROWS}) n;
  INSERT INTO refresh_token_families
      (id, connection_id, handle_hash, scope, generation, current_hash, created_at, expires_at)
    SELECT md5('f' || n)::uuid, md5('k' || n)::uuid, sha256(n::text::bytea), 'read', 1, sha256('1'),
      now(), now() + interval '1 day' FROM generate_series(1, ${ROWS}) n;
  INSERT INTO sessions (id, secret_hash, user_id, created_at, last_seen_at, expires_at, ip, idle_seconds)
    SELECT md5('s' || n)::uuid, sha256(n::text::bytea), md5('u' || n)::uuid, now(), now(),
      now() + interval '1 day', '::1', 3600 FROM generate_series(1, ${ROWS}) n;
  INSERT INTO sign_in_failures (email_hash, network, at)
    SELECT sha256(n::text::bytea), n::text, now() FROM generate_series(1, ${ROWS}) n;
  INSERT INTO audit_records (at, actor_id, action, subject_id, detail, account_id)
    SELECT now(), md5('u' || n)::uuid, 'signed_in', md5('u' || n)::uuid, '{}', md5('a' || n)::uuid
      FROM generate_series(1, ${ROWS}) n;
  INSERT INTO checks (id, account_id, created_by, connection_id, recipient_name, recipient_email, title,
      status, created_at)
    SELECT md5('h' || n)::uuid, md5('a' || n)::uuid, md5('u' || n)::uuid, md5('k' || n)::uuid, 'K',
      'k@kunde.example', 'Schaden', 'draft', now() FROM generate_series(1, ${ROWS}) n;
  INSERT INTO approval_requests (id, account_id, user_id, oauth_client_id, note, status, requested_at, answer)
    SELECT md5('r' || n)::uuid, md5('a' || n)::uuid, md5('u' || n)::uuid, md5('c' || n % 40 + 1)::uuid,
      '', 'open', now(), '' FROM generate_series(1, ${ROWS}) n;
  INSERT INTO passkeys (id, user_id, credential_id, public_key, transports, counter, name, synced, created_at)
    SELECT md5('p' || n)::uuid, md5('u' || n)::uuid, n::text, '\\x00', '{}', 0, '', true, now()
      FROM generate_series(1, ${ROWS}) n;
  INSERT INTO revocations (subject, revoked_at, expires_at, issued_before)
    SELECT md5('t' || n), now() - interval '3 hours', now() - interval '1 hour', 'infinity'
      FROM generate_series(1, ${ROWS}) n;
  ANALYZE`;

let api: TestApp;
/** What went to the database, by where it was asked. */
let sent: SentStatement[];
let shared: SentStatement[];
/** What has been read, by whomever. */
const read = new Set<string>();

beforeAll(async () => {
  api = await createTestApp();
  await api.dataSource.query(OTHERS);
  const { master } = api.dataSource.driver as unknown as { master: Pool };
  await waitForUse();
  sent = await recordSent(master, async () => {
    shared = await recordSent(api.app.get(StatementPool).pool, useEverything);
  });
}, 120_000);
afterAll(() => api.close());

async function useEverything(): Promise<void> {
  const [user, admin, operator] = [
    await PortalUser.signIn(api.url, 'user@musterhaus.example'),
    await PortalUser.signIn(api.url, 'admin@musterhaus.example'),
    await PortalUser.signIn(api.url, 'operator@flixcheck.example'),
  ];
  const ask = (who: PortalUser, method: string, path: string, resource?: object) =>
    who.call(method, path, resource ? { resource } : {});
  const crm = new ThirdParty(api.url);
  const tokens = await crm.connect(user);
  const { refresh_token } = (await crm.refresh(tokens.refresh_token)).body;
  await crm.refresh(tokens.refresh_token.slice(0, -1));
  const { connection } = (await crm.me(tokens.access_token)).body.resource;
  await call(api.url, 'POST', '/guest/v7/sessions', {
    resource: { email: 'user@musterhaus.example', password: 'wrong' },
  });
  const check = { recipient: { name: 'K', email: 'k@kunde.example' }, title: 'Schaden' };
  const { id: checkId } = (await ask(user, 'POST', '/user/v7/checks', check)).body.resource;
  const { resources: clients } = (
    await ask(operator, 'GET', '/admin/v7/oauth-clients?q=maklerwelt')
  ).body;
  const clientId = clients.find((client) => client.clientId === 'maklerwelt-crm').id;
  await ask(operator, 'POST', `/admin/v7/oauth-clients/${clientId}/developers`, {
    email: 'user@musterhaus.example',
  });
  const ids: Record<string, string> = {
    '/user/v7/connections/': connection.id,
    '/user/v7/checks/': checkId,
    '/user/v7/users/': user.id,
    '/admin/v7/accounts/': user.accountId,
    '/admin/v7/oauth-clients/': clientId,
    '/user/v7/developer/oauth-clients/': clientId,
    '/guest/v7/oauth-clients/': 'maklerwelt-crm',
  };
  for (const template of [...READS, ...SEARCHES]) {
    const prefix = Object.keys(ids).find((start) => template.startsWith(`${start}{`)) ?? '';
    const path = template.replace(/\{\w+\}/, ids[prefix] ?? '');
    for (const who of template.startsWith('/admin/') ? [operator] : [user, admin]) {
      if ((await ask(who, 'GET', path)).status === 200) read.add(template);
    }
  }
  await crm.introspect(refresh_token);
  await crm.use(tokens.access_token);
  const patch = { scope: 'read' };
  await ask(user, 'PATCH', `/user/v7/connections/${connection.id}`, patch);
  await ask(admin, 'DELETE', `/user/v7/connections/${connection.id}`);
  await crm.refresh(refresh_token);
  await crm.revoke((await crm.connect(user)).refresh_token);
  await ask(user, 'DELETE', '/user/v7/sessions');
  await ask(admin, 'PATCH', `/user/v7/users/${user.id}`, { status: 'disabled' });
  await waitForUse();
}

/** What is written in passing has been written. */
async function waitForUse(): Promise<void> {
  await Promise.all([api.app.get(ConnectionUsage).flush(), api.app.get(RequestLog).flush()]);
}

async function explain(pool: Pool, { text, values }: SentStatement, known: boolean) {
  const client = await pool.connect();
  try {
    const tables = await largeTablesRead(client, text, known ? values : undefined);
    return tables
      .filter((table) => !READ_AS_A_WHOLE.includes(table))
      .map((table) => `${table}: ${text.replace(/\s+/g, ' ').slice(0, 300)}`);
  } finally {
    client.release();
  }
}

const explicable = (statements: SentStatement[]) => [
  ...new Map(
    statements
      .filter(({ text }) => /^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b/i.test(text))
      .map((statement) => [statement.text, statement]),
  ).values(),
];

describe(`with ${ROWS} companies more, each statement of a request finds its rows by an index`, () => {
  it('after every read, and the requests of applications', () => {
    const missing = [...READS, ...SEARCHES].filter((template) => !read.has(template));
    expect(missing).toEqual(NOTHING_THERE);
    expect(explicable(sent).length).toBeGreaterThan(100);
  });

  it('with the values that it was sent with', async () => {
    const { master } = api.dataSource.driver as unknown as { master: Pool };
    const wholly = [];
    for (const each of explicable(sent)) wholly.push(...(await explain(master, each, true)));
    expect(wholly).toEqual([]);
  }, 60_000);

  it('whatever its values are, where it is prepared once for all of them', async () => {
    const { pool } = api.app.get(StatementPool);
    expect(explicable(shared).length).toBeGreaterThan(2);
    const wholly = [];
    for (const each of explicable(shared)) wholly.push(...(await explain(pool, each, false)));
    expect(wholly).toEqual([]);
  });
});

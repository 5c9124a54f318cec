import {
  call,
  DEMO_CLIENTS,
  PASSWORD,
  PortalUser,
  register,
  ThirdParty,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Pool } from 'pg';
import { ConnectionUsage } from './connections/connection-usage.js';
import { StatementPool } from './database/statement-pool.js';
import { RequestLog } from './oauth-clients/request-log.js';
import { BackgroundWork } from './background/background-work.js';
import { OTHERS } from './testing/other-companies.js';
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

let api: TestApp;
/** What went to the database, by where it was asked. */
let sent: SentStatement[];
let shared: SentStatement[];
/** What has been read, by whomever. */
const read = new Set<string>();
/** What has been written, and how that was answered where it was not done. */
const written = new Map<string, string>();

beforeAll(async () => {
  api = await createTestApp();
  await api.dataSource.query(OTHERS(ROWS));
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
  await write({ user, admin, operator }, clientId);
  await ask(user, 'DELETE', '/user/v7/sessions');
  await ask(admin, 'PATCH', `/user/v7/users/${user.id}`, { status: 'disabled' });
  await waitForUse();
  const background = api.app.get(BackgroundWork);
  for (const step of background.stepNames()) await background.run(step);
}

type Asker = Pick<PortalUser, 'call'>;

/** What the portal changes, one after the other. */
async function write(
  { user, admin, operator }: Record<'user' | 'admin' | 'operator', PortalUser>,
  crmId: string,
): Promise<void> {
  const nobody: Asker = { call: (method, path, rest) => call(api.url, method, path, rest) };
  const at = async (who: Asker, method: string, path: string, resource?: object) => {
    const { status, body, text } = await who.call(method, path, resource ? { resource } : {});
    const template = path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '{id}');
    // That nothing belongs to a link, or to an id, is known once it has been looked for.
    const looked = status < 300 || status === 404 || text.includes('link_invalid');
    written.set(`${method} ${template}`, looked ? '' : text);
    return body?.resource ?? {};
  };
  const { client } = await register(operator);
  const own = `/admin/v7/oauth-clients/${client.id}`;
  const developed = `/user/v7/developer/oauth-clients/${crmId}`;
  const someone = { email: 'nora@neu.example', firstName: '', lastName: '', locale: 'de' };
  const proof = { currentPassword: PASSWORD };

  await at(nobody, 'POST', '/guest/v7/password-recoveries', { email: 'user@musterhaus.example' });
  for (const path of [
    '/guest/v7/password-recoveries/lookups',
    '/guest/v7/sessions/disavowals',
    '/guest/v7/invitations/lookups',
    '/guest/v7/factor-resets/stops',
  ]) {
    await at(nobody, 'POST', path, { token: 'made-up' });
  }
  await at(user, 'PATCH', '/user/v7/users/me', { firstName: 'Uwe', locale: 'de' });
  await at(user, 'PATCH', '/user/v7/users/me/notices', { muted: [] });
  await at(user, 'POST', '/user/v7/users/me/email-changes', {
    newEmail: 'uwe@musterhaus.example',
    ...proof,
  });
  await at(user, 'POST', '/user/v7/users/me/second-factor', proof);
  await at(user, 'POST', '/user/v7/users/me/passkeys/challenges', proof);

  await at(admin, 'POST', '/user/v7/invitations', {
    invitations: [{ ...someone, role: 'member' }],
  });
  await at(admin, 'PATCH', '/user/v7/account-policy', {
    allows: 'verified',
    endConnections: false,
  });
  const { id: asked } = await at(user, 'POST', '/user/v7/approval-requests', {
    query: `response_type=code&client_id=${client.clientId}`,
    note: 'Bitte',
  });
  const decision = { status: 'approved', answer: 'Gern' };
  await at(admin, 'PATCH', `/user/v7/approval-requests/${asked}`, decision);
  const blocked = { decision: 'blocked', endConnections: true };
  await at(admin, 'PATCH', `/user/v7/account-policy/oauth-clients/${client.id}`, blocked);
  await at(admin, 'PATCH', '/user/v7/account-policy', { allows: 'every' });
  await at(admin, 'PATCH', '/user/v7/second-factor-requirement', { graceDays: null });

  await at(operator, 'PATCH', own, { name: 'Anders' });
  await at(operator, 'POST', `${own}/secrets`, { name: 'Neu', expireOthersAfterSeconds: 60 });
  await at(operator, 'POST', `${own}/developer-invitations`, {
    email: 'dora@neu.example',
    locale: 'de',
  });
  await at(user, 'PATCH', developed, { description: 'Anders' });
  const change = { redirectUris: ['https://neu.example/'], scopes: ['read'], note: 'Umzug' };
  const { id: changeId } = await at(user, 'POST', `${developed}/change-requests`, change);
  const declined = { status: 'declined', answer: 'Nein' };
  await at(operator, 'PATCH', `/admin/v7/change-requests/${changeId}`, declined);
  await at(operator, 'PATCH', own, { status: 'disabled' });
  await at(operator, 'DELETE', own);
  const boss = { email: 'chefin@neukunde.example', locale: 'de' };
  const { id: account } = await at(operator, 'POST', '/admin/v7/accounts', {
    name: 'Neu',
    admin: boss,
  });
  await at(operator, 'POST', `/admin/v7/accounts/${account}/invitations`, {
    ...boss,
    email: 'b@neukunde.example',
  });
  await at(operator, 'PATCH', `/admin/v7/accounts/${account}`, { status: 'closed' });
  // The session gets another cookie.
  await at(user, 'POST', '/user/v7/sessions/current/proofs', proof);
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

  it('after what the portal changes', () => {
    expect([...written].filter(([, refusal]) => refusal !== '')).toEqual([]);
    expect(written.size).toBeGreaterThan(25);
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

import { NEW_CLIENT, PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Secret, TOTP } from 'otpauth';
import { MINUTE, SECOND } from '../config/clock.js';
import { DEMO_PASSWORD } from '../database/demo-data.js';
import { PROOF_LASTS_MS } from '../http/identity-proof.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';

const PROOFS = '/user/v7/sessions/current/proofs';
const NOBODY = '00000000-0000-4000-8000-000000000000';

let test: TestApp;
let people: Record<'operator' | 'admin' | 'member', PortalUser>;
/** What the addresses below stand for. */
let ids: { client: string; secret: string; user: string; request: string };

beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());
beforeEach(async () => {
  people = {
    operator: await PortalUser.signIn(test.url, 'operator@flixcheck.example'),
    admin: await PortalUser.signIn(test.url, 'admin@musterhaus.example'),
    member: await PortalUser.signIn(test.url, 'user@musterhaus.example'),
  };
  const made = await people.operator.call('POST', '/admin/v7/oauth-clients', {
    resource: { ...NEW_CLIENT, name: 'Bestandsblick' },
  });
  const { id, secret } = made.body.resource;
  await people.operator.call('POST', `/admin/v7/oauth-clients/${id}/developers`, {
    resource: { email: 'user@musterhaus.example' },
  });
  const desk = `/user/v7/developer/oauth-clients/${id}/change-requests`;
  const redirectUris = ['https://anderswo.example/callback'];
  const asked = await people.member.call('POST', desk, { resource: { redirectUris } });
  ids = { client: id, secret: secret.id, user: people.member.id, request: asked.body.resource.id };
  // As if the sign-in were long enough ago.
  test.clock.advance(PROOF_LASTS_MS + SECOND);
});

type Ask = [keyof typeof people, string, () => string, (object | (() => object))?];
const client = () => `/admin/v7/oauth-clients/${ids.client}`;
const desk = () => `/user/v7/developer/oauth-clients/${ids.client}`;
const ask = ([who, method, path, resource]: Ask) =>
  people[who].call(method, path(), {
    ...(resource && { resource: typeof resource === 'function' ? resource() : resource }),
  });

const DELICATE: Record<string, Ask> = {
  'a new secret': ['operator', 'POST', () => `${client()}/secrets`, {}],
  'the end of a secret': ['operator', 'DELETE', () => `${client()}/secrets/${ids.secret}`],
  'a developer’s new secret': ['member', 'POST', () => `${desk()}/secrets`, {}],
  'a developer’s end of a secret': ['member', 'DELETE', () => `${desk()}/secrets/${ids.secret}`],
  'other redirect URIs': [
    ...(['operator', 'PATCH', client] as const),
    { redirectUris: ['https://anderswo.example/callback'] },
  ],
  'a change that a developer asks for': [
    ...(['operator', 'PATCH', () => `/admin/v7/change-requests/${ids.request}`] as const),
    { status: 'accepted' },
  ],
  'a client for some companies only': [
    'operator',
    'PATCH',
    client,
    () => ({ accountIds: [people.member.accountId] }),
  ],
  'a client that is disabled': ['operator', 'PATCH', client, { status: 'disabled' }],
  'a client that is deleted': ['operator', 'DELETE', client],
  'another developer': [
    ...(['operator', 'POST', () => `${client()}/developers`] as const),
    { email: 'admin@musterhaus.example' },
  ],
  'another role': ['admin', 'PATCH', () => `/user/v7/users/${ids.user}`, { role: 'admin' }],
  'a user who is disabled': [
    ...(['admin', 'PATCH', () => `/user/v7/users/${ids.user}`] as const),
    { status: 'disabled' },
  ],
  'somebody who is erased': [
    ...(['admin', 'DELETE', () => `/user/v7/users/${ids.user}/personal-data`] as const),
  ],
  'a download of what is stored about oneself': [
    ...(['member', 'GET', () => '/user/v7/users/me/export'] as const),
  ],
  'another admin': [
    ...(['admin', 'POST', () => '/user/v7/invitations'] as const),
    { invitations: [{ email: 'neu@musterhaus.example', role: 'admin', locale: 'de' }] },
  ],
  'a company that is closed': [
    ...(['operator', 'PATCH', () => `/admin/v7/accounts/${people.member.accountId}`] as const),
    { status: 'closed' },
  ],
  'an admin of a company': [
    'operator',
    'POST',
    () => `/admin/v7/accounts/${people.member.accountId}/invitations`,
    { email: 'neu@musterhaus.example', locale: 'de' },
  ],
  'two steps of somebody else': [
    ...(['admin', 'POST', () => `/user/v7/users/${ids.user}/factor-reset`] as const),
  ],
  'the end of all sessions of somebody else': [
    ...(['admin', 'DELETE', () => `/user/v7/users/${ids.user}/sessions`] as const),
  ],
  'a passkey that is removed': ['member', 'DELETE', () => `/user/v7/users/me/passkeys/${NOBODY}`],
  'the end of another session of mine': ['member', 'DELETE', () => `/user/v7/sessions/${NOBODY}`],
  'the end of all other sessions of mine': ['member', 'DELETE', () => '/user/v7/sessions'],
  'all connections of a person': [
    ...(['admin', 'DELETE', () => `/user/v7/connections?userId=${ids.user}`] as const),
  ],
  'all connections of an application': [
    ...(['admin', 'DELETE', () => '/user/v7/connections?clientId=maklerwelt-crm'] as const),
  ],
  'an application that a company blocks': [
    ...(['admin', 'PATCH', () => `/user/v7/account-policy/oauth-clients/${ids.client}`] as const),
    { decision: 'blocked' },
  ],
  'what a company no longer allows': [
    ...(['admin', 'PATCH', () => '/user/v7/account-policy'] as const),
    { allows: 'selected', endConnections: true },
  ],
};

/** What anything of the above would change. */
const substance = () =>
  test.dataSource.query(`
    SELECT (SELECT json_agg(c ORDER BY c.id) FROM oauth_clients c) AS clients,
           (SELECT json_agg(s ORDER BY s.id) FROM oauth_client_secrets s) AS secrets,
           (SELECT json_agg(json_build_object('id', u.id, 'role', u.role, 'status', u.status)
                            ORDER BY u.id) FROM users u) AS users,
           (SELECT json_agg(a ORDER BY a.id) FROM accounts a) AS accounts,
           (SELECT count(*) FROM invitations) AS invitations,
           (SELECT count(*) FROM client_developers) AS developers,
           (SELECT count(*) FROM audit_records) AS audited`);

describe('a fresh proof of identity', () => {
  it.each(Object.keys(DELICATE))('is asked for before %s', async (what) => {
    const before = await substance();
    const { status, body } = await ask(DELICATE[what]!);
    expect([status, body.code]).toEqual([403, 'identity_proof_required']);
    expect(await substance()).toEqual(before);
  });

  it('is a password of the last ten minutes, as well as a sign-in', async () => {
    const rotate = async () => (await ask(DELICATE['a new secret']!)).status;
    const proof = { resource: { currentPassword: DEMO_PASSWORD } };
    const proven = await people.operator.call('POST', PROOFS, proof);
    expect(proven.status).toBe(204);
    people.operator = people.operator.after(proven);
    test.clock.advance(PROOF_LASTS_MS - SECOND);
    expect(await rotate()).toBe(201);
    test.clock.advance(SECOND);
    expect(await rotate()).toBe(403);
  });

  it('is that of one session, and of no other one of the same user', async () => {
    const other = await PortalUser.signIn(test.url, 'operator@flixcheck.example');
    expect((await ask(DELICATE['a new secret']!)).status).toBe(403);
    expect((await other.call('POST', `${client()}/secrets`, { resource: {} })).status).toBe(201);
  });

  it('takes a code as well from who has two steps', async () => {
    const { member } = people;
    const factor = '/user/v7/users/me/second-factor';
    const begun = await member.call('POST', factor, {
      resource: { currentPassword: DEMO_PASSWORD },
    });
    const totp = new TOTP({ secret: Secret.fromBase32(begun.body.resource.secret) });
    const code = () => totp.generate({ timestamp: test.clock.now().getTime() });
    const on = await member.call('POST', `${factor}/confirmations`, { resource: { code: code() } });
    const after = member.after(on);
    test.clock.advance(PROOF_LASTS_MS + MINUTE);
    const prove = async (proof: object) => {
      const { status, body } = await after.call('POST', PROOFS, { resource: proof });
      return [status, body?.errors?.[0]?.code];
    };
    const currentPassword = DEMO_PASSWORD;
    expect(await prove({ currentPassword })).toEqual([400, 'required']);
    expect(await prove({ currentPassword, code: '000000' })).toEqual([400, 'wrong_code']);
    expect(await prove({ currentPassword, code: code() })).toEqual([204, undefined]);
    await test.dataSource.query('DELETE FROM second_factors');
  });

  it('that is wrong counts as a failed sign-in, and is on record', async () => {
    await test.dataSource.query('DELETE FROM audit_records; DELETE FROM sign_in_failures');
    const wrong = { resource: { currentPassword: 'not the password' } };
    const { status, body } = await people.member.call('POST', PROOFS, wrong);
    expect([status, body.errors?.[0]?.code]).toEqual([400, 'wrong_password']);
    const audited = 'SELECT action, subject_id FROM audit_records';
    expect(await test.dataSource.query(audited)).toEqual([
      { action: 'identity_proof_failed', subject_id: people.member.id },
    ]);
    const counted = await test.dataSource.query('SELECT count(*)::int AS n FROM sign_in_failures');
    expect(counted).toEqual([{ n: 1 }]);
  });

  it('is asked for neither by the published flow nor by what harms nobody', async () => {
    const harmless: Ask[] = [
      ['member', 'POST', () => '/user/v7/oauth-codes', { clientId: 'maklerwelt-crm' }],
      ['member', 'DELETE', () => `/user/v7/connections?ids=${NOBODY}`],
      ['operator', 'POST', () => '/admin/v7/oauth-clients', NEW_CLIENT],
      ['operator', 'PATCH', client, { description: 'Neu', status: 'active' }],
      ['operator', 'PATCH', client, { redirectUris: NEW_CLIENT.redirectUris, accountIds: null }],
      ['admin', 'PATCH', () => `/user/v7/users/${ids.user}`, { status: 'active' }],
      ['admin', 'PATCH', () => '/user/v7/account-policy', { allows: 'every' }],
    ];
    const heard = [];
    for (const request of harmless) heard.push((await ask(request)).status);
    expect(heard).toEqual([201, 404, 201, 200, 200, 200, 200]);
  });
});

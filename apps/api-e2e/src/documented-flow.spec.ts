import {
  bearer,
  type CodeAnswer,
  type MeAnswer,
  PASSWORD,
  PortalUser,
  query,
  register,
  send,
  sql,
  startWorld,
  type TokenAnswer,
  type World,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.server.stop());

/** The documented link, character for character but for the values. */
const link = (clientId: string, redirectUri: string) =>
  `/user/v7/oauth-authorization-request?clientId=${clientId}&scope=readwrite&redirectUri=${encodeURIComponent(
    redirectUri,
  )}&response_type=code&state=open`;
const crmLink = link('maklerwelt-crm', 'http://localhost:4000/callback');

/** The documented bodies are JSON, with exactly these fields. */
const exchange = (code: string) =>
  send<TokenAnswer>(world.url, '/guest/v7/oauth-tokens', {
    json: {
      grant_type: 'authorization_code',
      code,
      client_id: 'maklerwelt-crm',
      client_secret: 'maklerwelt-crm-demo-secret',
    },
  });
const refresh = (refreshToken: string) =>
  send<TokenAnswer>(world.url, '/guest/v7/oauth-tokens', {
    json: {
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
      client_id: 'maklerwelt-crm',
      client_secret: 'maklerwelt-crm-demo-secret',
    },
  });

describe('through the page', () => {
  it('a client that has not been added does not work, and the user is told so', async () => {
    const answer = await world.member.send(link('not-added', 'https://crm.example/callback'));
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ code: 'unknown_client', status: 400 });
    expect(answer.body.detail).not.toBe('');
    expect(answer.body).not.toHaveProperty('redirectTo');
  });

  it('a user who is not signed in is asked to, and is told for which application', async () => {
    const page = await send(world.url, crmLink);
    expect(page.status).toBe(401);
    expect(page.body.code).toBe('session_required');

    const card = await send(world.url, '/guest/v7/oauth-clients/maklerwelt-crm');
    expect(card.status).toBe(200);
    expect(card.body).toEqual({
      resource: {
        clientId: 'maklerwelt-crm',
        name: 'Maklerwelt CRM',
        publisher: 'Maklerwelt Software GmbH',
        logoUri: null,
        homepageUri: 'https://maklerwelt.example',
      },
    });
  });

  it('what the sign-in page asks is a 404 for unknown and disabled clients alike', async () => {
    const { client } = await register(world.operator, { clientId: 'soon-disabled' });
    await world.operator.send(`/admin/v7/oauth-clients/${client.id}`, {
      method: 'PATCH',
      json: { resource: { status: 'disabled' } },
    });
    const unknown = await send(world.url, '/guest/v7/oauth-clients/never-registered');
    const disabled = await send(world.url, '/guest/v7/oauth-clients/soon-disabled');
    expect([unknown.status, disabled.status]).toEqual([404, 404]);
    expect(disabled.body.detail).toBe(unknown.body.detail);
  });

  it('sign-in answers 201 with the user and the account of the session', async () => {
    const answer = await send<{ resource: Record<string, unknown> }>(
      world.url,
      '/guest/v7/sessions',
      { json: { resource: { email: 'user@musterhaus.example', password: PASSWORD } } },
    );
    expect(answer.status).toBe(201);
    expect(answer.body.resource).toEqual({
      id: expect.stringMatching(UUID),
      user: {
        id: expect.stringMatching(UUID),
        email: 'user@musterhaus.example',
        firstName: 'User',
        lastName: 'Musterhaus',
        role: 'member',
        locale: 'de',
      },
      account: {
        id: expect.stringMatching(UUID),
        name: 'Musterhaus Versicherungsmakler GmbH',
        kind: 'company',
      },
      createdAt: expect.stringMatching(TIME),
      expiresAt: expect.stringMatching(TIME),
      developer: false,
      news: { endingConnections: 0, approvalRequests: 0 },
    });
    const current = await world.member.send<{ resource: Record<string, unknown> }>(
      '/user/v7/sessions/current',
    );
    expect(current.status).toBe(200);
    expect(current.body.resource['user']).toEqual(answer.body.resource['user']);
    expect(current.body.resource['account']).toEqual(answer.body.resource['account']);
  });

  it('the page gets all that it shows: client, publisher, redirect host, scopes, user, account', async () => {
    const answer = await world.stranger.send<{ resource: Record<string, unknown> }>(crmLink);
    expect(answer.status).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.body.resource).toMatchObject({
      client: {
        clientId: 'maklerwelt-crm',
        name: 'Maklerwelt CRM',
        publisher: 'Maklerwelt Software GmbH',
        publisherVerified: true,
        kind: 'confidential',
        homepageUri: 'https://maklerwelt.example',
        privacyPolicyUri: 'https://maklerwelt.example/datenschutz',
      },
      redirectUri: 'http://localhost:4000/callback',
      redirectHost: 'localhost:4000',
      scope: 'readwrite',
      scopes: ['readwrite'],
      state: 'open',
      codeChallenge: null,
      codeChallengeMethod: null,
      user: { email: 'admin@beispiel.example' },
      account: { name: 'Beispiel Assekuranz AG' },
      existingConnection: null,
    });
  });

  it('opening the page grants nothing', async () => {
    await world.stranger.send(crmLink);
    const connections = await world.stranger.send('/user/v7/connections');
    expect(connections.body).toEqual({ resources: [], meta: { total: 0 } });
  });

  it('the grant goes to the redirect URI with code, state and iss in the query (RFC 9207)', async () => {
    const callback = await world.member.grant(new URL(crmLink, world.url));
    expect(callback.origin + callback.pathname).toBe('http://localhost:4000/callback');
    expect([...callback.searchParams.keys()].sort()).toEqual(['code', 'iss', 'state']);
    expect(callback.searchParams.get('state')).toBe('open');
    expect(callback.searchParams.get('iss')).toBe(world.url);
  });

  it('without a state, none comes back (RFC 6749 §4.1.2)', async () => {
    const callback = await world.member.grant(
      new URL(crmLink.replace('&state=open', ''), world.url),
    );
    expect([...callback.searchParams.keys()].sort()).toEqual(['code', 'iss']);
  });

  it('a refusal goes to the redirect URI with error=access_denied, state and iss', async () => {
    const callback = await world.member.refuse(new URL(crmLink, world.url));
    expect(callback.origin + callback.pathname).toBe('http://localhost:4000/callback');
    expect(Object.fromEntries(callback.searchParams)).toEqual({
      error: 'access_denied',
      error_description: expect.any(String),
      state: 'open',
      iss: world.url,
    });
  });
});

describe('the token requests, field by field', () => {
  let tokens: TokenAnswer;
  beforeAll(async () => {
    const callback = await world.member.grant(new URL(crmLink, world.url));
    const answer = await exchange(callback.searchParams.get('code') ?? '');
    expect(answer.status).toBe(200);
    tokens = answer.body;
  });

  it('the exchange answers 200 with exactly the five fields (RFC 6749 §5.1)', () => {
    expect(tokens).toEqual({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: expect.stringMatching(/^[\w-]+$/),
      scope: 'readwrite',
    });
  });

  it('the token acts for the user: users/me says whom, and through which connection', async () => {
    const me = await send<MeAnswer>(world.url, '/user/v7/users/me', {
      headers: bearer(tokens.access_token),
    });
    expect(me.status).toBe(200);
    expect(me.body.resource).toEqual({
      id: expect.stringMatching(UUID),
      email: 'user@musterhaus.example',
      firstName: 'User',
      lastName: 'Musterhaus',
      role: 'member',
      locale: 'de',
      account: { id: expect.stringMatching(UUID), name: 'Musterhaus Versicherungsmakler GmbH' },
      connection: {
        id: expect.stringMatching(UUID),
        scope: 'readwrite',
        grantedAt: expect.stringMatching(TIME),
      },
    });
    const inPerson = await world.member.send<MeAnswer>('/user/v7/users/me');
    const { connection: _, ...user } = me.body.resource;
    expect(inPerson.body.resource).toEqual(user);
  });

  it('userinfo is flat, for stock clients', async () => {
    const me = (
      await send<MeAnswer>(world.url, '/user/v7/users/me', { headers: bearer(tokens.access_token) })
    ).body.resource;
    const userinfo = await send(world.url, '/user/v7/oauth-userinfo', {
      headers: bearer(tokens.access_token),
    });
    expect(userinfo.status).toBe(200);
    expect(userinfo.body).toEqual({
      sub: me.id,
      name: 'User Musterhaus',
      given_name: 'User',
      family_name: 'Musterhaus',
      email: 'user@musterhaus.example',
      locale: 'de',
      account_id: me.account.id,
      account_name: 'Musterhaus Versicherungsmakler GmbH',
    });
  });

  it('what the client creates says who and through which application', async () => {
    const created = await send<{ resource: Record<string, unknown> }>(
      world.url,
      '/user/v7/checks',
      {
        headers: bearer(tokens.access_token),
        json: {
          resource: {
            recipient: { name: 'Erika Beispiel', email: 'erika@kundin.example' },
            title: 'Hausrat',
          },
        },
      },
    );
    expect(created.status).toBe(201);
    expect(created.body.resource).toMatchObject({
      id: expect.stringMatching(UUID),
      recipient: { name: 'Erika Beispiel', email: 'erika@kundin.example' },
      title: 'Hausrat',
      status: 'draft',
      createdBy: { firstName: 'User', lastName: 'Musterhaus' },
      createdVia: { clientId: 'maklerwelt-crm', name: 'Maklerwelt CRM' },
    });
    const seen = await world.member.send(`/user/v7/checks/${String(created.body.resource['id'])}`);
    expect(seen.body).toEqual(created.body);
  });

  it('the refresh answers 200 with the same five fields, and the new token works', async () => {
    const answer = await refresh(tokens.refresh_token);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: expect.any(String),
      scope: 'readwrite',
    });
    expect(answer.body.access_token).not.toBe(tokens.access_token);
    expect(answer.body.refresh_token).not.toBe(tokens.refresh_token);
    expect(await world.crm.use(answer.body.access_token)).toBe(200);
    expect(await world.crm.use(tokens.access_token)).toBe(200);
  });
});

describe('through the API, with a session', () => {
  const create = (user: PortalUser, clientId: string) =>
    user.send<CodeAnswer>('/user/v7/oauth-codes', { json: { resource: { clientId } } });

  it('clientId alone makes a code: 201 with code, expiresAt a minute away, redirectTo', async () => {
    const single = await register(world.operator);
    const before = Date.now();
    const answer = await create(world.member, single.registration.clientId);
    expect(answer.status).toBe(201);
    expect(Object.keys(answer.body)).toEqual(['resource']);
    const { code, expiresAt, redirectTo } = answer.body.resource;
    expect(Object.keys(answer.body.resource).sort()).toEqual(['code', 'expiresAt', 'redirectTo']);
    const lifetime = Date.parse(expiresAt) - before;
    expect(lifetime).toBeGreaterThan(59_000);
    expect(lifetime).toBeLessThan(62_000);
    expect(redirectTo).toBe(
      `${single.registration.redirectUri}?${query({ code, iss: world.url })}`,
    );
    expect((await single.exchange(code)).status).toBe(200);
  });

  it('a client’s only redirect URI is taken, so the exchange may name it', async () => {
    const single = await register(world.operator);
    const { code } = (await create(world.member, single.registration.clientId)).body.resource;
    const named = await single.exchange(code, { redirect_uri: single.registration.redirectUri });
    expect(named.status).toBe(200);
  });

  it('where several are registered, redirectTo is null and the code is bound to none', async () => {
    const answer = await create(world.member, 'maklerwelt-crm');
    expect(answer.status).toBe(201);
    const { code, redirectTo } = answer.body.resource;
    expect(redirectTo).toBeNull();
    const named = await world.crm.exchange(code, {
      redirect_uri: 'http://localhost:4000/callback',
    });
    expect([named.status, named.body.error]).toEqual([400, 'invalid_grant']);
    expect((await exchange(code)).status).toBe(200);
  });

  it('an unknown client makes no code', async () => {
    const answer = await world.member.send('/user/v7/oauth-codes', {
      json: { resource: { clientId: 'not-added' } },
    });
    expect([answer.status, answer.body.code]).toEqual([400, 'unknown_client']);
  });

  it('without a session there is no code: 401 session_required', async () => {
    const answer = await send(world.url, '/user/v7/oauth-codes', {
      json: { resource: { clientId: 'maklerwelt-crm' } },
    });
    expect([answer.status, answer.body.code]).toEqual([401, 'session_required']);
  });
});

describe('the settings', () => {
  it('“Verbindungen” shows the available clients, and who granted what and when; it can be ended', async () => {
    const user = world.admin;
    const before = await available(user);
    expect(before).toMatchObject({ connected: false, connectionId: null });

    const startedAt = Date.now();
    const tokens = await world.crm.connect(user);
    const { connectionId } = await available(user);
    expect(connectionId).toMatch(UUID);

    type Connection = { grantedAt: string } & Record<string, unknown>;
    const { resource } = (
      await user.send<{ resource: Connection }>(`/user/v7/connections/${connectionId}`)
    ).body;
    expect(resource).toMatchObject({
      id: connectionId,
      client: { clientId: 'maklerwelt-crm', name: 'Maklerwelt CRM' },
      scope: 'readwrite',
      status: 'active',
      grantedBy: { email: 'admin@musterhaus.example' },
      lastUsedAt: null,
      revokedAt: null,
      revokedBy: null,
    });
    expect(Date.parse(resource.grantedAt)).toBeGreaterThanOrEqual(startedAt - 1);
    expect(Date.parse(resource.grantedAt)).toBeLessThanOrEqual(Date.now() + 1);

    const page = await user.send<{ resource: Record<string, unknown> }>(crmLink);
    expect(page.body.resource['existingConnection']).toMatchObject({
      id: connectionId,
      scope: 'readwrite',
    });

    const ended = await user.send(`/user/v7/connections/${connectionId}`, { method: 'DELETE' });
    expect(ended.status).toBe(204);
    expect(await world.crm.use(tokens.access_token)).toBe(401);
    expect((await refresh(tokens.refresh_token)).body.error).toBe('invalid_grant');
    expect(await available(user)).toMatchObject({ connected: false, connectionId: null });
  });

  async function available(user: PortalUser) {
    const { body } = await user.send<{
      resources: { clientId: string; connected: boolean; connectionId: string | null }[];
    }>('/user/v7/oauth-clients');
    const client = body.resources.find(({ clientId }) => clientId === 'maklerwelt-crm');
    if (!client) throw new Error('maklerwelt-crm is not available');
    return client;
  }
});

describe('the role with which the database served all of this', () => {
  it.each([
    'CREATE TABLE stolen AS SELECT * FROM users',
    'CREATE SCHEMA stolen',
    'ALTER TABLE users ALTER COLUMN password_hash DROP NOT NULL',
    'DROP TABLE users',
    'TRUNCATE checks',
    'CREATE OR REPLACE FUNCTION announce_revocation() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$',
    "INSERT INTO migrations (timestamp, name) VALUES (1, 'Done1')",
    "UPDATE audit_records SET detail = '{}'",
    'DELETE FROM audit_records',
    'TRUNCATE audit_records',
    "UPDATE audit_seals SET hash = ''",
    'DELETE FROM audit_seals',
  ])('may not: %s', async (statement) => {
    await expect(sql(world.server.programUrl, statement)).rejects.toMatchObject({ code: '42501' });
  });
});

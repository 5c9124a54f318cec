import {
  bearer,
  eventually,
  type Problem,
  query,
  register,
  send,
  startWorld,
  type ThirdParty,
  type TokenAnswer,
  type World,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

let world: World;
/** May ask for both scopes, for `read` alone, for `readwrite` alone. */
let both: ThirdParty;
let reader: ThirdParty;
let writer: ThirdParty;
beforeAll(async () => {
  world = await startWorld();
  both = await register(world.operator, { scopes: ['read', 'readwrite'] });
  reader = await register(world.operator, { scopes: ['read'] });
  writer = await register(world.operator, { scopes: ['readwrite'] });
});
afterAll(() => world.server.stop());

const NEW_CHECK = {
  json: {
    resource: { recipient: { name: 'Erika', email: 'erika@kundin.example' }, title: 'Hausrat' },
  },
};
const createCheck = (token: string) =>
  send<Problem>(world.url, '/user/v7/checks', { headers: bearer(token), ...NEW_CHECK });
const listChecks = (token: string) =>
  send<Problem>(world.url, '/user/v7/checks', { headers: bearer(token) });

const clients = { both: () => both, reader: () => reader, writer: () => writer };

describe('the scope of a grant', () => {
  it.each<[keyof typeof clients, string | undefined, string]>([
    ['both', undefined, 'readwrite'],
    ['writer', undefined, 'readwrite'],
    ['reader', undefined, 'read'],
    ['both', 'read', 'read'],
    ['reader', 'read', 'read'],
    ['writer', 'read', 'read'],
    ['writer', 'read readwrite', 'read readwrite'],
    ['both', 'readwrite read', 'readwrite read'],
    ['both', 'readwrite', 'readwrite'],
  ])('%s asking for %s gets %s, in the order asked', async (name, asked, granted) => {
    const client = clients[name]();
    const { clientId } = client.registration;
    const page = await world.member.send<{ resource: { scope: string; scopes: string[] } }>(
      `/user/v7/oauth-authorization-request?${query({
        clientId,
        response_type: 'code',
        ...(asked !== undefined && { scope: asked }),
      })}`,
    );
    expect(page.body.resource).toMatchObject({ scope: granted, scopes: granted.split(' ') });
    const tokens = await client.connect(world.member, asked === undefined ? {} : { scope: asked });
    expect(tokens.scope).toBe(granted);
    const introspected = await client.introspect(tokens.access_token);
    expect(introspected.body['scope']).toBe(granted);
  });

  it('a scope asked for twice is granted once (RFC 6749 §3.3)', async () => {
    expect((await both.connect(world.member, { scope: 'read read' })).scope).toBe('read');
  });

  it('`scope` at the exchange is no parameter of it and widens nothing (RFC 6749 §4.1.3)', async () => {
    const { code } = await both.code(world.member, { scope: 'read' });
    const answer = await both.exchange(code, { scope: 'readwrite' });
    expect(answer.status === 200 ? answer.body.scope : 'read').toBe('read');
  });
});

describe('what a scope allows', () => {
  it('anyone can read what each scope means, and the authorize page gets the same', async () => {
    const table = await send<{ resource: { scopes: unknown[] } }>(
      world.url,
      '/guest/v7/oauth-scopes',
    );
    expect(table.status).toBe(200);
    expect(table.body.resource.scopes).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ scope: 'read', includes: [], viewOnly: true }),
        {
          scope: 'readwrite',
          includes: ['read'],
          viewOnly: false,
          meaning: 'See and change what the user may change',
          name: { de: 'Ansehen, anlegen und ändern', en: 'View, create and change' },
          rights: [{ de: 'Flixchecks anlegen und ändern', en: 'Create and change Flixchecks' }],
        },
      ]),
    );
    const page = await world.member.send<{ resource: { knownScopes: unknown } }>(
      `/user/v7/oauth-authorization-request?${query({
        clientId: reader.registration.clientId,
        response_type: 'code',
      })}`,
    );
    expect(page.body.resource.knownScopes).toEqual(table.body.resource.scopes);
  });

  it('`readwrite` includes `read`', async () => {
    const { access_token } = await both.connect(world.member, { scope: 'readwrite' });
    expect((await listChecks(access_token)).status).toBe(200);
    expect((await createCheck(access_token)).status).toBe(201);
  });

  it('a `read` token that wants to write is told which scope it takes: 403 insufficient_scope (RFC 6750 §3.1)', async () => {
    const { access_token } = await both.connect(world.member, { scope: 'read' });
    const before = await world.member.send<{ resources: object[] }>('/user/v7/checks');
    const refused = await createCheck(access_token);
    expect([refused.status, refused.body.code]).toEqual([403, 'insufficient_scope']);
    const challenge = String(refused.headers['www-authenticate']);
    expect(challenge).toMatch(/^Bearer /);
    expect(challenge).toContain('error="insufficient_scope"');
    expect(challenge).toContain('scope="readwrite"');
    expect((await world.member.send('/user/v7/checks')).body).toEqual(before.body);
    expect((await listChecks(access_token)).status).toBe(200);
  });

  it('a wider grant later widens no token of before: each keeps the scope of its grant', async () => {
    const narrow = await both.connect(world.admin, { scope: 'read' });
    const wide = await both.connect(world.admin, { scope: 'readwrite' });
    expect((await createCheck(narrow.access_token)).status).toBe(403);
    const refreshed = await both.refresh(narrow.refresh_token);
    expect(refreshed.body.scope).toBe('read');
    expect((await createCheck(refreshed.body.access_token)).status).toBe(403);
    expect((await createCheck(wide.access_token)).status).toBe(201);
  });

  it('a narrower grant later binds the tokens of before: refused, and refreshed to the narrower scope', async () => {
    const wide = await both.connect(world.stranger, { scope: 'readwrite' });
    const narrow = await both.connect(world.stranger, { scope: 'read' });
    expect((await createCheck(wide.access_token)).status).toBe(401);
    expect((await createCheck(narrow.access_token)).status).toBe(403);
    expect((await both.refresh(wide.refresh_token)).body.scope).toBe('read');
  });
});

describe('rights that are taken away while the connection goes on', () => {
  /** Tokens that could write until now are refused, and a refresh brings what is left. */
  async function expectNarrowed(client: ThirdParty, wide: TokenAnswer): Promise<void> {
    const refused = await createCheck(wide.access_token);
    expect([refused.status, refused.body.code]).toEqual([401, 'invalid_token']);
    const tooMuch = await client.refresh(wide.refresh_token, { scope: 'readwrite' });
    expect([tooMuch.status, tooMuch.body.error]).toEqual([400, 'invalid_scope']);
    const narrow = (await client.refresh(wide.refresh_token)).body;
    expect(narrow.scope).toBe('read');
    expect((await listChecks(narrow.access_token)).status).toBe(200);
    expect((await createCheck(narrow.access_token)).status).toBe(403);
  }

  it('the user reduces the connection, which never widens it', async () => {
    const client = await register(world.operator);
    const wide = await client.connect(world.member, { scope: 'readwrite' });
    const { id } = (await client.me(wide.access_token)).body.resource.connection;
    const reduce = (scope: string) =>
      world.member.send<Problem & { resource: { id: string; scope: string } }>(
        `/user/v7/connections/${id}`,
        { method: 'PATCH', json: { resource: { scope } } },
      );
    const reduced = await reduce('read');
    expect([reduced.status, reduced.body.resource]).toMatchObject([200, { id, scope: 'read' }]);
    await expectNarrowed(client, wide);
    const widened = await reduce('readwrite');
    expect([widened.status, widened.body.code]).toEqual([400, 'validation_failed']);
  });

  it('the registry takes a scope away from the client', async () => {
    const client = await register(world.operator, { scopes: ['read', 'readwrite'] });
    const wide = await client.connect(world.member, { scope: 'readwrite' });
    await world.operator.send(`/admin/v7/oauth-clients/${client.client.id}`, {
      method: 'PATCH',
      json: { resource: { scopes: ['read'] } },
    });
    // The database tells all nodes, also the one that has done it.
    await eventually(
      () => client.use(wide.access_token),
      (status) => status === 401,
      1000,
    );
    await expectNarrowed(client, wide);
  });
});

describe('`scope` on a refresh may narrow the access token, never widen it (RFC 6749 §6)', () => {
  it('it narrows this access token and leaves the refresh token’s scope as it was', async () => {
    const tokens = await both.connect(world.member, { scope: 'readwrite' });
    const narrowed = await both.refresh(tokens.refresh_token, { scope: 'read' });
    expect([narrowed.status, narrowed.body.scope]).toEqual([200, 'read']);
    expect((await createCheck(narrowed.body.access_token)).status).toBe(403);
    const next = await both.refresh(narrowed.body.refresh_token);
    expect([next.status, next.body.scope]).toEqual([200, 'readwrite']);
    expect((await createCheck(next.body.access_token)).status).toBe(201);
  });

  it.each([
    ['wider', 'readwrite'],
    ['wider beside what was granted', 'read readwrite'],
    ['unknown', 'admin'],
    ['unknown beside what was granted', 'read offline_access'],
    ['in another case', 'READ'],
    ['giant (CVE-2026-4634)', 'read '.repeat(10_000)],
    ['giant within one word', 'r'.repeat(50_000)],
  ])('a %s scope is refused and does not use the refresh token up', async (_, scope) => {
    const tokens = await both.connect(world.member, { scope: 'read' });
    const refused = await both.refresh(tokens.refresh_token, { scope });
    expect(refused.status).toBe(400);
    expect(['invalid_scope', 'invalid_request']).toContain(refused.body.error);
    expect((await both.refresh(tokens.refresh_token)).status).toBe(200);
  });

  it('an empty scope counts as omitted (RFC 6749 §3.2)', async () => {
    const tokens = await both.connect(world.member, { scope: 'readwrite' });
    const answer = await both.refresh(tokens.refresh_token, { scope: '' });
    expect(answer.body.scope).toBe('readwrite');
  });

  it('and so does one of blanks, whatever was granted', async () => {
    const tokens = await both.connect(world.member, { scope: 'read' });
    const answer = await both.refresh(tokens.refresh_token, { scope: '  ' });
    expect([answer.status, answer.body.scope]).toEqual([200, 'read']);
  });

  it('the scope in the answer is in the order asked', async () => {
    const tokens = await both.connect(world.member, { scope: 'read readwrite' });
    expect(tokens.scope).toBe('read readwrite');
    const answer = await both.refresh(tokens.refresh_token, { scope: 'readwrite read' });
    expect(answer.body.scope).toBe('readwrite read');
  });
});

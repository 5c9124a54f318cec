import {
  eventually,
  NEW_CLIENT,
  type Problem,
  register,
  type RegisteredClient,
  REGISTRY,
  send,
  sql,
  startWorld,
  substance,
  type World,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.server.stop());

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

type ClientAnswer = { resource: RegisteredClient } & Problem;
const create = (resource: object) =>
  world.operator.send<ClientAnswer>(REGISTRY, { json: { resource } });
const get = (id: string) => world.operator.send<ClientAnswer>(`${REGISTRY}/${id}`);
const patch = (id: string, resource: object) =>
  world.operator.send<ClientAnswer>(`${REGISTRY}/${id}`, { method: 'PATCH', json: { resource } });

describe('registering a client', () => {
  it('answers 201 with the client and, for a confidential one, the only sight of its secret', async () => {
    const answer = await create({
      ...NEW_CLIENT,
      clientId: 'all-fields',
      description: 'Für Tests',
      descriptionEn: 'For tests',
      scopes: ['read'],
      logoUri: 'https://testhaus.example/logo.svg',
      homepageUri: 'https://testhaus.example',
      privacyPolicyUri: 'https://testhaus.example/datenschutz',
      startUri: 'https://testhaus.example/start',
      contactEmail: 'entwicklung@testhaus.example',
      listed: false,
    });
    expect(answer.status).toBe(201);
    const { secret, ...client } = answer.body.resource;
    expect(client).toEqual({
      id: expect.stringMatching(UUID),
      clientId: 'all-fields',
      name: 'Testanwendung',
      description: 'Für Tests',
      descriptionEn: 'For tests',
      publisher: 'Testhaus GmbH',
      publisherVerified: false,
      kind: 'confidential',
      redirectUris: ['https://testhaus.example/callback'],
      scopes: ['read'],
      requirePkce: false,
      status: 'active',
      logoUri: 'https://testhaus.example/logo.svg',
      homepageUri: 'https://testhaus.example',
      privacyPolicyUri: 'https://testhaus.example/datenschutz',
      startUri: 'https://testhaus.example/start',
      contactEmail: 'entwicklung@testhaus.example',
      listed: false,
      accountIds: null,
      accounts: null,
      publisherVerification: null,
      version: 1,
      secrets: [
        {
          id: secret?.id,
          name: null,
          lastFour: secret?.value.slice(-4),
          createdAt: secret?.createdAt,
          expiresAt: null,
          lastUsedAt: null,
        },
      ],
      createdAt: expect.stringMatching(TIME),
      updatedAt: expect.stringMatching(TIME),
    });
    expect(secret).toEqual({
      id: expect.stringMatching(UUID),
      value: expect.stringMatching(/^[A-Za-z0-9_-]{43,}$/),
      lastFour: expect.stringMatching(/^.{4}$/),
      createdAt: expect.stringMatching(TIME),
    });
    const seen = await get(client.id);
    expect(seen.body.resource).toEqual(client);
    const listed = await world.operator.send(REGISTRY);
    expect(seen.text + listed.text).not.toContain(secret?.value);
  });

  it('requirePkce defaults to true', async () => {
    const { requirePkce: _, ...resource } = NEW_CLIENT;
    expect((await create(resource)).body.resource.requirePkce).toBe(true);
  });

  it('a public client gets no secret, cannot get one, and always needs PKCE', async () => {
    const resource = { ...NEW_CLIENT, kind: 'public', requirePkce: true };
    const { client } = await create(resource).then((answer) => ({ client: answer.body.resource }));
    expect(client).not.toHaveProperty('secret');
    expect(client.secrets).toEqual([]);
    const rotated = await world.operator.send(`${REGISTRY}/${client.id}/secrets`, { json: {} });
    expect(rotated.status).toBe(409);
    expect((await create({ ...resource, requirePkce: false })).status).toBe(400);
    expect((await patch(client.id, { requirePkce: false })).status).toBe(400);
  });

  it('a clientId that is in use, or was, is 409', async () => {
    const first = await create({ ...NEW_CLIENT, clientId: 'taken' });
    expect((await create({ ...NEW_CLIENT, clientId: 'taken' })).status).toBe(409);
    await world.operator.send(`${REGISTRY}/${first.body.resource.id}`, { method: 'DELETE' });
    const again = await create({ ...NEW_CLIENT, clientId: 'taken' });
    expect([again.status, again.body.code]).toEqual([409, 'conflict']);
  });

  it('what is wrong is 400 validation_failed with the field, and nothing is written', async () => {
    const wrong: [string, object][] = [
      ['name', { ...NEW_CLIENT, name: '' }],
      ['name', { ...NEW_CLIENT, name: 'Makler\u202Ewelt' }],
      ['name', { ...NEW_CLIENT, name: 'a\nb' }],
      ['publisher', { ...NEW_CLIENT, publisher: '   ' }],
      ['clientId', { ...NEW_CLIENT, clientId: 'a b' }],
      ['clientId', { ...NEW_CLIENT, clientId: 'x'.repeat(65) }],
      ['clientId', { ...NEW_CLIENT, clientId: '' }],
      ['kind', { ...NEW_CLIENT, kind: 'native' }],
      ['scopes', { ...NEW_CLIENT, scopes: undefined }],
      ['scopes', { ...NEW_CLIENT, scopes: [] }],
      ['scopes', { ...NEW_CLIENT, scopes: ['admin'] }],
      ['scopes', { ...NEW_CLIENT, scopes: 'read' }],
      ['requirePkce', { ...NEW_CLIENT, requirePkce: 'false' }],
      ['logoUri', { ...NEW_CLIENT, logoUri: 'javascript:alert(1)' }],
      ['homepageUri', { ...NEW_CLIENT, homepageUri: 'http://testhaus.example' }],
      ['privacyPolicyUri', { ...NEW_CLIENT, privacyPolicyUri: 'data:text/html,x' }],
      ['startUri', { ...NEW_CLIENT, startUri: 'https://user@testhaus.example' }],
      ['status', { ...NEW_CLIENT, status: 'active' }],
      ['secret', { ...NEW_CLIENT, secret: 'mine' }],
      ['id', { ...NEW_CLIENT, id: crypto.randomUUID() }],
    ];
    // What a deleted client leaves to be done goes by itself.
    const endings = () => sql(world.server.databaseUrl, 'SELECT FROM connection_endings');
    await eventually(endings, ({ length }) => length === 0);
    const before = await substance(world.server.databaseUrl);
    for (const [field, resource] of wrong) {
      const answer = await create(resource);
      expect([field, answer.status, answer.body.code]).toEqual([field, 400, 'validation_failed']);
      expect(answer.body.errors?.map((error) => error.field.split('.')[0])).toContain(field);
    }
    expect(await substance(world.server.databaseUrl)).toEqual(before);
  });
});

describe('changing and deleting a client', () => {
  it('PATCH changes what is given and nothing else', async () => {
    const { client } = await register(world.operator);
    const { secret: _, ...before } = client;
    const answer = await patch(client.id, { name: 'Anders', scopes: ['read'] });
    expect(answer.status).toBe(200);
    expect(answer.body.resource).toEqual({
      ...before,
      name: 'Anders',
      scopes: ['read'],
      updatedAt: expect.stringMatching(TIME),
      version: 2,
    });
  });

  it('clientId and kind stay for good', async () => {
    const { client } = await register(world.operator);
    for (const change of [{ clientId: 'other' }, { kind: 'public' }]) {
      expect((await patch(client.id, change)).status).toBe(400);
    }
  });

  it('a redirect URI that is taken away works no more, from the next request on', async () => {
    const one = await register(world.operator);
    await patch(one.client.id, { redirectUris: ['https://testhaus.example/new'] });
    await expect(one.code(world.member)).rejects.toThrow('invalid_redirect_uri');
  });

  it('scopes that are taken away cannot be asked for any more', async () => {
    const one = await register(world.operator);
    await patch(one.client.id, { scopes: ['read'] });
    await expect(one.code(world.member, { scope: 'readwrite' })).rejects.toThrow('invalid_scope');
  });

  it('DELETE is 204 and for good: after that everything about it is 404', async () => {
    const { client } = await register(world.operator);
    const remove = () => world.operator.send(`${REGISTRY}/${client.id}`, { method: 'DELETE' });
    expect((await remove()).status).toBe(204);
    expect((await remove()).status).toBe(404);
    expect((await get(client.id)).status).toBe(404);
    expect((await patch(client.id, { name: 'x' })).status).toBe(404);
    const rotate = await world.operator.send(`${REGISTRY}/${client.id}/secrets`, { json: {} });
    expect(rotate.status).toBe(404);
    const log = await world.operator.send(`${REGISTRY}/${client.id}/requests`);
    expect(log.status).toBe(404);
  });

  it('rotating answers 201 with the one sight of the new secret', async () => {
    const { client } = await register(world.operator);
    const answer = await world.operator.send<{ resource: Record<string, unknown> }>(
      `${REGISTRY}/${client.id}/secrets`,
      { json: { resource: {} } },
    );
    expect(answer.status).toBe(201);
    expect(answer.body.resource).toEqual({
      id: expect.stringMatching(UUID),
      name: null,
      value: expect.stringMatching(/^[A-Za-z0-9_-]{43,}$/),
      lastFour: String(answer.body.resource['value']).slice(-4),
      createdAt: expect.stringMatching(TIME),
      expiresAt: null,
    });
    expect((await get(client.id)).text).not.toContain(answer.body.resource['value']);
  });

  it('a malformed id is 404, whatever it looks like', async () => {
    for (const id of ['x', '1', "'", crypto.randomUUID(), 'maklerwelt-crm', '%2e%2e', 'null']) {
      expect((await get(id)).status).toBe(404);
      expect((await patch(id, { name: 'x' })).status).toBe(404);
    }
  });
});

describe('the registry is the operators’', () => {
  it('members and admins of an account are refused: 403, and change nothing', async () => {
    const { client } = await register(world.operator);
    for (const person of [world.member, world.admin, world.stranger]) {
      for (const message of [
        { path: REGISTRY },
        { path: REGISTRY, json: { resource: NEW_CLIENT } },
        { path: `${REGISTRY}/${client.id}` },
        { path: `${REGISTRY}/${client.id}`, method: 'PATCH', json: { resource: { name: 'x' } } },
        { path: `${REGISTRY}/${client.id}`, method: 'DELETE' },
        { path: `${REGISTRY}/${client.id}/secrets`, json: {} },
        { path: `${REGISTRY}/${client.id}/requests` },
      ]) {
        const { path, ...rest } = message;
        const answer = await person.send(path, rest);
        expect([path, answer.status, answer.body.code]).toEqual([path, 403, 'forbidden']);
      }
    }
    const { secret: _, ...unchanged } = client;
    expect((await get(client.id)).body.resource).toEqual(unchanged);
  });

  it('nobody is asked to sign in: 401', async () => {
    expect((await send(world.url, REGISTRY)).status).toBe(401);
  });

  it('lists every client with limit and cursor, each once', async () => {
    interface Page {
      resources: RegisteredClient[];
      meta: { nextCursor?: string };
    }
    const all = (await world.operator.send<Page>(`${REGISTRY}?limit=100`)).body.resources;
    const seen: string[] = [];
    let next = '?limit=3';
    while (next !== '') {
      const page = (await world.operator.send<Page>(`${REGISTRY}${next}`)).body;
      seen.push(...page.resources.map(({ id }) => id));
      const { nextCursor } = page.meta;
      next = nextCursor === undefined ? '' : `?limit=3&cursor=${encodeURIComponent(nextCursor)}`;
    }
    expect(seen).toEqual(all.map(({ id }) => id));
    expect(all.map(({ clientId }) => clientId)).toEqual(
      expect.arrayContaining(['maklerwelt-crm', 'assistent-desktop', 'belegscanner']),
    );
  });
});

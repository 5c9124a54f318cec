import {
  challengeOf,
  type Form,
  type PortalUser,
  type Problem,
  query,
  register,
  startWorld,
  type World,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const CALLBACK = 'https://testhaus.example/callback';
const CHALLENGE = challengeOf('v'.repeat(43));
const PATH = '/user/v7/oauth-authorization-request';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await Promise.all([
    register(world.operator, { clientId: 'plain' }),
    register(world.operator, { clientId: 'reader', scopes: ['read'] }),
    register(world.operator, { clientId: 'strict', requirePkce: true }),
    register(world.operator, {
      clientId: 'two-uris',
      redirectUris: [CALLBACK, 'https://testhaus.example/other'],
    }),
    register(world.operator, {
      clientId: 'with-query',
      redirectUris: ['https://testhaus.example/callback?tenant=7&x=%20'],
    }),
    register(world.operator, { clientId: 'switched-off' }).then(({ client }) =>
      world.operator.send(`/admin/v7/oauth-clients/${client.id}`, {
        method: 'PATCH',
        json: { resource: { status: 'disabled' } },
      }),
    ),
    register(world.operator, { clientId: 'deleted' }).then(({ client }) =>
      world.operator.send(`/admin/v7/oauth-clients/${client.id}`, { method: 'DELETE' }),
    ),
  ]);
});
afterAll(() => world.server.stop());

interface Page {
  resource: {
    clientVersion: string;
    connectionVersion: string;
    redirectUri: string;
    scope: string;
    scopes: string[];
    state: string | null;
    codeChallenge: string | null;
    codeChallengeMethod: string | null;
    denyRedirectTo: string;
  };
}

const open = (parameters: Form) =>
  world.member.send<Page & Problem>(`${PATH}?${query(parameters)}`);

const VALID = { clientId: 'plain', redirectUri: CALLBACK, response_type: 'code', state: 'open' };
const without = (name: keyof typeof VALID) =>
  Object.fromEntries(Object.entries(VALID).filter(([key]) => key !== name));
const twice = (...more: [string, string][]): Form => [...Object.entries(VALID), ...more];

describe('what an authorization request may say', () => {
  it('both spellings of each parameter are taken', async () => {
    const documented = await open({
      ...VALID,
      codeChallenge: CHALLENGE,
      codeChallengeMethod: 'S256',
    });
    const standard = await open({
      client_id: 'plain',
      redirect_uri: CALLBACK,
      response_type: 'code',
      state: 'open',
      code_challenge: CHALLENGE,
      code_challenge_method: 'S256',
    });
    expect([documented.status, standard.status]).toEqual([200, 200]);
    expect(standard.body).toEqual(documented.body);
    expect(standard.body.resource).toMatchObject({
      codeChallenge: CHALLENGE,
      codeChallengeMethod: 'S256',
    });
  });

  it('both spellings with the same value are fine', async () => {
    const answer = await open({
      ...VALID,
      client_id: 'plain',
      redirect_uri: CALLBACK,
      codeChallenge: CHALLENGE,
      code_challenge: CHALLENGE,
      codeChallengeMethod: 'S256',
      code_challenge_method: 'S256',
    });
    expect(answer.status).toBe(200);
  });

  it('unknown parameters are ignored, also those named like an object’s own (RFC 6749 §3.1)', async () => {
    const answer = await open([
      ...Object.entries(VALID),
      ['nonce', 'n'],
      ['nonce', 'n'],
      ['prompt', 'consent'],
      ['__proto__', 'x'],
      ['constructor', 'x'],
      ['toString', 'x'],
    ]);
    expect(answer.status).toBe(200);
  });

  it('a parameter without a value counts as omitted (RFC 6749 §3.1)', async () => {
    const answer = await open({ ...VALID, scope: '', redirectUri: '', resource: '', state: '' });
    expect(answer.status).toBe(200);
    expect(answer.body.resource).toMatchObject({
      scope: 'readwrite',
      redirectUri: CALLBACK,
      state: null,
    });
  });

  it('with one registered URI redirectUri may be left out', async () => {
    const answer = await open(without('redirectUri'));
    expect(answer.status).toBe(200);
    expect(answer.body.resource.redirectUri).toBe(CALLBACK);
  });

  it.each([
    ['the server itself', () => [world.url]],
    ['a path below it', () => [`${world.url}/user/v7/checks`]],
    ['several of ours (RFC 8707 §2)', () => [world.url, `${world.url}/user/v7`]],
  ])('resource may be %s', async (_, resources) => {
    const answer = await open(
      twice(...resources().map((uri): [string, string] => ['resource', uri])),
    );
    expect(answer.status).toBe(200);
  });

  it.each([
    'open',
    'a b+c&d=e?f#g/%20"\\<script>',
    'https://crm.example/?return=%2Fcustomers',
    'Zurück zu Müller & Söhne – 日本語 🦊',
    'x'.repeat(2000),
  ])('state comes back as it came in: %s (RFC 6749 §4.1.2)', async (state) => {
    const link = new URL(`${PATH}?${query({ ...VALID, state })}`, world.url);
    const granted = await world.member.grant(link);
    const refused = await world.member.refuse(link);
    const failed = await open({ ...VALID, state, response_type: 'token' });
    expect(granted.searchParams.get('state')).toBe(state);
    expect(refused.searchParams.get('state')).toBe(state);
    expect(new URL(failed.body.redirectTo ?? '').searchParams.get('state')).toBe(state);
  });
});

describe('the page is not trusted: the grant validates again', () => {
  const grant = (resource: object) =>
    world.member.send('/user/v7/oauth-codes', { json: { resource } });
  const cases: [string, string, object][] = [
    ['an unknown client', 'unknown_client', { clientId: 'nobody' }],
    ['a disabled client', 'unknown_client', { clientId: 'switched-off' }],
    [
      'a redirect URI that is not registered',
      'invalid_redirect_uri',
      { clientId: 'plain', redirectUri: 'https://evil.example/' },
    ],
    [
      'a scope that the client may not ask for',
      'invalid_scope',
      { clientId: 'reader', scope: 'readwrite' },
    ],
    ['no challenge where PKCE is required', 'invalid_request', { clientId: 'strict' }],
    [
      // As text it cannot be read, whatever it was meant for.
      'a state with half a surrogate pair, which no URI can carry back',
      'validation_failed',
      { clientId: 'plain', state: 'a\ud800' },
    ],
    [
      'the method plain',
      'invalid_request',
      { clientId: 'plain', codeChallenge: CHALLENGE, codeChallengeMethod: 'plain' },
    ],
  ];

  it.each(cases)('%s is %s and opens no connection', async (_, code, resource) => {
    const before = await world.member.send('/user/v7/connections');
    const answer = await grant(resource);
    expect([answer.status, answer.body.code]).toEqual([400, code]);
    const after = await world.member.send('/user/v7/connections');
    expect(after.body).toEqual(before.body);
  });

  it('for anybody but the user whom the page has named is 409 user_changed, and nothing is granted', async () => {
    const idOf = async (user: PortalUser) =>
      (await user.send<{ resource: { id: string } }>('/user/v7/users/me')).body.resource.id;
    const shown = await idOf(world.admin);
    const before = await world.member.send('/user/v7/connections');
    const refused = await grant({ clientId: 'plain', userId: shown });
    expect([refused.status, refused.body.code]).toEqual([409, 'user_changed']);
    expect((await world.member.send('/user/v7/connections')).body).toEqual(before.body);

    expect((await grant({ clientId: 'plain', userId: await idOf(world.member) })).status).toBe(201);
  });

  it('for a client that is shown otherwise by then is 409 client_changed, and nothing is granted', async () => {
    const { client } = await register(world.operator, { clientId: 'renamed' });
    const parameters = { ...VALID, clientId: 'renamed' };
    const shown = async () => (await open(parameters)).body.resource.clientVersion;
    const change = (changes: object) =>
      world.operator.send(`/admin/v7/oauth-clients/${client.id}`, {
        method: 'PATCH',
        json: { resource: changes },
      });
    const before = await shown();
    // What the page does not show is nothing to decide on again.
    await change({ scopes: ['read', 'readwrite'], listed: false });
    expect(await shown()).toBe(before);
    await change({ name: 'Ganz anders' });
    const refused = await grant({ clientId: 'renamed', clientVersion: before });
    expect([refused.status, refused.body.code]).toEqual([409, 'client_changed']);
    const connections = JSON.stringify((await world.member.send('/user/v7/connections')).body);
    expect(connections).not.toContain('Ganz anders');

    expect((await grant({ clientId: 'renamed', clientVersion: await shown() })).status).toBe(201);
  });

  it('for a connection that is otherwise by then is 409 connection_changed, and nothing is granted', async () => {
    await register(world.operator, { clientId: 'two-windows' });
    const parameters = { ...VALID, clientId: 'two-windows' };
    const shown = async () => (await open(parameters)).body.resource.connectionVersion;
    const connections = async () => {
      const { body } = await world.member.send<{
        resources: { id: string; client: { clientId: string } }[];
      }>('/user/v7/connections');
      return body.resources.filter(({ client }) => client.clientId === 'two-windows');
    };
    const allow = (connectionVersion?: string, scope = 'readwrite') =>
      grant({ clientId: 'two-windows', scope, connectionVersion });
    const refused = async (connectionVersion: string) => {
      const before = await connections();
      const { status, body } = await allow(connectionVersion);
      expect([status, body.code]).toEqual([409, 'connection_changed']);
      expect(await connections()).toEqual(before);
    };

    const none = await shown();
    expect((await allow(none)).status).toBe(201);
    await refused(none);

    const opened = await shown();
    expect((await allow(opened)).status).toBe(201);
    // Renewed as it was: the answer still means the same.
    expect((await allow(opened, 'read')).status).toBe(201);
    await refused(opened);

    const reduced = await shown();
    const [active] = await connections();
    await world.member.send(`/user/v7/connections/${active?.id}`, { method: 'DELETE' });
    await refused(reduced);
    await refused(opened);

    // As published: what the page has shown is not said.
    expect((await allow()).status).toBe(201);
    expect((await allow()).status).toBe(201);
  });
});

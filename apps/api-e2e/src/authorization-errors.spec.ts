import {
  challengeOf,
  type Form,
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

describe('an error stays on the page until client and redirect URI are known to belong together (RFC 6749 §4.1.2.1)', () => {
  const cases: [rule: string, code: string, parameters: () => Form][] = [
    ['no clientId', 'invalid_request', () => without('clientId')],
    ['an empty clientId', 'invalid_request', () => ({ ...VALID, clientId: '' })],
    ['an unknown client', 'unknown_client', () => ({ ...VALID, clientId: 'nobody' })],
    ['a clientId in another case', 'unknown_client', () => ({ ...VALID, clientId: 'PLAIN' })],
    ['a disabled client', 'unknown_client', () => ({ ...VALID, clientId: 'switched-off' })],
    ['a deleted client', 'unknown_client', () => ({ ...VALID, clientId: 'deleted' })],
    ['clientId twice', 'invalid_request', () => twice(['clientId', 'two-uris'])],
    ['clientId twice, the same', 'invalid_request', () => twice(['clientId', 'plain'])],
    ['unequal spellings of the client id', 'invalid_request', () => twice(['client_id', 'reader'])],
    [
      'a redirect URI that is not registered',
      'invalid_redirect_uri',
      () => ({ ...VALID, redirectUri: 'https://evil.example/callback' }),
    ],
    ['redirectUri twice', 'invalid_request', () => twice(['redirectUri', CALLBACK])],
    [
      'unequal spellings of the redirect URI',
      'invalid_request',
      () => twice(['redirect_uri', 'https://testhaus.example/other']),
    ],
    [
      'no redirect URI where several are registered',
      'invalid_redirect_uri',
      () => ({ ...without('redirectUri'), clientId: 'two-uris' }),
    ],
    [
      'an array in brackets instead of a redirect URI',
      'invalid_redirect_uri',
      () => ({ ...without('redirectUri'), clientId: 'two-uris', 'redirectUri[]': CALLBACK }),
    ],
    [
      'unequal spellings of the challenge',
      'invalid_request',
      () =>
        twice(
          ['codeChallenge', CHALLENGE],
          ['code_challenge', challengeOf('w')],
          ['code_challenge_method', 'S256'],
        ),
    ],
    [
      'unequal spellings of the challenge method',
      'invalid_request',
      () =>
        twice(
          ['code_challenge', CHALLENGE],
          ['code_challenge_method', 'S256'],
          ['codeChallengeMethod', 'plain'],
        ),
    ],
  ];

  it.each(cases)('%s is %s on the page', async (_, code, parameters) => {
    const answer = await open(parameters());
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.body.code).toBe(code);
    expect(answer.body).not.toHaveProperty('redirectTo');
  });
});

it('a clientId that is nearly right is told to the developer of the client, and to nobody else', async () => {
  const { client } = await register(world.operator, { clientId: 'bestandsblick' });
  const detail = async (clientId: string) => (await open({ ...VALID, clientId })).body.detail;
  expect(await detail('bestandblick')).not.toContain('bestandsblick');
  const { email } = (await world.member.send<{ resource: { email: string } }>('/user/v7/users/me'))
    .body.resource;
  const developers = `/admin/v7/oauth-clients/${client.id}/developers`;
  const added = await world.operator.send(developers, { json: { resource: { email } } });
  expect(added.status).toBe(201);
  for (const near of ['bestandblick', 'Bestandsblick', 'bestandsblick-']) {
    expect(await detail(near)).toContain('You look after bestandsblick');
  }
  expect(await detail('elsewhere')).not.toContain('bestandsblick');
});

describe('every other error goes back to the client with error, state and iss (RFC 6749 §4.1.2.1, RFC 9207)', () => {
  const cases: [rule: string, error: string, parameters: () => Form][] = [
    ['no response_type', 'invalid_request', () => without('response_type')],
    [
      'response_type=token',
      'unsupported_response_type',
      () => ({ ...VALID, response_type: 'token' }),
    ],
    [
      'response_type=code token',
      'unsupported_response_type',
      () => ({ ...VALID, response_type: 'code token' }),
    ],
    ['response_type twice', 'invalid_request', () => twice(['response_type', 'code'])],
    ['an unknown scope', 'invalid_scope', () => ({ ...VALID, scope: 'admin' })],
    ['a scope in another case', 'invalid_scope', () => ({ ...VALID, scope: 'READ' })],
    ['one unknown scope of two', 'invalid_scope', () => ({ ...VALID, scope: 'read openid' })],
    [
      'a scope that the client may not ask for',
      'invalid_scope',
      () => ({ ...VALID, clientId: 'reader', scope: 'readwrite' }),
    ],
    [
      'both scopes, of which the client may ask for one',
      'invalid_scope',
      () => ({ ...VALID, clientId: 'reader', scope: 'read readwrite' }),
    ],
    [
      'a giant scope (CVE-2026-4634)',
      'invalid_scope',
      () => ({ ...VALID, scope: 'read '.repeat(800) }),
    ],
    ['scope twice', 'invalid_request', () => twice(['scope', 'read'], ['scope', 'readwrite'])],
    [
      'no challenge from a client that must use PKCE',
      'invalid_request',
      () => ({ ...VALID, clientId: 'strict' }),
    ],
    [
      'a challenge without a method, which would be plain (RFC 7636 §4.3)',
      'invalid_request',
      () => ({ ...VALID, code_challenge: CHALLENGE }),
    ],
    [
      'the method plain',
      'invalid_request',
      () => ({ ...VALID, code_challenge: CHALLENGE, code_challenge_method: 'plain' }),
    ],
    [
      'a method in another case',
      'invalid_request',
      () => ({ ...VALID, code_challenge: CHALLENGE, code_challenge_method: 's256' }),
    ],
    [
      'a method without a challenge',
      'invalid_request',
      () => ({ ...VALID, code_challenge_method: 'S256' }),
    ],
    [
      'an empty challenge, which would be none (CVE-2024-22258)',
      'invalid_request',
      () => ({ ...VALID, code_challenge: '', code_challenge_method: 'S256' }),
    ],
    [
      'a challenge that is not SHA-256',
      'invalid_request',
      () => ({ ...VALID, code_challenge: CHALLENGE.slice(1), code_challenge_method: 'S256' }),
    ],
    [
      'a padded challenge',
      'invalid_request',
      () => ({ ...VALID, code_challenge: `${CHALLENGE}=`, code_challenge_method: 'S256' }),
    ],
    [
      'code_challenge twice',
      'invalid_request',
      () =>
        twice(
          ['code_challenge', CHALLENGE],
          ['code_challenge', CHALLENGE],
          ['code_challenge_method', 'S256'],
        ),
    ],
    [
      'another server as resource (RFC 8707 §2)',
      'invalid_target',
      () => ({ ...VALID, resource: 'https://api.other.example' }),
    ],
    [
      'a resource that only begins like ours',
      'invalid_target',
      () => ({ ...VALID, resource: `${world.url}.evil.example/` }),
    ],
    [
      'our address as user information of another host',
      'invalid_target',
      () => ({ ...VALID, resource: `${world.url}@evil.example/` }),
    ],
    [
      'our address with a query, which is not a path below it',
      'invalid_target',
      () => ({ ...VALID, resource: `${world.url}?x=1` }),
    ],
    [
      'another port of our host as resource',
      'invalid_target',
      () => ({ ...VALID, resource: `${world.url}1` }),
    ],
    [
      'a resource with a fragment (RFC 8707 §2)',
      'invalid_target',
      () => ({ ...VALID, resource: `${world.url}/#a` }),
    ],
    ['a relative resource', 'invalid_target', () => ({ ...VALID, resource: '/user/v7' })],
    [
      'one foreign resource of two',
      'invalid_target',
      () => twice(['resource', world.url], ['resource', 'https://api.other.example']),
    ],
  ];

  it.each(cases)('%s is %s, sent to the client', async (_, error, parameters) => {
    const answer = await open(parameters());
    expect(answer.status).toBe(400);
    expect(answer.body.code).toBe(error);
    const target = new URL(answer.body.redirectTo ?? '');
    expect(target.origin + target.pathname).toBe(CALLBACK);
    expect(Object.fromEntries(target.searchParams)).toEqual({
      error,
      error_description: expect.stringMatching(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/),
      state: 'open',
      iss: world.url,
    });
  });

  it('the error keeps the query that is registered with the redirect URI (RFC 6749 §3.1.2)', async () => {
    const answer = await open({ clientId: 'with-query', response_type: 'token', state: 'open' });
    expect(answer.body.redirectTo).toMatch(
      /^https:\/\/testhaus\.example\/callback\?tenant=7&x=%20&error=unsupported_response_type&/,
    );
  });

  it('an error without a state brings none back (RFC 6749 §4.1.2.1)', async () => {
    const answer = await open({ ...without('state'), response_type: 'token' });
    expect(new URL(answer.body.redirectTo ?? '').searchParams.has('state')).toBe(false);
  });

  it('a state sent twice is invalid_request and neither of the two comes back (RFC 6749 §3.1)', async () => {
    const answer = await open(twice(['state', 'other']));
    expect(answer.body.code).toBe('invalid_request');
    expect(new URL(answer.body.redirectTo ?? '').searchParams.has('state')).toBe(false);
  });
});

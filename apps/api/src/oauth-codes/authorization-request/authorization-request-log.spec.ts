import { PortalUser } from '@flixcheck/test-harness';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import { MINUTE } from '../../config/clock.js';
import type { OAuthClientCreateInput } from '../../oauth-clients/registry.dto.js';
import { ClientRegistry } from '../../oauth-clients/registry.service.js';
import { RequestLog } from '../../oauth-clients/request-log.js';
import { AppLogger } from '../../telemetry/app-logger.js';
import { createTestApp, type TestApp } from '../../testing/test-app.js';

let api: TestApp;
let member: PortalUser;
let client: { id: string; clientId: string };
beforeAll(async () => {
  api = await createTestApp();
  member = await PortalUser.signIn(api.url);
});
afterAll(() => api.close());
beforeEach(async () => {
  client = await register();
});
afterEach(() => {
  jest.restoreAllMocks();
});

const CALLBACK = 'https://protokoll.example/callback';
const CHALLENGE = { code_challenge: 'c'.repeat(43), code_challenge_method: 'S256' };

const register = (changes: Partial<OAuthClientCreateInput> = {}) =>
  api.app.get(ClientRegistry).create(
    {
      name: 'Protokoll',
      publisher: 'Protokoll GmbH',
      kind: 'confidential',
      redirectUris: [CALLBACK],
      scopes: ['read'],
      ...changes,
    },
    null,
  );
const ask = (parameters: Record<string, string> | [string, string][]) => {
  const query = new URLSearchParams([['clientId', client.clientId], ...pairs(parameters)]);
  return member.call('GET', `/user/v7/oauth-authorization-request?${query}`);
};
const pairs = (parameters: Record<string, string> | [string, string][]) =>
  Array.isArray(parameters) ? parameters : Object.entries(parameters);
const logged = async (id = client.id) => (await api.app.get(RequestLog).list(id, {})).resources;
const good = { response_type: 'code', redirectUri: CALLBACK, ...CHALLENGE };

describe('the request log of a client has its refused authorization requests', () => {
  it.each<[reason: string, error: string, Record<string, string> | [string, string][]]>([
    ['redirect_uri_unregistered', 'invalid_redirect_uri', { ...good, redirectUri: `${CALLBACK}/` }],
    ['spellings_differ', 'invalid_request', { ...good, redirect_uri: 'https://x.example/' }],
    [
      'parameter_repeated',
      'invalid_request',
      [...Object.entries(good), ['redirectUri', 'https://x.example/']],
    ],
    [
      'parameter_repeated',
      'invalid_request',
      [...Object.entries(good), ['scope', 'a'], ['scope', 'b']],
    ],
    ['response_type_missing', 'invalid_request', { redirectUri: CALLBACK, ...CHALLENGE }],
    ['response_type_unsupported', 'unsupported_response_type', { ...good, response_type: 'token' }],
    ['scope_invalid', 'invalid_scope', { ...good, scope: 'admin' }],
    ['pkce_required', 'invalid_request', { response_type: 'code' }],
    ['code_challenge_missing', 'invalid_request', { ...good, code_challenge: '' }],
    [
      'code_challenge_method_unsupported',
      'invalid_request',
      { ...good, code_challenge_method: 'plain' },
    ],
    ['code_challenge_malformed', 'invalid_request', { ...good, code_challenge: 'x' }],
    ['resource_unknown', 'invalid_target', { ...good, resource: 'https://x.example' }],
  ])('%s', async (reason, error, parameters) => {
    const answer = await ask(parameters);
    expect([answer.status, answer.body.code]).toEqual([400, error]);
    expect(await logged()).toMatchObject([
      {
        requestId: answer.body.requestId,
        endpoint: 'authorize',
        outcome: 'failure',
        error,
        reason,
        detail: expect.stringContaining(answer.body.detail),
        ip: '127.0.0.1',
      },
    ]);
  });

  it('redirect_uri_missing, where several are registered', async () => {
    client = await register({ redirectUris: [CALLBACK, `${CALLBACK}/2`] });
    await ask({ response_type: 'code', ...CHALLENGE });
    expect(await logged()).toMatchObject([{ reason: 'redirect_uri_missing' }]);
  });

  it('client_disabled, of which the page says no more than of an unknown one', async () => {
    await api.app.get(ClientRegistry).update(client.id, { status: 'disabled' }, null);
    const { body } = await ask(good);
    expect(body.code).toBe('unknown_client');
    expect(await logged()).toMatchObject([{ error: 'unknown_client', reason: 'client_disabled' }]);
  });

  it('with the redirect URI that was sent, which the page does not repeat', async () => {
    const { body } = await ask({ ...good, redirectUri: `${CALLBACK} ` });
    expect(body.detail).not.toContain(CALLBACK);
    expect((await logged())[0]?.detail).toContain(`"${CALLBACK} "`);
  });

  it('from a caller that creates the code itself, too', async () => {
    const { body } = await member.call('POST', '/user/v7/oauth-codes', {
      resource: { clientId: client.clientId, redirectUri: 'https://x.example/' },
    });
    expect(await logged()).toMatchObject([
      { requestId: body.requestId, endpoint: 'authorize', reason: 'redirect_uri_unregistered' },
    ]);
  });

  it('and none that succeeds', async () => {
    expect((await ask(good)).status).toBe(200);
    expect(await logged()).toEqual([]);
  });

  it('up to 60 a minute from one address, so that nobody fills the log', async () => {
    await Promise.all(Array.from({ length: 80 }, () => ask({})));
    expect(await api.app.get(RequestLog).list(client.id, { limit: 100 })).toMatchObject({
      resources: { length: 59 },
    });
    api.clock.advance(MINUTE);
    const { body } = await ask({});
    expect((await logged())[0]?.requestId).toBe(body.requestId);
  });

  it('without limiting the client’s server at the same address', async () => {
    await Promise.all(Array.from({ length: 80 }, () => ask({})));
    const answer = await fetch(`${api.url}/guest/v7/oauth-tokens`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: client.clientId, grant_type: 'authorization_code' }),
    });
    expect(answer.status).toBe(401);
  });

  it('and fails no request when it cannot be written', async () => {
    jest.spyOn(api.app.get(AppLogger), 'warn').mockImplementation(() => undefined);
    const { query } = api.dataSource;
    jest
      .spyOn(api.dataSource, 'query')
      .mockImplementation(((...statement: Parameters<typeof query>) =>
        statement[0].includes('INSERT INTO oauth_requests')
          ? Promise.reject(new Error('the log is away'))
          : query.apply(api.dataSource, statement)) as typeof query);
    const { status, body } = await ask({ ...good, scope: 'admin' });
    expect([status, body.code]).toEqual([400, 'invalid_scope']);
  });
});

describe('a native application that comes with localhost', () => {
  it('is told of 127.0.0.1, where any port will do (RFC 8252 §7.3)', async () => {
    client = await register({ kind: 'public', redirectUris: ['http://127.0.0.1/callback'] });
    const { body } = await ask({ ...good, redirectUri: 'http://localhost:49152/callback' });
    expect(body.detail).toMatch(/http:\/\/127\.0\.0\.1 .*any port/);
    const other = await ask({ ...good, redirectUri: 'http://127.0.0.1:49152/other' });
    expect(other.body.detail).not.toContain('any port');
  });
});

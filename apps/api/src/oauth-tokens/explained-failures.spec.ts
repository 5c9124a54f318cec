import { PortalUser, ThirdParty } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { s256Challenge } from '@flixcheck/oauth-protocol';
import { HOUR, MINUTE, SECOND } from '../config/clock.js';
import { ClientSecrets } from '../oauth-clients/client-secrets.service.js';
import { ClientRegistry } from '../oauth-clients/registry.service.js';
import { RequestLog } from '../oauth-clients/request-log.js';
import { StoppedClock } from '../testing/stopped-clock.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';

const CALLBACK = 'https://protokoll.example/oauth/callback';
const VERIFIER = 'v'.repeat(43);
const PKCE = { codeChallenge: s256Challenge(VERIFIER), codeChallengeMethod: 'S256' };
const clock = new StoppedClock();

let api: TestApp;
let user: PortalUser;
/** The client of one mistake, with a log of its own. */
let id: string;
let credentials: Record<'client_id' | 'client_secret', string>;
let client: ThirdParty;

beforeAll(async () => {
  api = await createTestApp({ clock });
});
afterAll(() => api.close());
beforeEach(async () => {
  clock.advance(HOUR);
  user = await PortalUser.signIn(api.url);
  const registered = await api.app.get(ClientRegistry).create(
    {
      name: 'Protokoll',
      publisher: 'Protokoll GmbH',
      kind: 'confidential',
      redirectUris: [CALLBACK, 'https://test.protokoll.example/oauth/callback'],
      scopes: ['readwrite'],
      requirePkce: false,
    },
    null,
  );
  ({ id } = registered);
  const { clientId, secret: { value: clientSecret } = { value: '' } } = registered;
  credentials = { client_id: clientId, client_secret: clientSecret };
  client = new ThirdParty(api.url, { clientId, clientSecret, redirectUri: CALLBACK });
});

async function newest() {
  const { resources } = await api.app.get(RequestLog).list(id, { limit: 1 });
  const [entry] = resources;
  if (!entry) throw new Error('the log is empty');
  return entry;
}
const exchange = (more: Record<string, string>) => client.exchange('x'.repeat(43), more);
const post = (init: RequestInit, query = '') =>
  fetch(`${api.url}/guest/v7/oauth-tokens${query}`, { method: 'POST', ...init });
const form = (parameters: Record<string, string> | [string, string][]) => ({
  body: new URLSearchParams(parameters),
});
const lastFour = () => credentials.client_secret.slice(-4);
const ask = (parameters: Record<string, string> | [string, string][]) => {
  const given = Array.isArray(parameters) ? parameters : Object.entries(parameters);
  const query = new URLSearchParams([['response_type', 'code'], ...given]);
  return user.call('GET', `/user/v7/oauth-authorization-request?${query}`);
};

interface Mistake {
  make: () => Promise<unknown>;
  reason: string;
  says: object | (() => object);
}

const MISTAKES: Record<string, Mistake> = {
  'a code that is too old': {
    make: async () => {
      const { code } = await client.code(user);
      clock.advance(MINUTE + 14 * SECOND);
      await client.exchange(code);
    },
    reason: 'code_expired',
    says: () => ({
      code: 'code_expired',
      parameters: {
        secondsAgo: 14,
        expiredAt: new Date(clock.now().getTime() - 14 * SECOND).toISOString(),
      },
    }),
  },
  'a code that was not copied whole': {
    make: () => client.exchange('x'.repeat(40)),
    reason: 'code_unknown',
    says: { code: 'code_length', parameters: { length: 40, expected: 43 } },
  },
  'a code of another client': {
    make: async () => client.exchange((await new ThirdParty(api.url).code(user)).code),
    reason: 'code_of_other_client',
    says: { code: 'code_of_other_client', parameters: {} },
  },
  'a redirect URI that is not the one of the authorization request': {
    make: async () => {
      const { code } = await client.code(user, { redirectUri: CALLBACK });
      await client.exchange(code, { redirect_uri: `${CALLBACK}/` });
    },
    reason: 'redirect_uri_mismatch',
    says: {
      code: 'redirect_uri_differs_from_request',
      parameters: {
        position: 41,
        requested: '…e/oauth/callback',
        sent: '…e/oauth/callback/',
        whole: `${CALLBACK}/`,
      },
    },
  },
  'a redirect URI that is not registered': {
    make: () =>
      ask({
        client_id: credentials.client_id,
        redirect_uri: 'https://protokoll.example/oauth/Callback',
      }),
    reason: 'redirect_uri_unregistered',
    says: {
      code: 'redirect_uri_differs',
      parameters: {
        position: 33,
        registered: '…l.example/oauth/callback',
        sent: '…l.example/oauth/Callback',
        whole: 'https://protokoll.example/oauth/Callback',
      },
    },
  },
  'a secret that was removed': {
    make: async () => {
      const secrets = api.app.get(ClientSecrets);
      await secrets.rotate(id, {}, null);
      const live = (await secrets.listLive([id])).get(id) ?? [];
      const first = live.find((secret) => secret.lastFour === lastFour());
      await secrets.remove(id, first?.id ?? '', null);
      await exchange({});
    },
    reason: 'client_secret_wrong',
    says: () => ({
      code: 'secret_removed',
      parameters: { lastFour: lastFour(), removedAt: clock.now().toISOString() },
    }),
  },
  'a secret that has expired': {
    make: async () => {
      await api.app.get(ClientSecrets).rotate(id, { expireOthersAfterSeconds: 60 }, null);
      clock.advance(2 * MINUTE);
      await exchange({});
    },
    reason: 'client_secret_expired',
    says: () => ({
      code: 'secret_expired',
      parameters: {
        lastFour: lastFour(),
        expiredAt: new Date(clock.now().getTime() - MINUTE).toISOString(),
      },
    }),
  },
  'a secret with a line break': {
    make: () => exchange({ client_secret: `${credentials.client_secret} ` }),
    reason: 'client_secret_wrong',
    says: () => ({ code: 'secret_with_space', parameters: { lastFour: lastFour() } }),
  },
  'a secret in the quotation marks of a configuration file': {
    make: () => exchange({ client_secret: `"${credentials.client_secret}"` }),
    reason: 'client_secret_wrong',
    says: () => ({ code: 'secret_in_quotes', parameters: { lastFour: lastFour() } }),
  },
  'a secret whose beginning is missing': {
    make: () => exchange({ client_secret: credentials.client_secret.slice(1) }),
    reason: 'client_secret_wrong',
    says: () => ({ code: 'secret_like_live', parameters: { lastFour: lastFour() } }),
  },
  'no secret': {
    make: () => exchange({ client_secret: '' }),
    reason: 'client_secret_missing',
    says: {
      code: 'authentication_method',
      parameters: { sent: 'none', expected: 'secret' },
    },
  },
  'a Bearer token instead of the client’s credentials': {
    make: () =>
      post({
        headers: { authorization: 'Bearer x' },
        ...form({ grant_type: 'refresh_token', ...credentials }),
      }),
    reason: 'unsupported_authentication_scheme',
    says: {
      code: 'authentication_scheme',
      parameters: { scheme: 'Bearer' },
    },
  },
  'a verifier of twelve characters': {
    make: () => exchange({ code_verifier: 'v'.repeat(12) }),
    reason: 'code_verifier_malformed',
    says: { code: 'verifier_length', parameters: { length: 12, least: 43, most: 128 } },
  },
  'a verifier with a character that it may not have': {
    make: () => exchange({ code_verifier: `${'v'.repeat(50)}=` }),
    reason: 'code_verifier_malformed',
    says: { code: 'verifier_character', parameters: { position: 51 } },
  },
  'the verifier of another attempt': {
    make: async () => {
      const { code } = await client.code(user, PKCE);
      await client.exchange(code, { code_verifier: 'w'.repeat(43) });
    },
    reason: 'code_verifier_mismatch',
    says: {
      code: 'verifier_differs',
      parameters: { sent: s256Challenge('w'.repeat(43)), requested: PKCE.codeChallenge },
    },
  },
  'a challenge that is the verifier itself': {
    make: async () => {
      const { code } = await client.code(user, { ...PKCE, codeChallenge: VERIFIER });
      await client.exchange(code, { code_verifier: VERIFIER });
    },
    reason: 'code_verifier_mismatch',
    says: { code: 'verifier_plain', parameters: {} },
  },
  'a verifier although the link had no challenge': {
    make: async () => client.exchange((await client.code(user)).code, { code_verifier: VERIFIER }),
    reason: 'code_verifier_unexpected',
    says: { code: 'no_pkce', parameters: {} },
  },
  'no verifier although the link had a challenge': {
    make: async () => client.exchange((await client.code(user, PKCE)).code),
    reason: 'code_verifier_missing',
    says: { code: 'verifier_missing', parameters: {} },
  },
  'an access token instead of the refresh token': {
    make: async () => client.refresh((await client.connect(user)).access_token),
    reason: 'refresh_token_unknown',
    says: { code: 'refresh_is_access_token', parameters: {} },
  },
  'a refresh token that was cut off': {
    make: async () => client.refresh((await client.connect(user)).refresh_token.slice(0, 64)),
    reason: 'refresh_token_unknown',
    says: { code: 'refresh_length', parameters: { length: 64, expected: 86 } },
  },
  'parameters in the query': {
    make: () => post({}, `?${new URLSearchParams({ grant_type: 'x', code: 'x', ...credentials })}`),
    reason: 'parameters_in_query',
    says: {
      code: 'parameters_misplaced',
      parameters: { where: 'query', names: 'grant_type, code, client_id, client_secret' },
    },
  },
  'parameters inside resource': {
    make: () =>
      post({
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ resource: { grant_type: 'x', ...credentials } }),
      }),
    reason: 'parameters_in_resource',
    says: {
      code: 'parameters_misplaced',
      parameters: { where: 'resource', names: 'grant_type, client_id, client_secret' },
    },
  },
  'JSON that is called a form': {
    make: () =>
      post({
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: JSON.stringify({ grant_type: 'x', ...credentials }),
      }),
    reason: 'body_empty',
    says: {
      code: 'parameters_misplaced',
      parameters: { where: 'json', names: 'grant_type, client_id, client_secret' },
    },
  },
  'JSON with an address in it that is called a form': {
    make: () =>
      post({
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: JSON.stringify({
          ...{ redirect_uri: 'https://crm.example/cb?a=1&b=2', ...credentials },
        }),
      }),
    reason: 'body_empty',
    says: {
      code: 'parameters_misplaced',
      parameters: { where: 'json', names: 'redirect_uri, client_id, client_secret' },
    },
  },
  'a client_id that comes twice': {
    make: () => post(form([...Object.entries(credentials), ['client_id', credentials.client_id]])),
    reason: 'parameter_repeated',
    says: { code: 'parameter', parameters: { parameter: 'client_id' } },
  },
  'a link with two client ids': {
    make: () =>
      ask([
        ['client_id', credentials.client_id],
        ['client_id', 'x'],
      ]),
    reason: 'parameter_repeated',
    says: { code: 'parameter', parameters: { parameter: 'client_id' } },
  },
  'a grant type that does not exist': {
    make: () => exchange({ grant_type: 'client_credentials' }),
    reason: 'grant_type_unsupported',
    says: {
      code: 'value_unknown',
      parameters: { parameter: 'grant_type', sent: '"client_credentials"' },
    },
  },
};

describe('the request log explains each failure to the character', () => {
  it.each(Object.entries(MISTAKES))('%s', async (_, { make, reason, says }) => {
    await make();
    const entry = await newest();
    expect([entry.outcome, entry.reason]).toEqual(['failure', reason]);
    expect(entry.explanation).toEqual(typeof says === 'function' ? says() : says);
  });

  it('a code that was used before: when, and by which request', async () => {
    const { code } = await client.code(user);
    const first = await client.exchange(code);
    const usedAt = clock.now().toISOString();
    clock.advance(10 * SECOND);
    await client.exchange(code);
    const requestId = first.headers['x-request-id'];
    const { detail, explanation } = await newest();
    expect(explanation).toEqual({ code: 'code_used', parameters: { usedAt, requestId } });
    expect(detail).toContain(`It was used at ${usedAt} (request ${requestId}).`);
  });

  it('a refresh token that was replaced: when, and by which request', async () => {
    const { refresh_token } = await client.connect(user);
    clock.advance(MINUTE);
    const refreshed = await client.refresh(refresh_token);
    const replacedAt = clock.now().toISOString();
    clock.advance(MINUTE);
    await client.refresh(refresh_token);
    const requestId = refreshed.headers['x-request-id'];
    expect((await newest()).explanation).toEqual({
      code: 'refresh_replaced',
      parameters: { replacedAt, requestId },
    });
  });

  it('the connection that has ended: when', async () => {
    const { refresh_token } = await client.connect(user);
    await client.revoke(refresh_token);
    const endedAt = clock.now().toISOString();
    clock.advance(MINUTE);
    await client.refresh(refresh_token);
    expect((await newest()).explanation).toEqual({
      code: 'connection_ended',
      parameters: { endedAt },
    });
  });
});

describe('what only the log explains', () => {
  it('is not in the answer', async () => {
    const { code } = await client.code(user, PKCE);
    const { body } = await client.exchange(code, { code_verifier: 'w'.repeat(43) });
    expect(body.error_description).toMatch(
      /^The code_verifier does not match the code_challenge of the authorization request\. \S+ ?\S* ?[0-9a-f-]+\)?\.?$/,
    );
  });

  it('holds no code, token, verifier or secret', async () => {
    const sent = 'never-in-any-log-'.padEnd(43, 'x');
    await client.exchange(sent, { code_verifier: sent });
    await client.exchange(`${sent}y`);
    await client.refresh(sent);
    await exchange({ client_secret: sent });
    await post({ headers: { authorization: sent }, ...form({ client_id: credentials.client_id }) });
    await post({}, `?${new URLSearchParams({ code: sent, ...credentials })}`);
    const { resources } = await api.app.get(RequestLog).list(id, {});
    expect(resources).toHaveLength(6);
    expect(JSON.stringify(resources)).not.toMatch(/never-in-any-log|xxxx/);
    expect(JSON.stringify(resources)).not.toContain(credentials.client_secret);
  });

  it('names the ending of a secret only where the registry has shown the same', async () => {
    await exchange({ client_secret: 'another-secret-that-nobody-gave-out' });
    expect((await newest()).explanation).toBeNull();
  });

  it('is not looked for once a client fails too often', async () => {
    for (let n = 0; n < 61; n++) await exchange({ client_secret: 'x' });
    const before = await newest();
    expect((await exchange({ client_secret: 'x' })).status).toBe(429);
    expect((await newest()).requestId).toBe(before.requestId);
  });
});

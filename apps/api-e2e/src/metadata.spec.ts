import {
  type Answer,
  bearer,
  challengeOf,
  decode,
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

interface ServerMetadata {
  [member: string]: unknown;
  issuer: string;
  authorization_endpoint: string;
  token_endpoint: string;
  revocation_endpoint: string;
  introspection_endpoint: string;
  userinfo_endpoint: string;
  jwks_uri: string;
  service_documentation: string;
  scopes_supported: string[];
  response_types_supported: string[];
  response_modes_supported: string[];
  grant_types_supported: string[];
  token_endpoint_auth_methods_supported: string[];
  revocation_endpoint_auth_methods_supported: string[];
  introspection_endpoint_auth_methods_supported: string[];
  code_challenge_methods_supported: string[];
}

let world: World;
let client: ThirdParty;
let metadata: ServerMetadata;
beforeAll(async () => {
  world = await startWorld();
  client = await register(world.operator);
  metadata = (await send<ServerMetadata>(world.url, '/.well-known/oauth-authorization-server'))
    .body;
});
afterAll(() => world.server.stop());

const path = (url: string) => {
  expect(url.startsWith(`${world.url}/`)).toBe(true);
  return url.slice(world.url.length);
};
const authorize = (parameters: Record<string, string | undefined>) =>
  world.member.send<Problem & { resource: object }>(
    `/user/v7/oauth-authorization-request?${query({
      clientId: client.registration.clientId,
      response_type: 'code',
      ...parameters,
    })}`,
  );

describe('authorization server metadata tells the truth (RFC 8414)', () => {
  it('the issuer is PUBLIC_URL byte for byte (RFC 8414 §3.3)', () => {
    expect(metadata.issuer).toBe(world.url);
  });

  it('the same document stands at /.well-known/openid-configuration', async () => {
    const openid = await send(world.url, '/.well-known/openid-configuration');
    expect(openid.status).toBe(200);
    expect(openid.headers['content-type']).toMatch(/^application\/json/);
    expect(openid.body).toEqual(metadata);
  });

  it('it has every member that RFC 8414 §2 requires, and nothing that is advertised goes untested here', () => {
    expect(Object.keys(metadata).sort()).toEqual([
      'authorization_endpoint',
      'authorization_response_iss_parameter_supported',
      'code_challenge_methods_supported',
      'grant_types_supported',
      'introspection_endpoint',
      'introspection_endpoint_auth_methods_supported',
      'issuer',
      'jwks_uri',
      'protected_resources',
      'response_modes_supported',
      'response_types_supported',
      'revocation_endpoint',
      'revocation_endpoint_auth_methods_supported',
      'scopes_supported',
      'service_documentation',
      'token_endpoint',
      'token_endpoint_auth_methods_supported',
      'ui_locales_supported',
      'userinfo_endpoint',
    ]);
  });

  it('the authorization endpoint is the documented page', () => {
    expect(metadata.authorization_endpoint).toBe(`${world.url}/portal/oauth/authorize`);
    expect(metadata['ui_locales_supported']).toEqual(['de', 'en']);
  });

  it('each of scopes_supported is granted, and no other', async () => {
    const table = await send<{ resource: { scopes: { scope: string }[] } }>(
      world.url,
      '/guest/v7/oauth-scopes',
    );
    const scopes = table.body.resource.scopes.map(({ scope }) => scope);
    expect(scopes).toEqual(expect.arrayContaining(['read', 'readwrite']));
    expect(metadata.scopes_supported).toEqual(scopes);
    const mayAll = await register(world.operator, { scopes });
    for (const scope of scopes) {
      expect((await mayAll.connect(world.member, { scope })).scope).toBe(scope);
    }
    expect((await authorize({ scope: 'openid' })).body.code).toBe('invalid_scope');
  });

  it('each of response_types_supported is taken, and no other', async () => {
    for (const response_type of metadata.response_types_supported) {
      expect((await authorize({ response_type })).status).toBe(200);
    }
    for (const response_type of ['token', 'id_token', 'code id_token', 'none']) {
      expect((await authorize({ response_type })).body.code).toBe('unsupported_response_type');
    }
  });

  it('the response mode is query, with iss as advertised (RFC 9207 §3)', async () => {
    expect(metadata.response_modes_supported).toEqual(['query']);
    expect(metadata['authorization_response_iss_parameter_supported']).toBe(true);
    const link = `${metadata.authorization_endpoint}?${query({ clientId: client.registration.clientId, response_type: 'code' })}`;
    for (const callback of [await world.member.grant(link), await world.member.refuse(link)]) {
      expect(callback.hash).toBe('');
      expect(callback.searchParams.get('iss')).toBe(metadata.issuer);
    }
  });

  it('each of code_challenge_methods_supported is taken, and no other', async () => {
    const verifier = 'v'.repeat(43);
    for (const method of metadata.code_challenge_methods_supported) {
      const answer = await authorize({
        code_challenge: challengeOf(verifier),
        code_challenge_method: method,
      });
      expect(answer.status).toBe(200);
    }
    const plain = await authorize({ code_challenge: verifier, code_challenge_method: 'plain' });
    expect(plain.body.code).toBe('invalid_request');
  });

  it('each of grant_types_supported works at token_endpoint, and no other', async () => {
    const grants: Record<string, () => Promise<Record<string, string>>> = {
      authorization_code: async () => ({ code: (await client.code(world.member)).code }),
      refresh_token: async () => ({
        refresh_token: (await client.connect(world.member)).refresh_token,
      }),
    };
    expect(metadata.grant_types_supported.sort()).toEqual(Object.keys(grants).sort());
    for (const grant_type of metadata.grant_types_supported) {
      const answer = await send(world.url, path(metadata.token_endpoint), {
        form: { grant_type, ...(await grants[grant_type]?.()), ...client.credentials },
      });
      expect(answer.status).toBe(200);
    }
    for (const grant_type of [
      'password',
      'client_credentials',
      'implicit',
      'urn:ietf:params:oauth:grant-type:jwt-bearer',
      'urn:ietf:params:oauth:grant-type:token-exchange',
      'constructor',
    ]) {
      const answer = await client.token({ grant_type });
      expect([answer.status, answer.body.error]).toEqual([400, 'unsupported_grant_type']);
    }
  });

  const endpoints = ['token', 'revocation', 'introspection'] as const;
  it.each(endpoints)(
    'each of %s_endpoint_auth_methods_supported works at its endpoint, and no other',
    async (name) => {
      const methods = metadata[`${name}_endpoint_auth_methods_supported`] as string[];
      const all = ['client_secret_basic', 'client_secret_post', 'none'];
      expect(methods).toEqual(name === 'introspection' ? all.slice(0, 2) : all);
      for (const method of all) {
        const own = method === 'none' ? world.desktop : client;
        const { refresh_token } = await own.connect(world.member);
        const form = {
          grant_type: 'refresh_token',
          refresh_token,
          token: refresh_token,
          ...(method !== 'client_secret_basic' && own.credentials),
        };
        const headers = method === 'client_secret_basic' ? own.basic : undefined;
        const endpoint = path(metadata[`${name}_endpoint`] as string);
        const answer = await send(world.url, endpoint, { form, headers });
        expect(answer.status).toBe(methods.includes(method) ? 200 : 401);
      }
    },
  );

  it('userinfo_endpoint answers a token, and jwks_uri has the key that signed it', async () => {
    const { access_token } = await client.connect(world.member);
    const userinfo = await send(world.url, path(metadata.userinfo_endpoint), {
      headers: bearer(access_token),
    });
    expect(userinfo.status).toBe(200);
    const jwks = await send<{ keys: Record<string, unknown>[] }>(
      world.url,
      path(metadata.jwks_uri),
    );
    const { kid } = decode(access_token).header;
    expect(jwks.body.keys.map((key) => key['kid'])).toContain(kid);
  });

  it('service_documentation is there', async () => {
    const answer = await send(world.url, path(metadata.service_documentation));
    expect([200, 301, 302]).toContain(answer.status);
  });
});

it('the keys are public ES256 keys for signatures and nothing else (RFC 7517 §4, §9.2)', async () => {
  const answer = await send<{ keys: object[] }>(world.url, '/.well-known/jwks.json');
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toMatch(/^application\/(jwk-set\+)?json/);
  expect(answer.body.keys.length).toBeGreaterThan(0);
  for (const key of answer.body.keys) {
    expect(key).toEqual({
      kty: 'EC',
      crv: 'P-256',
      x: expect.stringMatching(/^[\w-]{43}$/),
      y: expect.stringMatching(/^[\w-]{43}$/),
      kid: expect.any(String),
      use: 'sig',
      alg: 'ES256',
    });
  }
});

describe('protected resource metadata (RFC 9728)', () => {
  let resource: Record<string, string[]>;
  beforeAll(async () => {
    const answer = await send<typeof resource>(world.url, '/.well-known/oauth-protected-resource');
    expect(answer.status).toBe(200);
    resource = answer.body;
  });

  it('resource and the authorization server are PUBLIC_URL byte for byte (RFC 9728 §3.3)', () => {
    expect(resource['resource']).toBe(world.url);
    expect(resource['authorization_servers']).toEqual([world.url]);
    expect(metadata['protected_resources']).toEqual([world.url]);
    expect(resource['jwks_uri']).toBe(metadata.jwks_uri);
    expect(resource['scopes_supported']).toEqual(metadata.scopes_supported);
  });

  it('a client that knows only the API finds everything from its first 401 (RFC 9728 §5)', async () => {
    const refused = await send(world.url, '/user/v7/checks');
    expect(refused.status).toBe(401);
    const challenge = String(refused.headers['www-authenticate']);
    const [, where = ''] = /resource_metadata="([^"]+)"/.exec(challenge) ?? [];
    const found = await send<typeof resource>(world.url, path(where));
    expect(found.body).toEqual(resource);
    const [issuer = ''] = found.body['authorization_servers'] ?? [];
    const server = await send(issuer, '/.well-known/oauth-authorization-server');
    expect(server.body).toEqual(metadata);
  });

  it('each of bearer_methods_supported works, and no other (RFC 6750 §2)', async () => {
    expect(resource['bearer_methods_supported']).toEqual(['header']);
    const { access_token } = await client.connect(world.member);
    const inHeader = await send(world.url, '/user/v7/checks', { headers: bearer(access_token) });
    const inQuery = await send(world.url, `/user/v7/checks?access_token=${access_token}`);
    const inBody = await send(world.url, '/user/v7/checks', { form: { access_token } });
    expect([inHeader.status, inQuery.status, inBody.status]).toEqual([200, 401, 401]);
  });
});

describe('/.well-known/', () => {
  const documents = [
    'oauth-authorization-server',
    'openid-configuration',
    'oauth-protected-resource',
    'jwks.json',
  ];
  it.each(documents)(
    '%s is JSON, may be cached, and asked for with HEAD and from any origin',
    async (name) => {
      const headers = { origin: 'https://crm.example' };
      const get = await send(world.url, `/.well-known/${name}`, { headers });
      expect(get.headers['content-type']).toMatch(/^application\/(jwk-set\+)?json/);
      expect(get.headers['cache-control']).toMatch(/max-age=\d+/);
      expect(get.headers['access-control-allow-origin']).toBe('*');
      const head = await send(world.url, `/.well-known/${name}`, { method: 'HEAD' });
      expect([head.status, head.text]).toEqual([200, '']);
    },
  );

  it.each([
    'webfinger',
    'change-password',
    'oauth-authorization-server/tenant',
    'oauth-protected-resource/user/v7',
    'openid-configuration/tenant',
    'jwks.json/x',
    'nothing',
    '',
  ])('%s is a JSON 404', async (name) => {
    const answer: Answer<Problem> = await send(world.url, `/.well-known/${name}`);
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toMatch(/^application\/(problem\+)?json/);
    expect(answer.body.code).toBe('not_found');
  });

  it.each(documents)('%s takes GET alone', async (name) => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      const answer = await send<TokenAnswer>(world.url, `/.well-known/${name}`, { method });
      expect([404, 405]).toContain(answer.status);
    }
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { ClientAuthentication, type ClientAuthenticationError } from './client-authentication.js';
import { ClientSecrets } from './client-secrets.service.js';
import { OAuthClientsModule } from './oauth-clients.module.js';
import { ClientRegistry } from './registry.service.js';

const CRM = 'maklerwelt-crm';
const SECRET = 'maklerwelt-crm-demo-secret';
const PUBLIC = 'assistent-desktop';

let api: TestContext;

beforeAll(async () => {
  api = await createTestModule([OAuthClientsModule]);
});
afterAll(() => api.close());

const base64 = (text: string) => Buffer.from(text).toString('base64');
/** As RFC 6749 §2.3.1 has it: form-encoded, then base64. */
const basic = (id: string, secret: string) =>
  `Basic ${base64([id, secret].map((part) => new URLSearchParams({ '': part }).toString().slice(1)).join(':'))}`;

type Given = Partial<Record<'authorization' | 'clientId' | 'clientSecret', string>>;

async function authenticate({ authorization, clientId, clientSecret }: Given) {
  // Empty parameters have been left out by then (RFC 6749 §3.2).
  const parameters = {
    client_id: clientId || undefined,
    client_secret: clientSecret || undefined,
  };
  const request: Parameters<ClientAuthentication['authenticate']>[0] = {
    authorization,
    parameters,
  };
  try {
    const { client } = await api.app.get(ClientAuthentication).authenticate(request);
    return { ok: client.clientId };
  } catch (caught) {
    const { error, reason, options, description } = caught as ClientAuthenticationError;
    const challenge = options.headers?.['www-authenticate'];
    return { error, reason, client: request.named?.clientId, challenge, description };
  }
}

describe('a confidential client', () => {
  it.each<[string, Given]>([
    ['its secret in the body', { clientId: CRM, clientSecret: SECRET }],
    ['HTTP Basic', { authorization: basic(CRM, SECRET) }],
    ['a scheme in lower case', { authorization: basic(CRM, SECRET).replace('Basic', 'basic') }],
    ['a scheme in capitals', { authorization: basic(CRM, SECRET).replace('Basic', 'BASIC') }],
    ['several spaces', { authorization: `Basic   ${base64(`${CRM}:${SECRET}`)}  ` }],
    ['base64 without padding', { authorization: basic(CRM, SECRET).replace(/=+$/, '') }],
    ['Basic that is not form-encoded', { authorization: `Basic ${base64(`${CRM}:${SECRET}`)}` }],
    [
      'Basic with everything percent-encoded',
      { authorization: `Basic ${base64(`maklerwelt%2Dcrm:${SECRET.replaceAll('-', '%2d')}`)}` },
    ],
    [
      'its client_id in the body beside Basic',
      { authorization: basic(CRM, SECRET), clientId: CRM },
    ],
    [
      'empty parameters beside Basic, which count as omitted (RFC 6749 §3.2)',
      { authorization: basic(CRM, SECRET), clientId: '', clientSecret: '' },
    ],
    ['an empty header beside the body', { authorization: '', clientId: CRM, clientSecret: SECRET }],
  ])('authenticates with %s', async (_, given) => {
    expect(await authenticate(given)).toEqual({ ok: CRM });
  });

  it.each<[string, string, Given]>([
    ['client_secret_missing', 'no secret', { clientId: CRM }],
    ['client_secret_missing', 'an empty secret', { clientId: CRM, clientSecret: '' }],
    ['client_secret_wrong', 'a wrong secret', { clientId: CRM, clientSecret: `${SECRET}x` }],
    ['client_secret_wrong', 'half a secret', { clientId: CRM, clientSecret: SECRET.slice(0, -1) }],
    ['client_secret_wrong', 'another case', { clientId: CRM, clientSecret: SECRET.toUpperCase() }],
    [
      'client_secret_wrong',
      'another client’s secret',
      { clientId: CRM, clientSecret: 'belegscanner-demo-secret' },
    ],
    ['client_secret_wrong', 'a space at the end', { clientId: CRM, clientSecret: `${SECRET} ` }],
    ['unknown_client', 'an unknown id', { clientId: 'no-such-client', clientSecret: SECRET }],
    [
      'unknown_client',
      'its id in another case',
      { clientId: 'Maklerwelt-CRM', clientSecret: SECRET },
    ],
    ['unknown_client', 'a prototype’s name', { clientId: '__proto__', clientSecret: SECRET }],
    ['unknown_client', 'a member’s name', { clientId: 'constructor', clientSecret: SECRET }],
    ['unknown_client', 'a NUL byte', { clientId: `${CRM}\0`, clientSecret: SECRET }],
    ['unknown_client', 'a long id', { clientId: 'x'.repeat(4000), clientSecret: SECRET }],
    ['client_authentication_missing', 'nothing', {}],
  ])('is refused as invalid_client, %s, with %s', async (reason, _, given) => {
    expect(await authenticate(given)).toMatchObject({
      error: 'invalid_client',
      reason,
      challenge: undefined,
    });
  });

  it.each<[string, string, Given]>([
    ['client_secret_missing', 'an empty password', { authorization: basic(CRM, '') }],
    ['client_secret_wrong', 'a wrong password', { authorization: basic(CRM, 'wrong') }],
    ['unknown_client', 'an unknown id', { authorization: basic('no-such-client', SECRET) }],
    ['unknown_client', 'a NUL byte', { authorization: basic(`${CRM}\0`, SECRET) }],
    ['malformed_basic_credentials', 'nothing', { authorization: 'Basic' }],
    ['malformed_basic_credentials', 'no base64', { authorization: 'Basic %%%' }],
    ['malformed_basic_credentials', 'no colon', { authorization: `Basic ${base64(CRM)}` }],
    ['malformed_basic_credentials', 'no id', { authorization: `Basic ${base64(`:${SECRET}`)}` }],
    [
      'malformed_basic_credentials',
      'broken percent-encoding',
      { authorization: `Basic ${base64(`${CRM}:100%`)}` },
    ],
    ['unsupported_authentication_scheme', 'a Bearer token', { authorization: 'Bearer abc.def' }],
    ['unsupported_authentication_scheme', 'Digest', { authorization: 'Digest username="crm"' }],
    [
      'unsupported_authentication_scheme',
      'a Bearer token beside the right secret',
      { authorization: 'Bearer abc.def', clientId: CRM, clientSecret: SECRET },
    ],
  ])('that tried the header is challenged with Basic: %s, with %s', async (reason, _, given) => {
    expect(await authenticate(given)).toMatchObject({
      error: 'invalid_client',
      reason,
      challenge: 'Basic realm="flixcheck"',
    });
  });

  it.each<[string, string, Given]>([
    [
      'several_authentication_methods',
      'header and body (RFC 6749 §2.3)',
      { authorization: basic(CRM, SECRET), clientId: CRM, clientSecret: SECRET },
    ],
    [
      'several_authentication_methods',
      'a secret in the body beside Basic',
      { authorization: basic(CRM, SECRET), clientSecret: 'other' },
    ],
    [
      'client_id_mismatch',
      'two client ids',
      { authorization: basic(CRM, SECRET), clientId: 'belegscanner' },
    ],
    ['client_id_missing', 'a secret without an id', { clientSecret: SECRET }],
  ])('is refused as invalid_request, %s, with %s', async (reason, _, given) => {
    expect(await authenticate(given)).toMatchObject({ error: 'invalid_request', reason });
  });

  it.each(['ä ö ü €', 'a:b:c', 'plus+plus', 'per%20cent%', '"quotes"&<tags>=?', '日本語🔑', ' '])(
    'may have special characters in its secret: %j',
    async (secret) => {
      // Generated secrets have none; secrets brought along from elsewhere may.
      await api.dataSource.query(
        `UPDATE oauth_client_secrets SET secret_hash = sha256(convert_to($1, 'UTF8'))
         WHERE oauth_client_id = (SELECT id FROM oauth_clients WHERE client_id = 'belegscanner')`,
        [secret],
      );
      await fresh('belegscanner');
      expect(await authenticate({ authorization: basic('belegscanner', secret) })).toEqual({
        ok: 'belegscanner',
      });
      expect(await authenticate({ clientId: 'belegscanner', clientSecret: secret })).toEqual({
        ok: 'belegscanner',
      });
    },
  );

  it('is named in the request that fails, for its log, and no secret ever is', async () => {
    const failure = await authenticate({ clientId: CRM, clientSecret: 'a-leaked-secret' });
    expect(failure.client).toBe(CRM);
    const all = await Promise.all([
      authenticate({ clientId: 'a-leaked-secret', clientSecret: 'a-leaked-secret' }),
      authenticate({ authorization: basic('a-leaked-secret', 'a-leaked-secret') }),
      authenticate({ authorization: 'Bearer a-leaked-secret' }),
      authenticate({ authorization: basic(CRM, 'a-leaked-secret'), clientSecret: 'x' }),
    ]);
    for (const { description } of [failure, ...all]) {
      expect(description).not.toContain('leaked');
    }
  });
});

describe('a public client', () => {
  it.each<[string, Given]>([
    ['its client_id', { clientId: PUBLIC }],
    ['Basic with an empty password', { authorization: basic(PUBLIC, '') }],
    ['Basic and its client_id', { authorization: basic(PUBLIC, ''), clientId: PUBLIC }],
    ['an empty secret', { clientId: PUBLIC, clientSecret: '' }],
  ])('says who it is with %s', async (_, given) => {
    expect(await authenticate(given)).toEqual({ ok: PUBLIC });
  });

  it.each<[string, Given]>([
    ['the body', { clientId: PUBLIC, clientSecret: 'made-up' }],
    ['Basic', { authorization: basic(PUBLIC, 'made-up') }],
  ])('that sends a secret in %s is refused', async (_, given) => {
    expect(await authenticate(given)).toMatchObject({
      error: 'invalid_client',
      reason: 'secret_from_public_client',
      client: PUBLIC,
    });
  });
});

describe('a disabled client', () => {
  it('is told so where it has proved itself, and else what a wrong secret is told', async () => {
    const registry = api.app.get(ClientRegistry);
    const { id, clientId, secret } = await registry.create(
      {
        name: 'Bald zu',
        publisher: 'Zu GmbH',
        kind: 'confidential',
        redirectUris: ['https://zu.example/'],
        scopes: ['readwrite'],
      },
      null,
    );
    await registry.update(id, { status: 'disabled' }, null);
    expect(await authenticate({ clientId, clientSecret: secret?.value ?? '' })).toMatchObject({
      error: 'invalid_client',
      reason: 'client_disabled',
      client: clientId,
    });
    expect(await authenticate({ clientId, clientSecret: 'wrong' })).toMatchObject({
      reason: 'client_secret_wrong',
    });
    await registry.update(id, { status: 'active' }, null);
    expect(await authenticate({ clientId, clientSecret: secret?.value ?? '' })).toEqual({
      ok: clientId,
    });
    await registry.remove(id, null);
    expect(await authenticate({ clientId, clientSecret: secret?.value ?? '' })).toMatchObject({
      error: 'invalid_client',
      reason: 'unknown_client',
    });
  });
});

describe('of a client’s secrets', () => {
  it('two live ones authenticate, and an expired one has a reason of its own', async () => {
    const registry = api.app.get(ClientRegistry);
    const { id } = await registry.getByClientId(CRM);
    const added = await api.app
      .get(ClientSecrets)
      .rotate(id, { expireOthersAfterSeconds: 10 }, null);
    for (const secret of [SECRET, added.value]) {
      expect(await authenticate({ authorization: basic(CRM, secret) })).toEqual({ ok: CRM });
    }
    api.clock.advance(10_000);
    expect(await authenticate({ clientId: CRM, clientSecret: SECRET })).toMatchObject({
      error: 'invalid_client',
      reason: 'client_secret_expired',
      client: CRM,
    });
    expect(await authenticate({ clientId: CRM, clientSecret: added.value })).toEqual({ ok: CRM });
  });
});

/** Until this process has heard of a change that was made behind its back. */
async function fresh(clientId: string): Promise<void> {
  const registry = api.app.get(ClientRegistry);
  const { id, description } = await registry.getByClientId(clientId);
  await registry.update(id, { description: `${description}.` }, null);
}

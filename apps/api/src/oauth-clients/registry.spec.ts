import { call, PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hashSecret } from '@flixcheck/oauth-protocol';
import { createTestApp, type TestApp } from '../testing/test-app.js';

const CLIENTS = '/admin/v7/oauth-clients';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

let api: TestApp;
let operator: PortalUser;

beforeAll(async () => {
  api = await createTestApp();
  operator = await PortalUser.signIn(api.url, 'operator@flixcheck.example');
});
afterAll(() => api.close());

const valid = () => ({
  name: 'Neues CRM',
  publisher: 'Neu GmbH',
  kind: 'confidential',
  redirectUris: ['https://neu.example/callback'],
  scopes: ['read', 'readwrite'],
});
const create = (input: unknown) => operator.call('POST', CLIENTS, { resource: input });

const rowsOf = (table: string) => api.dataSource.query(`SELECT * FROM ${table}`);

describe('registering a client', () => {
  it('answers with the client and, this once, with its secret', async () => {
    const { status, body } = await create(valid());
    expect(status).toBe(201);
    const { secret, ...client } = body.resource;
    expect(client).toEqual({
      id: expect.stringMatching(UUID),
      clientId: expect.stringMatching(/^[A-Za-z0-9_-]{3,64}$/),
      name: 'Neues CRM',
      description: '',
      descriptionEn: '',
      publisher: 'Neu GmbH',
      publisherVerified: false,
      kind: 'confidential',
      redirectUris: ['https://neu.example/callback'],
      scopes: ['read', 'readwrite'],
      requirePkce: true,
      status: 'active',
      logoUri: null,
      homepageUri: null,
      privacyPolicyUri: null,
      startUri: null,
      contactEmail: null,
      listed: true,
      accountIds: null,
      accounts: null,
      publisherVerification: null,
      version: 1,
      secrets: [
        {
          id: secret.id,
          name: null,
          lastFour: secret.lastFour,
          createdAt: secret.createdAt,
          expiresAt: null,
          lastUsedAt: null,
        },
      ],
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      updatedAt: client.createdAt,
    });
    expect(secret).toEqual({
      id: expect.stringMatching(UUID),
      value: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      lastFour: secret.value.slice(-4),
      createdAt: client.createdAt,
    });
    const again = await operator.call('GET', `${CLIENTS}/${client.id}`);
    expect(again.body.resource).toEqual(client);
  });

  it('stores the secret as a hash only', async () => {
    const { secret } = (await create(valid())).body.resource;
    const [row] = await api.dataSource.query('SELECT * FROM oauth_client_secrets WHERE id = $1', [
      secret.id,
    ]);
    expect(row.secret_hash).toEqual(hashSecret(secret.value));
    const everything = JSON.stringify([
      await rowsOf('oauth_client_secrets'),
      await rowsOf('oauth_clients'),
      await rowsOf('audit_records'),
    ]);
    expect(everything).not.toContain(secret.value);
  });

  it('gives a public client no secret', async () => {
    const { status, body } = await create({ ...valid(), kind: 'public' });
    expect(status).toBe(201);
    expect(body.resource).toMatchObject({ kind: 'public', requirePkce: true, secrets: [] });
    expect(body.resource).not.toHaveProperty('secret');
  });

  it('takes every field', async () => {
    const input = {
      clientId: 'All_Fields-1',
      name: 'Alle Felder',
      description: 'Ein Satz.',
      descriptionEn: 'A sentence.',
      publisher: 'Felder AG',
      publisherVerified: true,
      kind: 'confidential',
      redirectUris: ['https://felder.example/a', 'http://127.0.0.1:8080/b'],
      scopes: ['read'],
      requirePkce: false,
      logoUri: 'https://felder.example/logo.svg',
      homepageUri: 'https://felder.example',
      privacyPolicyUri: 'https://felder.example/datenschutz',
      startUri: 'http://localhost:4000/start',
      contactEmail: 'entwicklung@felder.example',
      listed: false,
    };
    const { status, body } = await create(input);
    expect(status).toBe(201);
    expect(body.resource).toMatchObject(input);
  });

  it('refuses a clientId that is taken, also by a deleted client', async () => {
    const input = { ...valid(), clientId: 'only-once' };
    const { id } = (await create(input)).body.resource;
    const taken = await create(input);
    expect(taken.status).toBe(409);
    expect(taken.body).toMatchObject({
      code: 'conflict',
      errors: [{ field: 'clientId', code: 'taken' }],
    });
    expect((await operator.call('DELETE', `${CLIENTS}/${id}`)).status).toBe(204);
    expect((await create(input)).status).toBe(409);
  });

  it('lets exactly one of several with the same clientId win', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => create({ ...valid(), clientId: 'raced-for' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
  });

  it.each(['__proto__', 'constructor', 'hasOwnProperty', '---', 'A_b-9', 'x'.repeat(64)])(
    'takes %s as a clientId like any other',
    async (clientId) => {
      const created = await create({ ...valid(), clientId });
      expect(created.status).toBe(201);
      expect(created.body.resource.clientId).toBe(clientId);
      const card = await call(api.url, 'GET', `/guest/v7/oauth-clients/${clientId}`);
      expect(card.body.resource).toMatchObject({ clientId, name: 'Neues CRM' });
    },
  );

  const long = (length: number) => 'x'.repeat(length);
  it.each([
    ['clientId', { clientId: 'ab' }],
    ['clientId', { clientId: long(65) }],
    ['clientId', { clientId: 'ümlaut' }],
    ['clientId', { clientId: 'with space' }],
    ['clientId', { clientId: 'line\n' }],
    ['clientId', { clientId: null }],
    ['clientId', { clientId: ['crm'] }],
    ['name', { name: undefined }],
    ['name', { name: '' }],
    ['name', { name: ' ' }],
    ['name', { name: long(101) }],
    ['name', { name: 'right\u202Eleft' }],
    ['name', { name: 7 }],
    ['description', { description: null }],
    ['description', { description: long(501) }],
    ['descriptionEn', { descriptionEn: null }],
    ['descriptionEn', { descriptionEn: long(501) }],
    ['publisher', { publisher: undefined }],
    ['publisherVerified', { publisherVerified: 'true' }],
    ['kind', { kind: undefined }],
    ['kind', { kind: 'native' }],
    ['kind', { kind: ['public'] }],
    ['redirectUris', { redirectUris: undefined }],
    ['redirectUris', { redirectUris: [] }],
    ['redirectUris', { redirectUris: 'https://neu.example/callback' }],
    ['redirectUris', { redirectUris: { 0: 'https://neu.example/callback' } }],
    ['redirectUris', { redirectUris: [7] }],
    [
      'redirectUris',
      { redirectUris: Array.from({ length: 21 }, (_, n) => `https://neu.example/${n}`) },
    ],
    ['redirectUris.0', { redirectUris: ['http://neu.example/callback'] }],
    ['redirectUris.1', { redirectUris: ['https://neu.example/a', 'javascript:alert(1)'] }],
    ['redirectUris.1', { redirectUris: ['https://neu.example/a', 'https://neu.example/a'] }],
    ['redirectUris.0', { redirectUris: ['https://neu.example/#fragment'] }],
    ['redirectUris.0', { redirectUris: ['https://user@neu.example/'] }],
    ['redirectUris.0', { redirectUris: ['https://*.neu.example/'] }],
    ['redirectUris.0', { redirectUris: ['com.neu.app:/callback'] }],
    ['scopes', { scopes: undefined }],
    ['scopes', { scopes: [] }],
    ['scopes', { scopes: ['admin'] }],
    ['scopes', { scopes: ['read', 'read'] }],
    ['scopes', { scopes: 'read' }],
    ['scopes', { scopes: null }],
    ['requirePkce', { requirePkce: null }],
    ['requirePkce', { requirePkce: 'false' }],
    ['requirePkce', { kind: 'public', requirePkce: false }],
    ['logoUri', { logoUri: 'data:image/png;base64,AAAA' }],
    ['logoUri', { logoUri: 'http://neu.example/logo.png' }],
    ['homepageUri', { homepageUri: 'javascript:alert(1)' }],
    ['privacyPolicyUri', { privacyPolicyUri: 'neu.example' }],
    ['startUri', { startUri: 7 }],
    ['startUri', { startUri: '' }],
    ['contactEmail', { contactEmail: 'felder.example' }],
    ['contactEmail', { contactEmail: '' }],
    ['contactEmail', { contactEmail: `a@${long(250)}.example` }],
    ['listed', { listed: 'no' }],
    ['status', { status: 'disabled' }],
    ['id', { id: UNKNOWN_ID }],
    ['secret', { secret: 'chosen' }],
  ])('refuses a wrong %s: %j', async (field, change) => {
    const before = (await rowsOf('oauth_clients')).length;
    const { status, body } = await create({ ...valid(), ...change });
    expect(status).toBe(400);
    expect(body.code).toBe('validation_failed');
    expect(body.errors.map((error) => error.field)).toContain(field);
    expect(await rowsOf('oauth_clients')).toHaveLength(before);
  });

  it.each([
    ['no body', undefined],
    ['null', '{"resource":null}'],
    ['an array', `{"resource":[${JSON.stringify(valid())}]}`],
    ['an empty array', '{"resource":[]}'],
    ['a text', '{"resource":"x"}'],
    ['no envelope', JSON.stringify(valid())],
    ['a second envelope', `{"resource":${JSON.stringify(valid())},"more":1}`],
    ['a prototype', `{"resource":{"__proto__":${JSON.stringify(valid())}}}`],
    ['a constructor', `{"resource":{"constructor":{"prototype":${JSON.stringify(valid())}}}}`],
    ['NUL in a value', JSON.stringify({ resource: { ...valid(), name: 'N\0L' } })],
    ['NUL in a name', JSON.stringify({ resource: { ...valid(), 'a\0b': 1 } })],
    ['NUL in a list', JSON.stringify({ resource: { ...valid(), redirectUris: ['https://a/\0'] } })],
    ['half a body', '{"resource":'],
  ])('refuses %s in place of a resource', async (_, body) => {
    const before = (await rowsOf('oauth_clients')).length;
    const answer = await fetch(`${api.url}${CLIENTS}`, {
      method: 'POST',
      headers: { cookie: operator.cookie, 'content-type': 'application/json' },
      ...(body !== undefined && { body }),
    });
    expect(answer.status).toBe(400);
    expect(await rowsOf('oauth_clients')).toHaveLength(before);
  });
});

describe('the scopes of a client in the database', () => {
  const set = (scopes: string) =>
    api.dataSource.query(
      `UPDATE oauth_clients SET scopes = ${scopes} WHERE client_id = 'belegscanner'`,
    );

  it.each([
    ['none', "'{}'"],
    ['a missing one', 'ARRAY[NULL]::text[]'],
    ['an empty one', "ARRAY['']"],
    ['two in one', "ARRAY['read readwrite']"],
    ['a line break', "ARRAY[E'read\\nreadwrite', E'a\\n']"],
    ['a quotation mark', `ARRAY['read"']`],
    ['a backslash', "ARRAY['read\\']"],
    ['a letter that is not ASCII', "ARRAY['läsen']"],
  ])('are refused where they are not well-formed (RFC 6749 §3.3): %s', async (_, scopes) => {
    await expect(set(scopes)).rejects.toMatchObject({ code: '23514' });
  });

  it('may have names that this version does not know', async () => {
    await set("ARRAY['read', 'checks:delete', '[]!~']");
    await set("ARRAY['read', 'readwrite']");
  });
});

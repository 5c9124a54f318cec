import { call, PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestApp, type TestApp } from '../testing/test-app.js';

const CLIENTS = '/admin/v7/oauth-clients';
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
const patch = (id: string, input: unknown) =>
  operator.call('PATCH', `${CLIENTS}/${id}`, { resource: input });

const auditOf = (id: string) =>
  api.dataSource.query(
    'SELECT action, actor_id, detail FROM audit_records WHERE subject_id = $1 ORDER BY id',
    [id],
  );

describe('changing a client', () => {
  let id: string;
  let before: Record<string, unknown>;
  beforeEach(async () => {
    const { secret: _, ...client } = (await create(valid())).body.resource;
    before = client;
    id = client.id;
  });

  it('changes what is given and nothing else', async () => {
    const { status, body } = await patch(id, {
      name: 'Anderer Name',
      logoUri: 'https://a.example/',
    });
    expect(status).toBe(200);
    expect(body.resource).toEqual({
      ...before,
      name: 'Anderer Name',
      logoUri: 'https://a.example/',
      updatedAt: body.resource.updatedAt,
      version: 2,
    });
    expect(body.resource.updatedAt > String(before['updatedAt'])).toBe(true);
    expect((await operator.call('GET', `${CLIENTS}/${id}`)).body.resource).toEqual(body.resource);
  });

  it('removes an address with null', async () => {
    await patch(id, { homepageUri: 'https://neu.example' });
    expect((await patch(id, { homepageUri: null })).body.resource.homepageUri).toBeNull();
  });

  it('changes nothing, and records nothing, when everything is as it was', async () => {
    const { body } = await patch(id, { name: 'Neues CRM', redirectUris: before['redirectUris'] });
    expect(body.resource).toEqual(before);
    expect(await auditOf(id)).toHaveLength(1);
    expect((await patch(id, {})).body.resource).toEqual(before);
  });

  it.each([
    ['clientId', { clientId: 'another' }, 'cannot_change'],
    ['kind', { kind: 'public' }, 'cannot_change'],
    ['kind', { kind: null }, 'cannot_change'],
    ['name', { name: null }, 'display_text'],
    ['redirectUris', { redirectUris: null }, 'is_array'],
    ['redirectUris.0', { redirectUris: ['http://neu.example/'] }, 'invalid_redirect_uri'],
    ['status', { status: 'deleted' }, 'is_in'],
    ['requirePkce', { requirePkce: null }, 'is_boolean'],
    ['id', { id: UNKNOWN_ID }, 'unknown_field'],
    ['secrets', { secrets: [] }, 'unknown_field'],
    ['createdAt', { createdAt: '2026-01-01T00:00:00Z' }, 'unknown_field'],
  ])('refuses %s in %j', async (field, change, code) => {
    const { status, body } = await patch(id, { description: 'changed', ...change });
    expect(status).toBe(400);
    expect(body.errors).toEqual(expect.arrayContaining([expect.objectContaining({ field, code })]));
    expect((await operator.call('GET', `${CLIENTS}/${id}`)).body.resource).toEqual(before);
  });

  it('keeps PKCE required for a public client', async () => {
    const { resource } = (await create({ ...valid(), kind: 'public' })).body;
    const { status, body } = await patch(resource.id, { requirePkce: false });
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([
      { field: 'requirePkce', code: 'required_for_public_clients' },
    ]);
  });

  it('loses neither of two changes made at once', async () => {
    await Promise.all([
      patch(id, { name: 'Name von A' }),
      patch(id, { description: 'Text von B' }),
      patch(id, { publisher: 'Haus von C' }),
    ]);
    expect((await operator.call('GET', `${CLIENTS}/${id}`)).body.resource).toMatchObject({
      name: 'Name von A',
      description: 'Text von B',
      publisher: 'Haus von C',
    });
  });

  it('disables and enables', async () => {
    const { clientId } = before as { clientId: string };
    const card = () => call(api.url, 'GET', `/guest/v7/oauth-clients/${clientId}`);
    expect((await card()).status).toBe(200);
    expect((await patch(id, { status: 'disabled' })).body.resource.status).toBe('disabled');
    expect((await card()).status).toBe(404);
    expect((await patch(id, { status: 'active' })).body.resource.status).toBe('active');
    expect((await card()).status).toBe(200);
  });

  it('leaves an audit record of each change: who, what, from what, to what', async () => {
    await patch(id, { redirectUris: ['https://neu.example/b'] });
    await patch(id, { status: 'disabled' });
    await patch(id, { status: 'active' });
    await operator.call('DELETE', `${CLIENTS}/${id}`);
    const records = await auditOf(id);
    expect(records.map(({ action }: { action: string }) => action)).toEqual([
      'client_created',
      'client_changed',
      'client_disabled',
      'client_enabled',
      'client_deleted',
    ]);
    for (const record of records) {
      expect(record).toMatchObject({
        actor_id: operator.id,
        detail: { clientId: before['clientId'] },
      });
    }
    expect(records[1].detail.changes).toEqual({
      redirectUris: { from: ['https://neu.example/callback'], to: ['https://neu.example/b'] },
    });
  });
});

describe('deleting a client', () => {
  it('is for good: no 204 twice, no trace in the lists, no secrets left', async () => {
    const { id, clientId } = (await create(valid())).body.resource;
    expect((await operator.call('DELETE', `${CLIENTS}/${id}`)).status).toBe(204);
    for (const [method, path, resource] of [
      ['GET', id],
      ['DELETE', id],
      ['PATCH', id, { status: 'active' }],
      ['POST', `${id}/secrets`, {}],
      ['DELETE', `${id}/secrets/${UNKNOWN_ID}`],
      ['GET', `${id}/requests`],
    ] as const) {
      const { status, body } = await operator.call(method, `${CLIENTS}/${path}`, { resource });
      expect([method, path, status, body.code]).toEqual([method, path, 404, 'not_found']);
    }
    const { body } = await operator.call('GET', `${CLIENTS}?limit=100`);
    expect(body.resources.map((client) => client.id)).not.toContain(id);
    expect((await call(api.url, 'GET', `/guest/v7/oauth-clients/${clientId}`)).status).toBe(404);
    const secrets = await api.dataSource.query(
      'SELECT FROM oauth_client_secrets WHERE oauth_client_id = $1',
      [id],
    );
    expect(secrets).toHaveLength(0);
  });
});

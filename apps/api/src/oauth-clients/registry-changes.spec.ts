import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Person, person } from '../testing/person.js';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { validated } from '../testing/validated.js';
import { ClientSecrets } from './client-secrets.service.js';
import { OAuthClientsModule } from './oauth-clients.module.js';
import { OAuthClientsService } from './oauth-clients.service.js';
import { OAuthClientCreateRequest, OAuthClientUpdateRequest } from './registry.dto.js';
import { ClientRegistry, type RegistryClient } from './registry.service.js';

const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

let api: TestContext;
let registry: ClientRegistry;
let operator: Person;

beforeAll(async () => {
  api = await createTestModule([OAuthClientsModule]);
  registry = api.app.get(ClientRegistry);
  operator = await person(api, 'operator@flixcheck.example');
});
afterAll(() => api.close());

const valid = () => ({
  name: 'Neues CRM',
  publisher: 'Neu GmbH',
  kind: 'confidential',
  redirectUris: ['https://neu.example/callback'],
  scopes: ['read', 'readwrite'],
});
const create = async (input: unknown): Promise<RegistryClient> => {
  const { resource } = await validated(OAuthClientCreateRequest, { resource: input });
  const { secret: _, ...client } = await registry.create(resource, operator.userId);
  return client;
};
const patch = async (id: string, input: unknown): Promise<RegistryClient> => {
  const { resource } = await validated(OAuthClientUpdateRequest, { resource: input });
  return registry.update(id, resource, operator.userId);
};

const auditOf = (id: string) =>
  api.dataSource.query(
    'SELECT action, actor_id, detail FROM audit_records WHERE subject_id = $1 ORDER BY id',
    [id],
  );

describe('changing a client', () => {
  let id: string;
  let before: RegistryClient;
  beforeEach(async () => {
    before = await create(valid());
    ({ id } = before);
  });

  it('changes what is given and nothing else', async () => {
    api.clock.advance(1);
    const after = await patch(id, { name: 'Anderer Name', logoUri: 'https://a.example/' });
    expect(after).toEqual({
      ...before,
      name: 'Anderer Name',
      logoUri: 'https://a.example/',
      updatedAt: after.updatedAt,
      version: 2,
    });
    expect(after.updatedAt > before.updatedAt).toBe(true);
    expect(await registry.get(id)).toEqual(after);
  });

  it('removes an address with null', async () => {
    await patch(id, { homepageUri: 'https://neu.example' });
    expect((await patch(id, { homepageUri: null })).homepageUri).toBeNull();
  });

  it('changes nothing, and records nothing, when everything is as it was', async () => {
    const same = { name: 'Neues CRM', redirectUris: before.redirectUris };
    expect(await patch(id, same)).toEqual(before);
    expect(await auditOf(id)).toHaveLength(1);
    expect(await patch(id, {})).toEqual(before);
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
    const refused = patch(id, { description: 'changed', ...change });
    await expect(refused).rejects.toMatchObject({
      status: 400,
      options: { errors: expect.arrayContaining([expect.objectContaining({ field, code })]) },
    });
    expect(await registry.get(id)).toEqual(before);
  });

  it('keeps PKCE required for a public client', async () => {
    const { id: publicId } = await create({ ...valid(), kind: 'public' });
    await expect(patch(publicId, { requirePkce: false })).rejects.toMatchObject({
      status: 400,
      options: { errors: [{ field: 'requirePkce', code: 'required_for_public_clients' }] },
    });
  });

  it('loses neither of two changes made at once', async () => {
    await Promise.all([
      patch(id, { name: 'Name von A' }),
      patch(id, { description: 'Text von B' }),
      patch(id, { publisher: 'Haus von C' }),
    ]);
    expect(await registry.get(id)).toMatchObject({
      name: 'Name von A',
      description: 'Text von B',
      publisher: 'Haus von C',
    });
  });

  it('disables and enables', async () => {
    const card = () => api.app.get(OAuthClientsService).card(before.clientId);
    expect(await card()).toMatchObject({ name: before.name });
    expect((await patch(id, { status: 'disabled' })).status).toBe('disabled');
    await expect(card()).rejects.toMatchObject({ status: 404 });
    expect((await patch(id, { status: 'active' })).status).toBe('active');
    expect(await card()).toMatchObject({ name: before.name });
  });

  it('leaves an audit record of each change: who, what, from what, to what', async () => {
    await patch(id, { redirectUris: ['https://neu.example/b'] });
    await patch(id, { status: 'disabled' });
    await patch(id, { status: 'active' });
    await registry.remove(id, operator.userId);
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
        detail: { clientId: before.clientId },
      });
    }
    expect(records[1].detail.changes).toEqual({
      redirectUris: { from: ['https://neu.example/callback'], to: ['https://neu.example/b'] },
    });
  });
});

describe('deleting a client', () => {
  it('is for good: no 204 twice, no trace in the lists, no secrets left', async () => {
    const { id, clientId } = await create(valid());
    await registry.remove(id, operator.userId);
    const { app } = api;
    const attempts = [
      () => registry.get(id),
      () => registry.remove(id, operator.userId),
      () => patch(id, { status: 'active' }),
      () => app.get(ClientSecrets).rotate(id, {}, operator.userId),
      () => app.get(ClientSecrets).remove(id, UNKNOWN_ID, operator.userId),
      () => app.get(OAuthClientsService).card(clientId),
    ];
    const gone = { status: 404, code: 'not_found' };
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject(gone);
    const { resources } = await registry.list({ limit: 100 });
    expect(resources.map((client) => client.id)).not.toContain(id);
    const secrets = await api.dataSource.query(
      'SELECT FROM oauth_client_secrets WHERE oauth_client_id = $1',
      [id],
    );
    expect(secrets).toHaveLength(0);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { OAuthClientsModule } from './oauth-clients.module.js';
import { byName, OAuthClientsService } from './oauth-clients.service.js';
import { ClientRegistry } from './registry.service.js';

let api: TestContext;
let clients: OAuthClientsService;
let registry: ClientRegistry;

beforeAll(async () => {
  api = await createTestModule([OAuthClientsModule]);
  clients = api.app.get(OAuthClientsService);
  registry = api.app.get(ClientRegistry);
});
afterAll(() => api.close());

describe('clients and companies by name', () => {
  it('come in the order of German dictionaries, those of one name in that of their ids', () => {
    const named = ['b2 Zebra', 'b1 Ärger 10', 'a9 Ärger 9', 'a01 Bär', 'a1 Bär'].map((each) => ({
      id: each.slice(0, each.indexOf(' ')),
      name: each.slice(each.indexOf(' ') + 1),
    }));
    const sorted = ['a9', 'b1', 'a01', 'a1', 'b2'];
    expect(byName([...named]).map(({ id }) => id)).toEqual(sorted);
    expect(byName(named.reverse()).map(({ id }) => id)).toEqual(sorted);
  });
});

describe('what other modules read', () => {
  it('includes disabled and deleted clients by id, because histories show them', async () => {
    const { id } = await registry.create(
      {
        name: 'Rennen',
        publisher: 'Rennen GmbH',
        kind: 'public',
        redirectUris: ['https://rennen.example/'],
        scopes: ['readwrite'],
      },
      null,
    );
    const { id: other } = await registry.getByClientId('belegscanner');
    await registry.remove(id, null);
    const found = await clients.byIds([id, other, id, '00000000-0000-4000-8000-000000000000']);
    expect([...found.keys()].sort()).toEqual([id, other].sort());
    expect(found.get(id)).toMatchObject({ name: 'Rennen', status: 'disabled' });
    expect(found.get(id)?.deletedAt).toBeInstanceOf(Date);
    expect(await clients.byIds([])).toEqual(new Map());
  });

  it('offers users the active and listed clients by name, as people sort names', async () => {
    const named = (name: string) =>
      registry.create(
        {
          name,
          publisher: 'X',
          kind: 'public',
          redirectUris: ['https://x.example/'],
          scopes: ['read'],
        },
        null,
      );
    await Promise.all(['zebra', 'Äpfel', 'Apfel 10', 'Apfel 9'].map(named));
    const disabled = await named('Außer Betrieb');
    await registry.update(disabled.id, { status: 'disabled' }, null);
    const unlisted = await named('Intern');
    await registry.update(unlisted.id, { listed: false }, null);
    const names = (await clients.listAvailable(randomUUID())).map(({ name }) => name);
    expect(names.filter((name) => /pfel|zebra/.test(name))).toEqual([
      'Äpfel',
      'Apfel 9',
      'Apfel 10',
      'zebra',
    ]);
    expect(names).not.toContain('Außer Betrieb');
    expect(names).not.toContain('Intern');
  });
});

describe('a built-in client', () => {
  const explorer = {
    clientId: 'built-in',
    name: 'Eingebaut',
    description: 'Gehört zum Programm.',
    publisher: 'Flixcheck',
    redirectUris: ['http://localhost:3000/callback'],
    scopes: ['read', 'readwrite'] as const,
    homepageUri: null,
  };
  const row = async () =>
    (await api.dataSource.query(`SELECT * FROM oauth_clients WHERE client_id = 'built-in'`))[0];

  it('is registered once, public and unlisted, and follows the program', async () => {
    await Promise.all([clients.ensureBuiltIn(explorer), clients.ensureBuiltIn(explorer)]);
    const first = await row();
    expect(first).toMatchObject({ kind: 'public', listed: false, status: 'active' });
    await clients.ensureBuiltIn(explorer);
    expect(await row()).toEqual(first);
    expect(await clients.findActiveByClientId('built-in')).toMatchObject({
      redirectUris: explorer.redirectUris,
    });
    const moved = { ...explorer, redirectUris: ['http://localhost:3001/callback'] };
    await clients.ensureBuiltIn(moved);
    expect(await clients.findActiveByClientId('built-in')).toMatchObject({
      redirectUris: moved.redirectUris,
    });
  });

  it('stays disabled or deleted, as an operator wanted it', async () => {
    await clients.ensureBuiltIn(explorer);
    const { id: builtIn } = await registry.getByClientId('built-in');
    await registry.update(builtIn, { status: 'disabled' }, null);
    await clients.ensureBuiltIn({ ...explorer, name: 'Neuer Name' });
    expect(await row()).toMatchObject({ status: 'disabled', name: 'Neuer Name' });
    await registry.remove(builtIn, null);
    await clients.ensureBuiltIn(explorer);
    expect(await row()).toMatchObject({ name: 'Neuer Name', deleted_at: expect.any(Date) });
  });

  it('never takes over a client that a third party has registered under its name', async () => {
    await clients.ensureBuiltIn({ ...explorer, clientId: 'belegscanner' });
    expect((await registry.getByClientId('belegscanner')).name).toBe('Belegscanner');
  });
});

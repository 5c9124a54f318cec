import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import type { ClientSearch } from './find-clients.js';
import { OAuthClientsModule } from './oauth-clients.module.js';
import { ClientRegistry } from './registry.service.js';

let api: TestContext;
let registry: ClientRegistry;

beforeAll(async () => {
  api = await createTestModule([OAuthClientsModule]);
  registry = api.app.get(ClientRegistry);
  for (const [clientId, name, publisher] of [
    ['zebra', 'Zebra', 'Österreichische Maklersoftware AG'],
    ['aerzte', 'Ärzteportal', 'Praxis 100% GmbH'],
    ['bestand', 'Bestandspflege', 'Österreichische Maklersoftware AG'],
  ] as const) {
    await registry.create(
      {
        clientId,
        name,
        publisher,
        kind: 'confidential',
        redirectUris: ['https://neu.example/callback'],
        scopes: ['read'],
      },
      null,
    );
    api.clock.advance(1000);
  }
  const { id } = await registry.getByClientId('zebra');
  await registry.update(id, { status: 'disabled' }, null);
});
afterAll(() => api.close());

const idsOf = async (search: ClientSearch) =>
  (await registry.list(search)).resources.map(({ clientId }) => clientId);

describe('the list of clients', () => {
  it('is searched in names, publishers and client ids, in whatever spelling', async () => {
    for (const [q, found] of [
      ['osterreich', ['bestand', 'zebra']],
      ['OESTERREICH zebra', ['zebra']],
      ['aerzte', ['aerzte']],
      ['100%', ['aerzte']],
      ['zebra bestand', []],
      ['%', ['aerzte']],
      ['maklerwelt-crm', ['maklerwelt-crm']],
    ] as const) {
      expect([q, await idsOf({ q })]).toEqual([q, found]);
    }
  });

  it('can be narrowed to one state', async () => {
    expect(await idsOf({ status: 'disabled' })).toEqual(['zebra']);
    expect(await idsOf({ status: 'active', q: 'osterreich' })).toEqual(['bestand']);
  });

  it('says how many match on all pages together', async () => {
    const { resources, meta } = await registry.list({ q: 'osterreich', limit: 1 });
    expect(resources).toHaveLength(1);
    expect(meta.total).toBe(2);
  });

  it.each(['name', '-name', 'createdAt', '-createdAt', 'updatedAt', '-updatedAt'] as const)(
    'by %s, page after page, shows each client once',
    async (sort) => {
      const whole = await idsOf({ sort, limit: 100 });
      const pages: string[] = [];
      let cursor: string | undefined;
      do {
        const { resources, meta } = await registry.list({ sort, limit: 2, cursor });
        pages.push(...resources.map(({ clientId }) => clientId));
        cursor = meta.nextCursor;
      } while (cursor);
      expect(pages).toEqual(whole);
      expect(new Set(pages).size).toBe(pages.length);
    },
  );

  it('by name follows German dictionaries', async () => {
    const names = (await registry.list({ sort: 'name', q: 'a' })).resources.map(({ name }) => name);
    expect(names.indexOf('Ärzteportal')).toBeLessThan(names.indexOf('Bestandspflege'));
  });

  it('starts with the newest', async () => {
    expect((await idsOf({})).slice(0, 3)).toEqual(['bestand', 'aerzte', 'zebra']);
  });
});

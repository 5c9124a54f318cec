import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type PortalUser, signIn } from '../testing/portal-user.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';

const CLIENTS = '/admin/v7/oauth-clients';

let api: TestApp;
let operator: PortalUser;

beforeAll(async () => {
  api = await createTestApp();
  operator = await signIn(api.url, 'operator@flixcheck.example');
  for (const [clientId, name, publisher] of [
    ['zebra', 'Zebra', 'Österreichische Maklersoftware AG'],
    ['aerzte', 'Ärzteportal', 'Praxis 100% GmbH'],
    ['bestand', 'Bestandspflege', 'Österreichische Maklersoftware AG'],
  ]) {
    const created = await operator.call('POST', CLIENTS, {
      resource: {
        clientId,
        name,
        publisher,
        kind: 'confidential',
        redirectUris: ['https://neu.example/callback'],
        scopes: ['read'],
      },
    });
    expect(created.status).toBe(201);
    api.clock.advance(1000);
  }
  const [zebra] = (await list('q=zebra')).body.resources;
  await operator.call('PATCH', `${CLIENTS}/${zebra.id}`, { resource: { status: 'disabled' } });
});
afterAll(() => api.close());

const list = (query: string) => operator.call('GET', `${CLIENTS}?${query}`);
const idsOf = async (query: string) =>
  (await list(query)).body.resources.map(({ clientId }) => clientId);

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
      expect([q, await idsOf(`q=${encodeURIComponent(q)}`)]).toEqual([q, found]);
    }
  });

  it('can be narrowed to one state', async () => {
    expect(await idsOf('status=disabled')).toEqual(['zebra']);
    expect(await idsOf('status=active&q=osterreich')).toEqual(['bestand']);
  });

  it('says how many match on all pages together', async () => {
    const { body } = await list('q=osterreich&limit=1');
    expect(body.resources).toHaveLength(1);
    expect(body.meta.total).toBe(2);
  });

  it.each(['name', '-name', 'createdAt', '-createdAt', 'updatedAt', '-updatedAt'])(
    'by %s, page after page, shows each client once',
    async (sort) => {
      const whole = await idsOf(`sort=${sort}&limit=100`);
      const pages: string[] = [];
      let cursor = '';
      do {
        const { body } = await list(`sort=${sort}&limit=2${cursor && `&cursor=${cursor}`}`);
        pages.push(...body.resources.map(({ clientId }) => clientId as string));
        cursor = body.meta.nextCursor ?? '';
      } while (cursor);
      expect(pages).toEqual(whole);
      expect(new Set(pages).size).toBe(pages.length);
    },
  );

  it('by name follows German dictionaries', async () => {
    const names = (await list('sort=name&q=a')).body.resources.map(({ name }) => name as string);
    expect(names.indexOf('Ärzteportal')).toBeLessThan(names.indexOf('Bestandspflege'));
  });

  it('starts with the newest', async () => {
    expect((await idsOf('')).slice(0, 3)).toEqual(['bestand', 'aerzte', 'zebra']);
  });

  it.each([
    ['status', 'status=deleted'],
    ['sort', 'sort=publisher'],
    ['cursor', 'cursor=abc'],
    ['q', `q=${'x'.repeat(101)}`],
    ['limit', 'limit=101'],
  ])('refuses a wrong %s', async (field, query) => {
    const { status, body } = await list(query);
    expect(status).toBe(400);
    expect(body.errors.map((error) => error.field)).toEqual([field]);
  });
});

import { call, PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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

const register = async (): Promise<string> => {
  const { body } = await operator.call('POST', CLIENTS, {
    resource: {
      name: 'Neues CRM',
      publisher: 'Neu GmbH',
      kind: 'confidential',
      redirectUris: ['https://neu.example/callback'],
      scopes: ['readwrite'],
    },
  });
  return body.resource.id;
};

describe('the list of clients', () => {
  it('is complete page by page, newest first', async () => {
    const made: string[] = [];
    for (let n = 0; n < 5; n++) made.unshift(await register());
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await operator.call('GET', `${CLIENTS}?limit=3${cursor}`);
      expect(body.resources.length).toBeLessThanOrEqual(3);
      seen.push(...body.resources.map(({ id }) => id));
      cursor = body.meta.nextCursor ? `&cursor=${encodeURIComponent(body.meta.nextCursor)}` : '';
    } while (cursor);
    expect(seen.slice(0, 5)).toEqual(made);
    expect(new Set(seen).size).toBe(seen.length);
    const [{ count }] = await api.dataSource.query(
      'SELECT count(*)::integer AS count FROM oauth_clients WHERE deleted_at IS NULL',
    );
    expect(seen).toHaveLength(count);
  });

  it('leaves nothing out where times have microseconds', async () => {
    await api.dataSource.query(
      `UPDATE oauth_clients SET created_at = '2026-11-22T10:00:00.123456Z'`,
    );
    const seen = new Set<string>();
    let cursor = '';
    do {
      const { body } = await operator.call('GET', `${CLIENTS}?limit=2${cursor}`);
      for (const { id } of body.resources) seen.add(id);
      cursor = body.meta.nextCursor ? `&cursor=${encodeURIComponent(body.meta.nextCursor)}` : '';
    } while (cursor);
    const [{ count }] = await api.dataSource.query(
      'SELECT count(*)::integer AS count FROM oauth_clients WHERE deleted_at IS NULL',
    );
    expect(seen.size).toBe(count);
  });

  it.each(['limit=0', 'limit=101', 'limit=x', 'cursor=made-up', 'cursor=', 'unknown=1'])(
    'refuses ?%s',
    async (query) => {
      expect((await operator.call('GET', `${CLIENTS}?${query}`)).status).toBe(400);
    },
  );

  it.each([
    ['status', 'status=deleted'],
    ['sort', 'sort=publisher'],
    ['cursor', 'cursor=abc'],
    ['q', `q=${'x'.repeat(101)}`],
    ['limit', 'limit=101'],
  ])('refuses a wrong %s', async (field, query) => {
    const { status, body } = await operator.call('GET', `${CLIENTS}?${query}`);
    expect(status).toBe(400);
    expect(body.errors.map((error) => error.field)).toEqual([field]);
  });

  it.each([
    ['a malformed id', ['2026-11-22T10:00:00.000Z', '-'.repeat(36)]],
    ['an id of another list', ['2026-11-22T10:00:00.000Z', '17']],
    ['a malformed time', ['1', UNKNOWN_ID]],
    ['a day that does not exist', ['2026-02-30T00:00:00.000Z', UNKNOWN_ID]],
    ['a year before the calendar', ['0000-01-01T00:00:00.000Z', UNKNOWN_ID]],
    ['a year that PostgreSQL does not know', ['+275760-09-13T00:00:00.000Z', UNKNOWN_ID]],
  ])('refuses a forged cursor with %s', async (_, key) => {
    const cursor = Buffer.from(JSON.stringify(key)).toString('base64url');
    const { status } = await operator.call('GET', `${CLIENTS}?cursor=${cursor}`);
    expect(status).toBe(400);
  });
});

describe('the registry', () => {
  const ROUTES = [
    ['GET', ''],
    ['POST', ''],
    ['GET', `/${UNKNOWN_ID}`],
    ['PATCH', `/${UNKNOWN_ID}`],
    ['DELETE', `/${UNKNOWN_ID}`],
    ['POST', `/${UNKNOWN_ID}/secrets`],
    ['DELETE', `/${UNKNOWN_ID}/secrets/${UNKNOWN_ID}`],
    ['GET', `/${UNKNOWN_ID}/requests`],
  ] as const;

  it.each(ROUTES)('is for operators only: %s %s', async (method, path) => {
    const resource = method === 'POST' || method === 'PATCH' ? {} : undefined;
    const anyone = await call(api.url, method, `${CLIENTS}${path}`, { resource });
    expect([anyone.status, anyone.body.code]).toEqual([401, 'session_required']);
    for (const email of ['user@musterhaus.example', 'admin@musterhaus.example']) {
      const user = await PortalUser.signIn(api.url, email);
      const answer = await user.call(method, `${CLIENTS}${path}`, { resource });
      expect([email, answer.status, answer.body.code]).toEqual([email, 403, 'forbidden']);
    }
  });

  it.each(['x', '1', `${UNKNOWN_ID}0`, '__proto__', UNKNOWN_ID])(
    'knows no client with the id %s',
    async (id) => {
      const { status, body } = await operator.call('GET', `${CLIENTS}/${id}`);
      expect([status, body.code]).toEqual([404, 'not_found']);
      const patched = await operator.call('PATCH', `${CLIENTS}/${id}`, { resource: { name: 'x' } });
      expect(patched.status).toBe(404);
    },
  );
});

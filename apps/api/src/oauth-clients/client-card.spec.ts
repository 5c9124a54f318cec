import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestApp, type TestApp } from '../testing/test-app.js';

describe('GET /guest/v7/oauth-clients/{clientId}', () => {
  let api: TestApp;

  beforeAll(async () => {
    api = await createTestApp();
  });
  afterAll(() => api.close());

  const get = async (path: string) => {
    const answer = await fetch(`${api.url}/guest/v7/oauth-clients/${path}`);
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };

  it('says to anyone who the application is, and nothing else', async () => {
    expect(await get('maklerwelt-crm')).toEqual({
      status: 200,
      body: {
        resource: {
          clientId: 'maklerwelt-crm',
          name: 'Maklerwelt CRM',
          publisher: 'Maklerwelt Software GmbH',
          logoUri: null,
          homepageUri: 'https://maklerwelt.example',
        },
      },
    });
  });

  it('answers the same 404 for unknown and disabled applications', async () => {
    await api.dataSource.query(
      `UPDATE oauth_clients SET status = 'disabled' WHERE client_id = 'belegscanner'`,
    );
    const { requestId: _a, ...disabled } = (await get('belegscanner')).body;
    const { requestId: _b, ...unknown } = (await get('no-such-client')).body;
    expect(disabled).toEqual(unknown);
    expect(unknown).toMatchObject({ status: 404, code: 'not_found' });
  });

  it.each(['__proto__', 'constructor', 'toString', 'x'.repeat(65), '%F0%9F%92%A9', '%27%3B--'])(
    'takes %s for an unknown application',
    async (path) => {
      expect((await get(path)).status).toBe(404);
    },
  );

  it('refuses NUL characters', async () => {
    expect((await get('maklerwelt%00-crm')).status).toBe(400);
  });
});

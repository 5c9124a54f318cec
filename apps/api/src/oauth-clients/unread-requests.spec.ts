import { PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { ClientRegistry } from './registry.service.js';

let api: TestApp;
let operator: PortalUser;

beforeAll(async () => {
  api = await createTestApp();
  operator = await PortalUser.signIn(api.url, 'operator@flixcheck.example');
});
afterAll(() => api.close());

describe('a body that cannot be read', () => {
  const send = (endpoint: string, secret: string) =>
    fetch(`${api.url}/guest/v7/oauth-tokens${endpoint}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${Buffer.from(`belegscanner:${secret}`).toString('base64')}`,
      },
      body: '{',
    });
  const logOf = async (clientId: string) => {
    const { id } = await api.app.get(ClientRegistry).getByClientId(clientId);
    return (await operator.call('GET', `/admin/v7/oauth-clients/${id}/requests`)).body.resources;
  };

  it.each([
    ['token', ''],
    ['revoke', '/revoke'],
    ['introspect', '/introspect'],
  ])('of the %s endpoint is in the log of who authenticates beside it', async (endpoint, path) => {
    const answer = await send(path, 'belegscanner-demo-secret');
    expect(answer.status).toBe(400);
    expect((await logOf('belegscanner'))[0]).toMatchObject({
      requestId: answer.headers.get('x-request-id'),
      endpoint,
      outcome: 'failure',
      error: 'invalid_request',
      reason: 'malformed_request',
    });
  });

  it('does not fill the log: beyond the limit nothing is written', async () => {
    await Promise.all(Array.from({ length: 80 }, () => send('', 'belegscanner-demo-secret')));
    expect((await logOf('belegscanner')).length).toBeLessThanOrEqual(59);
  });
});

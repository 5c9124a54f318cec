import { PortalUser, ThirdParty } from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestApp, type TestApp } from '../testing/test-app.js';

let api: TestApp;
let user: PortalUser;
let client: ThirdParty;
beforeAll(async () => {
  api = await createTestApp();
  user = await PortalUser.signIn(api.url);
  client = new ThirdParty(api.url);
});
afterAll(() => api.close());

async function retries(): Promise<number> {
  const text = await (await fetch(`${api.url}/metrics`)).text();
  return Number(/^oauth_refresh_retries_total (\d+)$/m.exec(text)?.[1]);
}

describe('a refresh that is answered again', () => {
  it('is counted, and a refresh is not', async () => {
    expect(await retries()).toBe(0);
    const { refresh_token } = await client.connect(user);
    await client.refresh(refresh_token);
    expect(await retries()).toBe(0);
    await client.refresh(refresh_token);
    await client.refresh(refresh_token);
    expect(await retries()).toBe(2);
  });

  it('is a success in the request log that says what it was, and nothing in the history', async () => {
    const { refresh_token } = await client.connect(user);
    const { body: connections } = await user.call('GET', '/user/v7/connections');
    const history = `/user/v7/connections/${connections.resources[0].id}/events`;
    await client.refresh(refresh_token);
    const before = (await user.call('GET', history)).body.resources;
    await client.refresh(refresh_token);
    expect((await user.call('GET', history)).body.resources).toEqual(before);

    const operator = await PortalUser.signIn(api.url, 'operator@flixcheck.example');
    const { body: clients } = await operator.call('GET', '/admin/v7/oauth-clients');
    const { id } = clients.resources.find(({ clientId }) => clientId === 'maklerwelt-crm');
    const log = await operator.call('GET', `/admin/v7/oauth-clients/${id}/requests`);
    const [retried, refreshed] = log.body.resources;
    const success = { endpoint: 'token', grantType: 'refresh_token', outcome: 'success' };
    expect(retried).toMatchObject({ ...success, error: null, reason: 'refresh_retried' });
    expect(retried.detail).toContain('came again');
    expect(refreshed).toMatchObject({ ...success, error: null, reason: null, detail: null });
  });
});

import { PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runBeside } from '../testing/cli.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';

let api: TestApp;
beforeAll(async () => {
  api = await createTestApp();
});
afterAll(() => api.close());

const large = (env = {}) => runBeside(api, ['demo', 'large'], { env });

async function sizes() {
  const admin = await PortalUser.signIn(api.url, 'admin@musterhaus.example');
  const total = async (path: string) => (await admin.call('GET', path)).body.meta.total;
  return [
    await total('/user/v7/users?limit=1'),
    await total('/user/v7/connections?status=active&limit=1'),
    await total('/user/v7/connections?status=revoked&limit=1'),
  ];
}

describe('demo large', () => {
  it('is refused where the demo data is off, and changes nothing', async () => {
    for (const env of [{}, { DEMO_DATA: 'off' }]) {
      const { exitCode, error } = await large(env);
      expect([exitCode, error]).toEqual([1, expect.stringContaining('The demo data is off here')]);
    }
    expect(await sizes()).toEqual([2, 0, 0]);
  });

  it('makes the demo company a large one, once', async () => {
    expect((await large({ DEMO_DATA: 'on' })).out).toContain('62 people');
    expect(await sizes()).toEqual([62, 1200, 780]);
    expect((await large({ DEMO_DATA: 'on' })).out).toContain('Nothing to do');
    expect(await sizes()).toEqual([62, 1200, 780]);
  });

  it('leaves people who sign in with the demo’s password', async () => {
    const person = await PortalUser.signIn(api.url, 'person01@musterhaus.example');
    expect(person.accountId).toBeTruthy();
  });
});

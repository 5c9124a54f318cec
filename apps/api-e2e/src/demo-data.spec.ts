import {
  PortalUser,
  type RegisteredClient,
  REGISTRY,
  type RunningServer,
  startServer,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

interface Session {
  resource: { user: { email: string; role: string }; account: { name: string } };
}

describe('the demo data', () => {
  it.each([
    ['admin@musterhaus.example', 'admin', 'Musterhaus Versicherungsmakler GmbH'],
    ['user@musterhaus.example', 'member', 'Musterhaus Versicherungsmakler GmbH'],
    ['admin@beispiel.example', 'admin', 'Beispiel Assekuranz AG'],
    ['operator@flixcheck.example', 'operator', 'Flixcheck'],
  ])('has %s, who is %s of %s', async (email, role, account) => {
    const user = await PortalUser.signIn(server.url, email, 'demo-passwort-2026');
    const { body } = await user.send<Session>('/user/v7/sessions/current');
    expect(body.resource.user).toMatchObject({ email, role });
    expect(body.resource.account.name).toBe(account);
  });

  it('has the three applications of the contract, and is filled in once', async () => {
    const before = await clients();
    expect(
      before.map(({ clientId, kind, requirePkce, redirectUris }) => [
        ...[clientId, kind, requirePkce],
        redirectUris,
      ]),
    ).toEqual([
      ['assistent-desktop', 'public', true, ['http://127.0.0.1/callback']],
      ['belegscanner', 'confidential', true, ['https://belegscanner.example/oauth/callback']],
      [
        ...['maklerwelt-crm', 'confidential', false],
        ['http://localhost:4000/callback', 'http://127.0.0.1:4000/callback'],
      ],
    ]);
    const again = await startServer({ databaseUrl: server.databaseUrl });
    await again.stop();
    expect(await clients()).toEqual(before);
  });
});

async function clients(): Promise<RegisteredClient[]> {
  const operator = await PortalUser.signIn(server.url, 'operator@flixcheck.example');
  const { body } = await operator.send<{ resources: RegisteredClient[] }>(REGISTRY);
  return body.resources
    .filter(({ clientId }) => clientId !== 'api-explorer')
    .toSorted((a, b) => (a.clientId < b.clientId ? -1 : 1));
}

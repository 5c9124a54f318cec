import { PortalUser, type RunningServer, startServer } from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Environment, Outcome } from './environment.js';
import { run as authCore } from './auth-core.js';
import { run as badgatewayOauth2Client } from './badgateway-oauth2-client.js';
import { run as mcpSdk } from './mcp-sdk.js';
import { run as oauth4webapi } from './oauth4webapi.js';
import { run as openidClient } from './openid-client.js';
import { run as passportOauth2 } from './passport-oauth2.js';
import { run as simpleOauth2 } from './simple-oauth2.js';
import { commandOf, isInstalled, runScript, scripts } from './other/scripts.js';

/** A language may have to compile its standard library first. */
const COMPILES_MS = 180_000;

type Client = Pick<Environment, 'clientId' | 'clientSecret' | 'redirectUri'>;

/** As registered in the demo data: PKCE optional. */
const confidential: Client = {
  clientId: 'maklerwelt-crm',
  clientSecret: 'maklerwelt-crm-demo-secret',
  redirectUri: 'http://localhost:4000/callback',
};
/** A native application, on whatever port it got (RFC 8252 §7.3). */
const native: Client = {
  clientId: 'assistent-desktop',
  redirectUri: 'http://127.0.0.1:49152/callback',
};

describe('stock OAuth clients with their own defaults', () => {
  let server: RunningServer;
  let user: PortalUser;

  beforeAll(async () => {
    server = await startServer();
    user = await PortalUser.signIn(server.url);
  });

  afterAll(() => server.stop());

  const environment = (client: Client): Environment => ({
    ...client,
    issuer: server.url,
    authorize: (link) => user.grant(link),
  });

  /** What the server wrote into the history of its latest connection since then. */
  const historySince = async (start: Date): Promise<string[]> => {
    const list = await user.request('GET', '/user/v7/connections?limit=100');
    const { resources } = (await list.json()) as { resources: { id: string; grantedAt: string }[] };
    const [latest] = resources.sort((a, b) => b.grantedAt.localeCompare(a.grantedAt));
    const response = await user.request('GET', `/user/v7/connections/${latest?.id}/events`);
    const events = (await response.json()) as { resources: { at: string; type: string }[] };
    return events.resources.filter(({ at }) => new Date(at) >= start).map(({ type }) => type);
  };
  const expectHistory = async (start: Date, canRevoke: boolean) => {
    const ending = canRevoke ? ['revoked'] : [];
    const expected = ['token_issued', 'refreshed', ...ending];
    expect(await historySince(start)).toEqual(expect.arrayContaining(expected));
  };

  const ownUser = expect.objectContaining({
    email: 'user@musterhaus.example',
    account: expect.objectContaining({ name: 'Musterhaus Versicherungsmakler GmbH' }),
  });

  describe.each<[string, (env: Environment) => Promise<Outcome>, Client, boolean]>([
    ['openid-client', openidClient, confidential, true],
    ['openid-client as a public client', openidClient, native, true],
    ['oauth4webapi', oauth4webapi, confidential, true],
    ['oauth4webapi as a public client', oauth4webapi, native, true],
    ['simple-oauth2', simpleOauth2, confidential, true],
    ['@badgateway/oauth2-client', badgatewayOauth2Client, confidential, true],
    ['@badgateway/oauth2-client as a public client', badgatewayOauth2Client, native, true],
    ['passport-oauth2', passportOauth2, confidential, false],
    ['@modelcontextprotocol/sdk', mcpSdk, confidential, false],
    ['@modelcontextprotocol/sdk as a public client', mcpSdk, native, false],
  ])('%s', (_, run, client, canRevoke) => {
    test(`authorizes, exchanges, calls, refreshes${canRevoke ? ' and revokes' : ''}`, async () => {
      const start = new Date();
      expect(await run(environment(client))).toEqual({
        user: ownUser,
        userAfterRefresh: ownUser,
        statusAfterRevocation: canRevoke ? 401 : null,
      });
      await expectHistory(start, canRevoke);
    });
  });

  test('@auth/core, at its own redirect URI, authorizes, exchanges, calls and refreshes', async () => {
    const operator = await PortalUser.signIn(server.url, 'operator@flixcheck.example');
    const redirectUri = 'http://localhost:4000/auth/callback/flixcheck';
    const response = await operator.request('POST', '/admin/v7/oauth-clients', {
      resource: {
        name: 'Auth.js',
        description: 'Ein Beispiel',
        publisher: 'Maklerwelt Software GmbH',
        kind: 'confidential',
        redirectUris: [redirectUri],
        scopes: ['read', 'readwrite'],
      },
    });
    const { resource } = (await response.json()) as {
      resource: { clientId: string; secret: { value: string } };
    };
    const client = {
      clientId: resource.clientId,
      clientSecret: resource.secret.value,
      redirectUri,
    };
    const start = new Date();
    expect(await authCore(environment(client))).toEqual({
      user: ownUser,
      userAfterRefresh: ownUser,
      statusAfterRevocation: null,
    });
    await expectHistory(start, false);
  });

  describe('other languages, with their standard libraries', () => {
    for (const script of scripts) {
      if (isInstalled(script)) {
        test(
          `${script.language} authorizes, exchanges, calls, refreshes and revokes`,
          async () => {
            const start = new Date();
            expect(await runScript(script, environment(confidential))).toEqual([
              'Connected: user@musterhaus.example',
              'Refreshed: user@musterhaus.example',
              'Revoked: 401',
            ]);
            await expectHistory(start, true);
          },
          COMPILES_MS,
        );
      } else {
        test(`${script.language} is not on this machine: there is no ${commandOf(script)}`, () => {
          // Where the languages are known to be, as on the runners of CI, none may go missing unseen.
          expect(process.env['EVERY_LANGUAGE']).toBeUndefined();
        });
      }
    }
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { query, send } from './harness/http.js';
import { ThirdParty } from './harness/third-party.js';
import { startWorld, type World } from './harness/world.js';

interface Document {
  servers: { url: string }[];
  components: {
    securitySchemes: {
      oauth2: {
        flows: {
          authorizationCode: {
            authorizationUrl: string;
            tokenUrl: string;
            scopes: Record<string, string>;
          };
        };
      };
    };
  };
}

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.server.stop());

describe('Swagger UI, whose Authorize button completes the real flow (CONTRACT §4)', () => {
  it('stands at /docs and runs no script but the server’s own', async () => {
    const page = await send(world.url, '/docs');
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toMatch(/^text\/html/);
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    expect(page.text).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>/);
    for (const [, source = ''] of page.text.matchAll(/(?:src|href)="([^"]+)"/g)) {
      expect(source).not.toMatch(/^(https?:)?\/\//);
    }
  });

  it('names the endpoints of the metadata and the two scopes', async () => {
    const { body } = await send<Document>(world.url, '/docs/openapi.json');
    const metadata = await send<Record<string, string>>(
      world.url,
      '/.well-known/oauth-authorization-server',
    );
    const flow = body.components.securitySchemes.oauth2.flows.authorizationCode;
    expect(flow.authorizationUrl).toBe(metadata.body['authorization_endpoint']);
    expect(flow.tokenUrl).toBe(metadata.body['token_endpoint']);
    expect(Object.keys(flow.scopes)).toEqual(['read', 'readwrite']);
    expect(body.servers.map(({ url }) => url)).toEqual([world.url]);
  });

  it('its own client goes through the flow with PKCE and no secret, and is not offered to users', async () => {
    const redirectUri = `${world.url}/docs/oauth2-redirect.html`;
    expect((await send(world.url, '/docs/oauth2-redirect.html')).status).toBe(200);
    const explorer = new ThirdParty(world.url, {
      clientId: 'api-explorer',
      redirectUri,
      pkce: true,
    });
    const tokens = await explorer.connect(world.member);
    expect((await explorer.use(tokens.access_token)).status).toBe(200);

    const without = await world.member.send(
      `/user/v7/oauth-authorization-request?${query({ clientId: 'api-explorer', response_type: 'code' })}`,
    );
    expect(without.body.code).toBe('invalid_request');
    const { body } = await world.member.send<{ resources: { clientId: string }[] }>(
      '/user/v7/oauth-clients?limit=100',
    );
    expect(body.resources.map(({ clientId }) => clientId)).not.toContain('api-explorer');
  });
});

import {
  bearer,
  DEMO_CLIENTS,
  query,
  send,
  startWorld,
  ThirdParty,
  TOKEN_PATH,
  type World,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';

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

describe('Swagger UI, whose Authorize button completes the real flow', () => {
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
    expect(await explorer.use(tokens.access_token)).toBe(200);

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

describe('OpenAPI', () => {
  interface Operation {
    description?: string;
    tags: string[];
    requestBody: { content: Record<string, { examples: Record<string, { value: object }> }> };
    responses: Record<string, { description: string }>;
    parameters: { name: string }[];
  }
  interface Described {
    info: object;
    tags: { name: string; description?: string }[];
    paths: Record<string, Record<string, Operation>>;
  }
  let described: Described;
  beforeAll(async () => {
    described = (await send<Described>(world.url, '/docs/openapi.json')).body;
  });
  const operation = (method: string, path: string) => described.paths[path]?.[method];

  it('describes each tag that an operation has, and names no contact', () => {
    const tags = new Map(described.tags.map(({ name, description }) => [name, description]));
    for (const item of Object.values(described.paths)) {
      for (const { tags: own } of Object.values(item)) {
        for (const tag of own) expect([tag, tags.get(tag)]).toEqual([tag, expect.any(String)]);
      }
    }
    expect(described.info).not.toHaveProperty('contact');
  });

  it('shows an exchange and a refresh, as a form and as JSON, that are sound but for the token', async () => {
    const token = operation('post', TOKEN_PATH);
    expect(token?.description?.length).toBeGreaterThan(100);
    for (const type of ['application/x-www-form-urlencoded', 'application/json']) {
      const examples = token?.requestBody.content[type]?.examples ?? {};
      expect(Object.keys(examples)).toEqual(['exchange', 'refresh']);
      for (const { value } of Object.values(examples)) {
        const { body } = await send<{ error: string }>(world.url, TOKEN_PATH, { json: value });
        expect(body.error).toBe('invalid_grant');
      }
    }
    expect(Object.keys(token?.responses ?? {})).toEqual(expect.arrayContaining(['413', '415']));
  });

  it.each([
    ['post', '/user/v7/oauth-codes', '400', 'invalid_redirect_uri'],
    ['post', '/user/v7/oauth-codes', '409', 'user_changed'],
    ['get', '/user/v7/oauth-authorization-request', '400', 'unsupported_response_type'],
    ['get', '/user/v7/oauth-userinfo', '401', 'invalid_token'],
    ['post', '/user/v7/checks', '401', 'session_required'],
    ['post', '/user/v7/checks', '403', 'insufficient_scope'],
    ['post', '/guest/v7/sessions', '401', 'invalid_credentials'],
    ['get', '/admin/v7/oauth-clients', '403', 'forbidden'],
    ['patch', '/user/v7/users/{id}', '409', 'cannot_disable_self'],
  ])('says of %s %s that %s may be %s', (method, path, status, code) => {
    expect(operation(method, path)?.responses[status]?.description).toContain(`\`${code}\``);
  });

  it('names at least one code of every problem', () => {
    for (const [path, item] of Object.entries(described.paths)) {
      for (const { responses } of Object.values(item)) {
        for (const { description } of Object.values(responses)) {
          expect([path, description]).not.toEqual([path, expect.stringMatching(/^Problem(: )?$/)]);
        }
      }
    }
  });

  it('has both spellings of the authorization request', () => {
    const names = operation('get', '/user/v7/oauth-authorization-request')?.parameters.map(
      ({ name }) => name,
    );
    expect(names).toEqual(
      expect.arrayContaining(['clientId', 'client_id', 'redirectUri', 'redirect_uri']),
    );
  });
});

describe('the collections for Postman and Bruno', () => {
  type Pairs = { key: string; value: string }[];
  interface PostmanRequest {
    method: string;
    auth?: { type: string };
    url: { raw: string };
    body?: { raw?: string; urlencoded?: Pairs };
  }
  interface Postman {
    auth: { oauth2: Pairs };
    variable: Pairs;
    item: { item: { name: string; request: PostmanRequest }[] }[];
  }
  const fileOf = (program: string) =>
    `/docs/collections/flixcheck-connect.${program}_collection.json`;
  const valuesOf = (pairs: Pairs) => new Map(pairs.map(({ key, value }) => [key, value]));

  it('Postman’s authorizes as it is; as one’s own application each of its requests works', async () => {
    const { body, headers } = await send<Postman>(world.url, fileOf('postman'));
    expect(headers['content-disposition']).toContain('attachment');
    const variables = valuesOf(body.variable);
    const filled = (text = ''): string => {
      const next = text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => variables.get(name) ?? '?');
      return next === text ? text : filled(next);
    };
    const settings = valuesOf(body.auth.oauth2);
    expect(filled(settings.get('accessTokenUrl'))).toBe(`${world.url}${TOKEN_PATH}`);
    const authorize = () =>
      new ThirdParty(world.url, {
        clientId: filled(settings.get('clientId')),
        // The field is sent even where it is empty.
        clientSecret: filled(settings.get('clientSecret')),
        redirectUri: filled(settings.get('redirect_uri')),
        pkce: true,
      }).connect(world.member, { scope: filled(settings.get('scope')) });
    expect(await world.crm.use((await authorize()).access_token)).toBe(200);

    variables.set('clientId', DEMO_CLIENTS.crm.clientId);
    variables.set('clientSecret', DEMO_CLIENTS.crm.clientSecret);
    variables.set('redirectUri', DEMO_CLIENTS.crm.redirectUri);
    const tokens = await authorize();
    variables.set('accessToken', tokens.access_token);
    variables.set('refreshToken', tokens.refresh_token);
    const requests = body.item.flatMap(({ item }) => item);
    const isRevocation = ({ request }: (typeof requests)[number]) =>
      request.url.raw.endsWith('/revoke');
    for (const { name, request } of [
      ...requests.filter((each) => !isRevocation(each)),
      ...requests.filter(isRevocation),
    ]) {
      const address = new URL(filled(request.url.raw));
      const answer = await send<{ resource?: { id: string } }>(
        world.url,
        address.pathname.replace(':id', variables.get('id') ?? ''),
        {
          method: request.method,
          ...(!request.auth && { headers: bearer(variables.get('accessToken') ?? '') }),
          ...(request.body?.raw && { json: JSON.parse(request.body.raw) as object }),
          ...(request.body?.urlencoded && {
            form: Object.fromEntries(
              [...valuesOf(request.body.urlencoded)].map(([key, value]) => [key, filled(value)]),
            ),
          }),
        },
      );
      expect([name, answer.status]).toEqual([name, request.body?.raw ? 201 : 200]);
      if (request.body?.raw) variables.set('id', answer.body.resource?.id ?? '');
    }
  });

  it('Bruno’s is about the same server', async () => {
    const { text } = await send(world.url, fileOf('bruno'));
    expect(text).toContain(`"value": "${world.url}"`);
    expect(text).not.toContain('http://localhost:3000');
  });
});

describe('the documentation as a site', () => {
  const SITE = resolve(__dirname, '../../docs/dist/site');
  const pages = readdirSync(SITE, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.html'))
    .map((file) => `/docs/${file.replace(/(\/index)?\.html$/, '')}`);
  const hrefs = (text: string) =>
    [...text.matchAll(/\s(?:src|href)="([^"]+)"/g)].map(([, target = '']) => target);

  it.each(['/docs/guide', '/docs/guide/quick-start', '/docs/errors', '/docs/contract'])(
    '%s is a page that holds no script, and is read anew when it has changed',
    async (path) => {
      const page = await send(world.url, path, { headers: { 'accept-encoding': 'identity' } });
      expect([page.status, page.headers['content-type']]).toEqual([
        200,
        'text/html; charset=utf-8',
      ]);
      expect(page.text).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>|\sstyle=|\son\w+=/);
      expect(page.headers['cache-control']).toBe('no-cache');
      const again = await send(world.url, path, {
        headers: { 'if-none-match': String(page.headers['etag']) },
      });
      expect(again.status).toBe(304);
    },
  );

  it('every link leads somewhere, down to the anchor', async () => {
    expect(pages.length).toBeGreaterThan(15);
    const texts = new Map<string, string>();
    const textOf = async (path: string) => {
      const known = texts.get(path);
      if (known !== undefined) return known;
      const answer = await send(world.url, path, { headers: { 'accept-encoding': 'identity' } });
      const text = answer.status === 200 ? answer.text : '';
      texts.set(path, text);
      return text;
    };
    const broken: string[] = [];
    for (const page of pages) {
      for (const target of new Set(hrefs(await textOf(page)))) {
        if (/^https?:/.test(target)) continue;
        const [path = '', anchor] = target.split('#');
        const text = await textOf(path || page);
        if (!text || (anchor && path.startsWith('/docs/') && !text.includes(`id="${anchor}"`))) {
          broken.push(`${page}: ${target}`);
        }
      }
    }
    expect(broken).toEqual([]);
  });

  it('the type of a problem leads to what to do about it', async () => {
    const { type } = (await send(world.url, '/user/v7/connections')).body;
    const [path = '', anchor = ''] = type.split('#');
    const page = await send(world.url, new URL(path, world.url).pathname, {
      headers: { 'accept-encoding': 'identity' },
    });
    expect(page.text).toContain(`<h3 id="${anchor}"`);
  });

  it('is compressed on the way', async () => {
    const { headers } = await send(world.url, '/docs/assets/search.json', {
      headers: { 'accept-encoding': 'br' },
    });
    expect(headers['content-encoding']).toBe('br');
  });
});

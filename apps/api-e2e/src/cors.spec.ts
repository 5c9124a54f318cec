import {
  type Answer,
  bearer,
  type Message,
  nameOf,
  type Operation,
  operations,
  register,
  send,
  startWorld,
  TOKEN_PATH,
  type TokenAnswer,
  withoutTable,
  type World,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const ORIGIN = 'https://app.crm.example';

let world: World;
let all: Operation[];
let tokens: TokenAnswer;
beforeAll(async () => {
  world = await startWorld();
  all = await operations(world.url);
  tokens = await world.crm.connect(world.member);
});
afterAll(() => world.server.stop());

/** As a page of another site sends it. */
const fromBrowser = (path: string, message: Message = {}) =>
  send(world.url, path, { ...message, headers: { origin: ORIGIN, ...message.headers } });
const preflight = (path: string, method: string, headers = 'authorization,content-type') =>
  send(world.url, path, {
    method: 'OPTIONS',
    headers: {
      origin: ORIGIN,
      'access-control-request-method': method,
      'access-control-request-headers': headers,
    },
  });

function expectOpen(answer: Answer<unknown>) {
  expect(answer.headers['access-control-allow-origin']).toBe('*');
  // A browser would then send cookies: `*` and credentials exclude each other (Fetch §3.2.3).
  expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
}
function expectClosed(name: string, answer: Answer<unknown>) {
  const allowed = Object.keys(answer.headers).filter((header) =>
    header.startsWith('access-control-allow'),
  );
  expect([name, allowed]).toEqual([name, []]);
}

const isOpen = ({ access }: Operation) => access !== undefined && 'cors' in access && access.cors;

describe('browsers of any origin may call what third parties call', () => {
  it('that is the token, revocation, metadata and key endpoints and every resource with a token, and no more', () => {
    expect(all.filter(isOpen).map(nameOf).sort()).toEqual([
      'GET /.well-known/jwks.json',
      'GET /.well-known/oauth-authorization-server',
      'GET /.well-known/oauth-protected-resource',
      'GET /.well-known/openid-configuration',
      'GET /user/v7/checks',
      'GET /user/v7/checks/{id}',
      'GET /user/v7/oauth-userinfo',
      'GET /user/v7/users/me',
      'POST /guest/v7/oauth-tokens',
      'POST /guest/v7/oauth-tokens/revoke',
      'POST /user/v7/checks',
    ]);
  });

  it('the preflight of each is answered with its method and the headers that it takes (Fetch §3.2.2)', async () => {
    for (const operation of all.filter(isOpen)) {
      const answer = await preflight(operation.path, operation.method);
      expect([nameOf(operation), [200, 204].includes(answer.status)]).toEqual([
        nameOf(operation),
        true,
      ]);
      expectOpen(answer);
      expect(answer.headers['access-control-allow-methods']).toContain(operation.method);
      expect(answer.headers['access-control-allow-headers']).toMatch(
        /^\*$|authorization.*content-type/i,
      );
      expect(Number(answer.headers['access-control-max-age'])).toBeGreaterThan(0);
    }
  });

  it('a method that the path does not open to tokens gets no permission', async () => {
    for (const [path, method] of [
      ['/user/v7/users/me', 'PATCH'],
      ['/user/v7/checks', 'DELETE'],
      [TOKEN_PATH, 'DELETE'],
    ]) {
      const answer = await preflight(path ?? '', method ?? '');
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('successes', async () => {
    const headers = bearer(tokens.access_token);
    expectOpen(await fromBrowser('/user/v7/users/me', { headers }));
    expectOpen(await fromBrowser('/user/v7/oauth-userinfo', { headers }));
    expectOpen(await fromBrowser('/user/v7/checks', { headers }));
    const { code } = await world.crm.code(world.member);
    const form = { grant_type: 'authorization_code', code, ...world.crm.credentials };
    const exchanged = await fromBrowser(TOKEN_PATH, { form });
    expect(exchanged.status).toBe(200);
    expectOpen(exchanged);
  });

  const errors: [string, string, number, () => Message][] = [
    ['invalid_client', TOKEN_PATH, 401, () => ({ form: { grant_type: 'refresh_token' } })],
    [
      'invalid_grant',
      TOKEN_PATH,
      400,
      () => ({ form: { grant_type: 'authorization_code', code: 'x', ...world.crm.credentials } }),
    ],
    [
      'text that is not JSON',
      TOKEN_PATH,
      400,
      () => ({ body: '{', headers: { 'content-type': 'application/json' } }),
    ],
    [
      'another content type',
      TOKEN_PATH,
      415,
      () => ({ body: '<a/>', headers: { 'content-type': 'text/xml' } }),
    ],
    [
      'a body that is too large',
      TOKEN_PATH,
      413,
      () => ({ form: { ...world.crm.credentials, code: 'x'.repeat(200_000) } }),
    ],
    ['a NUL', TOKEN_PATH, 400, () => ({ form: { code: '\0', ...world.crm.credentials } })],
    ['a missing token', `${TOKEN_PATH}/revoke`, 400, () => ({ form: world.crm.credentials })],
    ['no token', '/user/v7/users/me', 401, () => ({})],
    ['a bad token', '/user/v7/users/me', 401, () => ({ headers: bearer('x') })],
    ['no such check', '/user/v7/checks/x', 404, () => ({ headers: bearer(tokens.access_token) })],
    [
      'an invalid check',
      '/user/v7/checks',
      400,
      () => ({ headers: bearer(tokens.access_token), json: { resource: {} } }),
    ],
  ];
  it.each(errors)('errors too: %s (keycloak #22275)', async (_, path, status, message) => {
    const answer = await fromBrowser(path, message());
    expect(answer.status).toBe(status);
    expectOpen(answer);
    expect(answer.headers['access-control-expose-headers']).toMatch(/www-authenticate/i);
  });

  it('the limit on failures too, with when to come back', async () => {
    const client = await register(world.operator);
    const form = { grant_type: 'authorization_code', code: 'x', ...client.credentials };
    await Promise.all(Array.from({ length: 59 }, () => fromBrowser(TOKEN_PATH, { form })));
    const answer = await fromBrowser(TOKEN_PATH, { form });
    expect(answer.status).toBe(429);
    expectOpen(answer);
    expect(answer.headers['access-control-expose-headers']).toMatch(/retry-after/i);
  });

  it('unexpected errors too', async () => {
    const headers = bearer(tokens.access_token);
    await withoutTable(world.server.databaseUrl, 'checks', async () => {
      const answer = await fromBrowser('/user/v7/checks', { headers });
      expect(answer.status).toBe(500);
      expectOpen(answer);
    });
  });
});

describe('session endpoints answer none but the portal’s own', () => {
  const closed = () =>
    all.filter(
      (operation) => !isOpen(operation) && !operation.path.endsWith('/connections/changes'),
    );

  it('neither a preflight', async () => {
    for (const operation of closed()) {
      const answer = await preflight(operation.path, operation.method);
      expect([nameOf(operation), answer.headers['access-control-allow-origin']]).toEqual([
        nameOf(operation),
        undefined,
      ]);
    }
  });

  it('nor a request, with a good session or without', async () => {
    for (const operation of closed()) {
      const headers = { cookie: world.member.cookie };
      for (const message of [{ headers }, {}]) {
        const answer = await fromBrowser(operation.path, { ...message, method: operation.method });
        expectClosed(nameOf(operation), answer);
      }
    }
  });

  it('an origin is never echoed, on whatever path', async () => {
    for (const path of [
      '/',
      '/portal/',
      '/nothing',
      '/docs',
      '/docs/openapi.json',
      '/health/live',
    ]) {
      const answer = await fromBrowser(path);
      expect(answer.headers['access-control-allow-origin']).not.toBe(ORIGIN);
      expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
    }
  });

  it('“null”, the origin of sandboxed pages, gets no more than others', async () => {
    const answer = await send(world.url, '/user/v7/connections', {
      headers: { origin: 'null', cookie: world.member.cookie },
    });
    expectClosed('null', answer);
  });
});

import {
  type Answer,
  eventually,
  type Message,
  type Problem,
  send,
  startWorld,
  withoutTable,
  type World,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.server.stop());

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function expectProblem(answer: Answer<Problem>, status: number, code: string) {
  expect([answer.status, answer.body.code]).toEqual([status, code]);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(answer.headers['cache-control']).toBe('no-store');
  const { type, title, detail, requestId, ...rest } = answer.body;
  expect(rest).toMatchObject({ status, code });
  expect(URL.canParse(type)).toBe(true);
  expect(title.length).toBeGreaterThan(3);
  expect(detail.length).toBeGreaterThan(10);
  expect(requestId).toMatch(UUID);
  expect(answer.headers['x-request-id']).toBe(requestId);
  for (const member of Object.keys(rest)) {
    expect(['status', 'code', 'errors', 'redirectTo', 'retryAfterSeconds']).toContain(member);
  }
}

it('a known path with another method is 405 and says which it takes (RFC 9110 §15.5.6)', async () => {
  for (const [method, path, allow] of [
    ['GET', '/guest/v7/sessions', 'POST'],
    ['DELETE', '/user/v7/users/me', 'GET, HEAD, PATCH'],
    [
      'POST',
      '/user/v7/connections/00000000-0000-4000-8000-000000000000',
      'DELETE, GET, HEAD, PATCH',
    ],
    ['POST', '/.well-known/jwks.json', 'GET, HEAD'],
  ] as const) {
    const answer = await send<Problem>(world.url, path, { method });
    expectProblem(answer, 405, 'method_not_allowed');
    expect(answer.headers['allow']?.split(', ').sort().join(', ')).toBe(allow);
  }
});

describe('errors are RFC 9457 problems', () => {
  interface Case {
    path: string;
    status: number;
    code: string;
    message?: Message;
    as?: 'member';
  }
  const json = { 'content-type': 'application/json' };
  const checks = { path: '/user/v7/checks', as: 'member' } as const;
  const codes = { path: '/user/v7/oauth-codes', as: 'member' } as const;
  const cases: Case[] = [
    { path: '/user/v7/users/me', status: 401, code: 'session_required' },
    {
      path: '/guest/v7/sessions',
      status: 401,
      code: 'invalid_credentials',
      message: { json: { resource: { email: 'nobody@x.example', password: 'x' } } },
    },
    { path: '/user/v7/users', status: 403, code: 'forbidden', as: 'member' },
    { path: '/admin/v7/oauth-clients', status: 403, code: 'forbidden', as: 'member' },
    { path: '/user/v7/connections/x', status: 404, code: 'not_found', as: 'member' },
    { path: '/user/v7/nothing', status: 404, code: 'not_found', as: 'member' },
    { ...checks, status: 400, code: 'validation_failed', message: { json: { resource: {} } } },
    { ...checks, status: 400, code: 'malformed_request', message: { body: '{', headers: json } },
    { ...checks, status: 415, code: 'unsupported_media_type', message: { form: { a: 'b' } } },
    {
      ...checks,
      status: 413,
      code: 'payload_too_large',
      message: { json: { resource: { title: 'x'.repeat(200_000) } } },
    },
    {
      ...codes,
      status: 403,
      code: 'origin_refused',
      message: { json: { resource: {} }, headers: { origin: 'https://evil.example' } },
    },
    {
      path: '/user/v7/users/me',
      status: 401,
      code: 'invalid_token',
      message: { headers: { authorization: 'Bearer x' } },
    },
    {
      ...codes,
      status: 400,
      code: 'unknown_client',
      message: { json: { resource: { clientId: 'nobody' } } },
    },
    { path: '/user/v7/checks/%zz', status: 400, code: 'malformed_request', as: 'member' },
  ];
  it.each(cases)('$path: $status $code', async ({ path, status, code, message, as }) => {
    const answer = await (as ? world[as].send(path, message) : send(world.url, path, message));
    expectProblem(answer, status, code);
  });

  it('the type leads to a page that explains the code (RFC 9457 §3.1.1)', async () => {
    const answer = await world.member.send('/user/v7/nothing');
    const type = new URL(answer.body.type);
    const page = await send(world.url, type.pathname);
    expect(page.status).toBe(200);
    expect(page.text).toContain(type.hash.slice(1));
  });

  it('each request has an id of its own, which the caller cannot choose', async () => {
    const chosen = '11111111-1111-4111-8111-111111111111';
    const headers = { 'x-request-id': chosen, 'request-id': chosen };
    const answers = await Promise.all(
      [1, 2, 3].map(() => send(world.url, '/nothing', { headers })),
    );
    const ids = answers.map(({ body }) => body.requestId);
    expect(new Set(ids).size).toBe(3);
    expect(ids).not.toContain(chosen);
  });
});

describe('what does not exist', () => {
  it.each([
    '/nothing',
    '/user',
    '/user/v7',
    '/user/v7/',
    '/user/v6/users/me',
    '/guest/v7/oauth-tokens/x',
    '/admin',
    '/.well-known/nothing',
    '/.well-known/openid-federation',
    '/.env',
    '/package.json',
    '/apps/api/dist/main.js',
    '/portal/../package.json',
    '/portal/%2e%2e/%2e%2e/package.json',
    '/portal/..%2f..%2fpackage.json',
    '/index.php',
  ])('%s is a 404 problem', async (path) => {
    expectProblem(await send(world.url, path), 404, 'not_found');
  });

  it.each([
    ['PUT', '/user/v7/users/me'],
    ['DELETE', '/user/v7/users/me'],
    ['GET', '/guest/v7/sessions'],
    ['GET', '/user/v7/oauth-codes'],
    ['POST', '/user/v7/connections'],
    ['PATCH', '/user/v7/checks'],
    ['POST', '/health/live'],
    ['PROPFIND', '/user/v7/checks'],
  ])('%s %s is a 4xx, never a 5xx and never a page', async (method, path) => {
    const answer = await world.member.send(path, { method });
    expect([404, 405]).toContain(answer.status);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  });
});

describe('what nobody expected', () => {
  it('is a 500 that says nothing of the database, but names the request', async () => {
    await withoutTable(world.server.databaseUrl, 'checks', async () => {
      const answer = await world.member.send('/user/v7/checks');
      expectProblem(answer, 500, 'internal_error');
      expect(answer.text).not.toMatch(/relation|select|checks_gone|postgres|typeorm|\.js/i);
      // The log comes through a pipe, which may be slower than the answer.
      await eventually(
        () => Promise.resolve(world.server.output()),
        (output) => output.includes(answer.body.requestId),
      );
    });
    expect((await world.member.send('/user/v7/checks')).status).toBe(200);
  });

  it('is flat on an OAuth endpoint', async () => {
    await withoutTable(world.server.databaseUrl, 'authorization_codes', async () => {
      const answer = await world.crm.exchange('x');
      expect([answer.status, answer.body.error]).toEqual([500, 'server_error']);
      expect(Object.keys(answer.body).sort()).toEqual(['error', 'error_description']);
      expect(answer.text).not.toMatch(/relation|select|_gone|postgres|typeorm/i);
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.body.error_description).toContain(String(answer.headers['x-request-id']));
    });
  });
});

describe('operations', () => {
  it('liveness and readiness say ok to anyone, and nobody keeps the answer', async () => {
    for (const path of ['/health/live', '/health/ready']) {
      const answer = await send<{ status: string }>(world.url, path);
      expect([answer.status, answer.body.status]).toEqual([200, 'ok']);
      expect(answer.headers['cache-control']).toBe('no-store');
    }
  });

  it('metrics are Prometheus text without ids, addresses or tokens', async () => {
    const { access_token } = await world.crm.connect(world.member);
    const me = (await world.crm.me(access_token)).body.resource;
    await world.member.send(`/user/v7/connections/${me.connection.id}`);
    const answer = await send(world.url, '/metrics');
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^text\/plain/);
    expect(answer.text).toMatch(/^# HELP /m);
    for (const secret of [me.connection.id, me.id, me.email, access_token, 'maklerwelt-crm-demo']) {
      expect(answer.text).not.toContain(secret);
    }
  });

  it('every answer forbids guessing its type, framing it, and what the portal never uses', async () => {
    const paths = [
      '/health/live',
      '/nothing',
      '/docs',
      '/user/v7/users/me',
      '/portal/',
      '/portal/x.js',
    ];
    for (const path of paths) {
      const { headers } = await send(world.url, path);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['x-frame-options']).toMatch(/deny/i);
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(headers['content-security-policy']).not.toMatch(/script-src[^;]*unsafe-inline/);
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(headers['cross-origin-opener-policy']).toBe('same-origin');
      expect(headers['cross-origin-resource-policy']).toBe('same-origin');
      expect(headers['permissions-policy']).toContain('camera=()');
      expect(headers).not.toHaveProperty('x-powered-by');
    }
  });
});

import {
  bearer,
  type Message,
  nameOf,
  openApi,
  type Operation,
  operations,
  send,
  startWorld,
  substance,
  type TokenAnswer,
  type World,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

let world: World;
let all: Operation[];
let reader: TokenAnswer;
let writer: TokenAnswer;
beforeAll(async () => {
  world = await startWorld();
  all = await operations(world.url);
  reader = await world.crm.connect(world.member, { scope: 'read' });
  writer = await world.crm.connect(world.member, { scope: 'readwrite' });
});
afterAll(() => world.server.stop());

const call = ({ method, path }: Operation, message: Message = {}) =>
  send(world.url, path, {
    method,
    // A body that no route takes, so that what is let through changes nothing either.
    ...(!['GET', 'DELETE', 'HEAD'].includes(method) && { json: { resource: {} } }),
    ...message,
  });
const takesBearer = ({ access }: Operation) =>
  access?.kind === 'bearer' || access?.kind === 'session-or-bearer';
const refusesBearer = ({ access }: Operation) => access?.kind === 'session';

describe('every route declares who may call it', () => {
  it('OpenAPI 3.1 names every endpoint of the contract', async () => {
    expect((await openApi(world.url)).openapi).toMatch(/^3\.1/);
    expect(all.map(nameOf)).toEqual(
      expect.arrayContaining([
        'POST /guest/v7/sessions',
        'GET /user/v7/sessions/current',
        'DELETE /user/v7/sessions/current',
        'GET /user/v7/sessions',
        'DELETE /user/v7/sessions/{id}',
        'GET /user/v7/users/me',
        'PATCH /user/v7/users/me',
        'POST /user/v7/users/me/password',
        'GET /user/v7/users',
        'PATCH /user/v7/users/{id}',
        'GET /guest/v7/oauth-clients/{clientId}',
        'GET /user/v7/oauth-authorization-request',
        'POST /user/v7/oauth-codes',
        'POST /guest/v7/oauth-tokens',
        'POST /guest/v7/oauth-tokens/revoke',
        'POST /guest/v7/oauth-tokens/introspect',
        'GET /.well-known/oauth-authorization-server',
        'GET /.well-known/openid-configuration',
        'GET /.well-known/jwks.json',
        'GET /.well-known/oauth-protected-resource',
        'GET /user/v7/oauth-userinfo',
        'GET /user/v7/oauth-clients',
        'GET /user/v7/connections',
        'GET /user/v7/connections/{id}',
        'GET /user/v7/connections/{id}/events',
        'DELETE /user/v7/connections/{id}',
        'GET /user/v7/checks',
        'POST /user/v7/checks',
        'GET /user/v7/checks/{id}',
        'GET /admin/v7/oauth-clients',
        'POST /admin/v7/oauth-clients',
        'GET /admin/v7/oauth-clients/{id}',
        'PATCH /admin/v7/oauth-clients/{id}',
        'DELETE /admin/v7/oauth-clients/{id}',
        'POST /admin/v7/oauth-clients/{id}/secrets',
        'DELETE /admin/v7/oauth-clients/{id}/secrets/{secretId}',
        'GET /admin/v7/oauth-clients/{id}/requests',
        'GET /health/live',
        'GET /health/ready',
        'GET /metrics',
      ]),
    );
  });

  it('none of them is without a declaration', () => {
    expect(all.filter(({ access }) => access === undefined).map(nameOf)).toEqual([]);
  });

  it('a bearer token reaches exactly what the contract’s table says, with exactly that scope', () => {
    const reached = all
      .filter(takesBearer)
      .map((operation) => [
        nameOf(operation),
        operation.access && 'scope' in operation.access ? operation.access.scope : '',
      ]);
    expect(Object.fromEntries(reached)).toEqual({
      'GET /user/v7/users/me': 'read',
      'GET /user/v7/oauth-userinfo': 'read',
      'GET /user/v7/checks': 'read',
      'GET /user/v7/checks/{id}': 'read',
      'POST /user/v7/checks': 'readwrite',
    });
  });

  it('/user takes a session or a token, /admin an operator, /guest neither', () => {
    for (const operation of all) {
      const { access, template } = operation;
      const kind = access?.kind ?? '';
      if (template.startsWith('/guest/')) expect(['anyone', 'client']).toContain(kind);
      if (template.startsWith('/user/')) {
        expect(['session', 'bearer', 'session-or-bearer']).toContain(kind);
      }
      if (template.startsWith('/admin/')) {
        expect([nameOf(operation), access]).toEqual([
          nameOf(operation),
          { kind: 'session', roles: ['operator'] },
        ]);
      }
    }
  });
});

describe('what a token may not do', () => {
  it('a readwrite token on each session-only route is 403 session_required, and nothing is written', async () => {
    const sessionOnly = all.filter(refusesBearer);
    expect(sessionOnly.length).toBeGreaterThan(20);
    const before = await substance(world.server.databaseUrl);
    for (const operation of sessionOnly) {
      const answer = await call(operation, { headers: bearer(writer.access_token) });
      expect([nameOf(operation), answer.status, answer.body.code]).toEqual([
        nameOf(operation),
        403,
        'session_required',
      ]);
    }
    expect(await substance(world.server.databaseUrl)).toEqual(before);
  });

  it('nor does it help to send it beside a good session of the same user', async () => {
    for (const operation of all.filter(refusesBearer)) {
      const headers = { ...bearer(writer.access_token), cookie: world.member.cookie };
      const answer = await call(operation, { headers });
      expect([nameOf(operation), answer.status]).toEqual([nameOf(operation), 403]);
    }
  });

  it('it creates no code, session, client or revocation, whatever the body is', async () => {
    const headers = bearer(writer.access_token);
    const { id } = (await world.crm.me(writer.access_token)).body.resource.connection;
    const attempts: [string, Message][] = [
      ['/user/v7/oauth-codes', { json: { resource: { clientId: 'maklerwelt-crm' } } }],
      [`/user/v7/connections/${id}`, { method: 'DELETE' }],
      ['/user/v7/sessions', { method: 'DELETE' }],
      ['/user/v7/users/me', { method: 'PATCH', json: { resource: { firstName: 'X' } } }],
      ['/user/v7/users', {}],
      ['/user/v7/connections', {}],
      ['/admin/v7/oauth-clients', {}],
    ];
    for (const [path, message] of attempts) {
      const answer = await send(world.url, path, { ...message, headers });
      expect([path, answer.status]).toEqual([path, 403]);
    }
    expect(await world.crm.use(writer.access_token)).toBe(200);
  });

  it('a read token changes nothing on any route: each that is more than reading is 403 insufficient_scope', async () => {
    const headers = bearer(reader.access_token);
    const writing = all.filter(
      (operation) =>
        takesBearer(operation) &&
        operation.access &&
        'scope' in operation.access &&
        operation.access.scope !== 'read',
    );
    expect(writing.length).toBeGreaterThan(0);
    const before = await substance(world.server.databaseUrl);
    for (const operation of writing) {
      const answer = await call(operation, { headers });
      expect([nameOf(operation), answer.status, answer.body.code]).toEqual([
        nameOf(operation),
        403,
        'insufficient_scope',
      ]);
      expect(answer.headers['www-authenticate']).toContain('scope="readwrite"');
    }
    expect(await substance(world.server.databaseUrl)).toEqual(before);
    expect(
      all.filter(takesBearer).filter(({ method }) => !['GET', 'POST'].includes(method)),
    ).toEqual([]);
  });

  it('a route that takes `read` is a GET: nothing that changes is open to it', () => {
    for (const operation of all.filter(takesBearer)) {
      if (operation.access && 'scope' in operation.access && operation.access.scope === 'read') {
        expect([nameOf(operation), operation.method]).toEqual([nameOf(operation), 'GET']);
      }
    }
  });
});

describe('a 401 from a resource says how to get in (RFC 6750 §3, RFC 9728 §5.1)', () => {
  const metadata = () => `resource_metadata="${world.url}/.well-known/oauth-protected-resource"`;

  it('without a token: Bearer with resource_metadata, and no error', async () => {
    for (const operation of all.filter(takesBearer)) {
      const answer = await call(operation);
      expect([nameOf(operation), answer.status]).toEqual([nameOf(operation), 401]);
      const challenge = String(answer.headers['www-authenticate']);
      expect(challenge).toMatch(/^Bearer /);
      expect(challenge).toContain(metadata());
      expect(challenge).not.toContain('error=');
    }
  });

  it.each(['x', 'x.y.z', '', 'a b', '"'])(
    'with something that is not a token (%s): error="invalid_token" too',
    async (token) => {
      for (const operation of all.filter(takesBearer)) {
        const answer = await call(operation, { headers: bearer(token) });
        expect([nameOf(operation), answer.status, answer.body.code]).toEqual([
          nameOf(operation),
          401,
          'invalid_token',
        ]);
        const challenge = String(answer.headers['www-authenticate']);
        expect(challenge).toContain(metadata());
        expect(challenge).toContain('error="invalid_token"');
      }
    },
  );

  it('the challenge is well-formed, and names each parameter once (RFC 9110 §11.6.1, RFC 6750 §3)', async () => {
    const check = { json: { resource: {} } };
    const answers = [
      await send(world.url, '/user/v7/checks'),
      await send(world.url, '/user/v7/checks', { headers: bearer('"\\, x="y') }),
      await send(world.url, '/user/v7/checks', { headers: bearer('x') }),
      await send(world.url, '/user/v7/checks', { headers: bearer(reader.access_token), ...check }),
      await send(world.url, '/user/v7/checks', {
        headers: { authorization: ['Bearer x', 'Bearer y'] },
      }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 403, 400]);
    for (const { headers } of answers) {
      const challenge = String(headers['www-authenticate']);
      expect(challenge).toMatch(/^Bearer [a-z_]+="[^"\\]*"(, [a-z_]+="[^"\\]*")*$/);
      const names = [...challenge.matchAll(/([a-z_]+)="/g)].map(([, name]) => name);
      expect(new Set(names).size).toBe(names.length);
      expect(challenge).toContain(metadata());
    }
  });

  it('HEAD is refused like GET', async () => {
    for (const operation of all.filter(({ method }) => method === 'GET')) {
      if (!takesBearer(operation) && !refusesBearer(operation)) continue;
      const head = await call({ ...operation, method: 'HEAD' });
      expect([nameOf(operation), head.status, head.text]).toEqual([nameOf(operation), 401, '']);
      const challenge = takesBearer(operation) ? expect.stringContaining(metadata()) : undefined;
      expect(head.headers['www-authenticate']).toEqual(challenge);
    }
  });

  it('a session-only route without anything is 401 session_required', async () => {
    for (const operation of all.filter(refusesBearer)) {
      const answer = await call(operation);
      expect([nameOf(operation), answer.status, answer.body.code]).toEqual([
        nameOf(operation),
        401,
        'session_required',
      ]);
    }
  });

  it('a route for a role is 403 for every other', async () => {
    const people = { member: world.member, admin: world.admin, operator: world.operator };
    for (const operation of all) {
      if (operation.access?.kind !== 'session' || operation.access.roles.length === 0) continue;
      for (const [role, person] of Object.entries(people)) {
        if (operation.access.roles.includes(role)) continue;
        const answer = await call(operation, { headers: { cookie: person.cookie } });
        expect([nameOf(operation), role, answer.status, answer.body.code]).toEqual([
          nameOf(operation),
          role,
          403,
          'forbidden',
        ]);
      }
    }
  });
});

it('what takes credentials is kept by no cache (RFC 6749 §5.1, RFC 9111 §5.2.2.5)', async () => {
  let successes = 0;
  for (const operation of all.filter((one) => takesBearer(one) || refusesBearer(one))) {
    const { method, template } = operation;
    // The stream of changes does not end.
    if (method !== 'GET' || template.endsWith('/changes')) continue;
    const person = template.startsWith('/admin/') ? world.operator : world.admin;
    const headers = takesBearer(operation)
      ? bearer(reader.access_token)
      : { cookie: person.cookie };
    const answer = await call(operation, { headers });
    if (answer.status === 200) successes += 1;
    expect([nameOf(operation), answer.headers['cache-control']]).toEqual([
      nameOf(operation),
      'no-store',
    ]);
  }
  expect(successes).toBeGreaterThan(7);
});

describe('encoded and odd paths skip no check (CVE-2025-69211)', () => {
  it.each([
    '/user/v7/%63onnections',
    '/user/v7/connections/',
    '/user/v7/connections%2f',
    '/user//v7/connections',
    '//user/v7/connections',
    '/user/v7/./connections',
    '/guest/../user/v7/connections',
    '/guest/%2e%2e/user/v7/connections',
    '/guest/v7/oauth-tokens/..%2f..%2f..%2fuser/v7/connections',
    '/USER/v7/connections',
    '/user/V7/Connections',
    '/user/v7/connections;x=1',
    '/user/v7/connections?a=/guest/v7/oauth-tokens',
    '/user/v7/connections#',
    '/admin/v7/%6fauth-clients',
    '/admin/v7/oauth-clients/',
    '/admin%2fv7%2foauth-clients',
    '/%61dmin/v7/oauth-clients',
  ])('%s is no way in', async (path) => {
    const without = await send(world.url, path);
    expect([401, 404, 400]).toContain(without.status);
    const withToken = await send(world.url, path, { headers: bearer(writer.access_token) });
    expect([403, 404, 400]).toContain(withToken.status);
  });

  it.each(['/user/v7/%63hecks', '/%75ser/v7/checks', '/user/%767/chec%6bs'])(
    '%s takes the same token and the same scope as /user/v7/checks',
    async (path) => {
      const nothing = await send(world.url, path, { json: { resource: {} } });
      expect([nothing.status, nothing.body.code]).toEqual([401, 'session_required']);
      const narrow = await send(world.url, path, {
        headers: bearer(reader.access_token),
        json: { resource: {} },
      });
      expect([narrow.status, narrow.body.code]).toEqual([403, 'insufficient_scope']);
      const foreign = await send(world.url, path, {
        headers: { cookie: world.member.cookie, origin: 'https://evil.example' },
        json: { resource: {} },
      });
      expect([foreign.status, foreign.body.code]).toEqual([403, 'origin_refused']);
    },
  );
});

import 'reflect-metadata';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { Controller, Get, type INestApplication, Logger, Module, Post } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type AccessTokenClaims, AccessTokenError } from './access-token.js';
import { AccessTokenGuard, CurrentAccessToken, RequireScope, RESOURCE_METADATA } from './nest.js';
import { AccessTokenVerifier } from './verifier.js';

@Controller('reports')
class ReportsController {
  @Get()
  @RequireScope('read')
  list(@CurrentAccessToken() { userId }: AccessTokenClaims) {
    return { userId };
  }

  @Post()
  @RequireScope('readwrite')
  create() {
    return {};
  }

  @Get('forgotten')
  forgotten() {
    return {};
  }
}

/** Stands in for the verifier, which has tests of its own: the token says what it finds out. */
const verifier = {
  verify(token: string): Promise<Partial<AccessTokenClaims>> {
    if (token === 'away') return Promise.reject(new Error('nobody can tell'));
    if (token === 'revoked') {
      return Promise.reject(new AccessTokenError('revoked', 'The access token has been revoked.'));
    }
    return Promise.resolve({ userId: 'somebody', scope: token });
  },
};

@Module({
  controllers: [ReportsController],
  providers: [
    { provide: AccessTokenVerifier, useValue: verifier },
    { provide: RESOURCE_METADATA, useValue: 'https://connect.example/metadata' },
    { provide: APP_GUARD, useClass: AccessTokenGuard },
  ],
})
class TestModule {}

let app: INestApplication;
let url: string;

beforeAll(async () => {
  app = await NestFactory.create(TestModule, new FastifyAdapter(), { logger: false });
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
});

afterAll(() => app.close());

const call = (token?: string, path = '/reports', method = 'GET') =>
  fetch(url + path, { method, headers: token ? { authorization: `Bearer ${token}` } : {} });

it('a good token gets in, and the handler learns whom it acts for', async () => {
  const response = await call('read');
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ userId: 'somebody' });
});

it('without a token: 401 that says where to get one, and no error (RFC 6750 §3, RFC 9728 §5.1)', async () => {
  const response = await call();
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toBe(
    'Bearer resource_metadata="https://connect.example/metadata"',
  );
});

it('with a token that is not valid: 401 invalid_token', async () => {
  const response = await call('revoked');
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"');
});

it.each(['Bearer', 'Bearer a b', 'bearer "x"'])(
  'with something that is not a token (%s): 401 invalid_token (RFC 6750 §3.1)',
  async (authorization) => {
    const response = await fetch(`${url}/reports`, { headers: { authorization } });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"');
  },
);

it('another scheme offers no token: 401 without an error', async () => {
  const headers = { authorization: 'Basic cmVhZDpyZWFk' };
  const response = await fetch(`${url}/reports`, { headers });
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).not.toContain('error=');
});

it('without the scope: 403 insufficient_scope with the scope that is needed', async () => {
  const response = await call('read', '/reports', 'POST');
  expect(response.status).toBe(403);
  expect(response.headers.get('www-authenticate')).toContain('scope="readwrite"');
  expect((await call('readwrite', '/reports', 'POST')).status).toBe(201);
});

it('when nobody can tell: 503, never let through, and the log says why, not for each request', async () => {
  const log = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
  try {
    expect((await call('away')).status).toBe(503);
    expect((await call('away')).status).toBe(503);
    expect(log.mock.calls).toEqual([
      ['The token cannot be checked at the moment. nobody can tell'],
    ]);
  } finally {
    log.mockRestore();
  }
});

it('a route that declares no scope is refused', async () => {
  expect((await call('readwrite', '/reports/forgotten')).status).toBe(403);
});

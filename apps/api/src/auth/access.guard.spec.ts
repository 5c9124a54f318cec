import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Body, Controller, Get, Patch, Post } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { scopeAllows } from '@flixcheck/oauth-protocol';
import { request as httpRequest } from 'node:http';
import pino from 'pino';
import { AppModule } from '../app.module.js';
import { HOUR } from '../config/clock.js';
import { ConnectionUsage } from '../connections/connection-usage.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { Revocations } from '../connections/revocations.js';
import { createApp } from '../create-app.js';
import {
  AllowAnyone,
  AllowClient,
  AllowSignIn,
  type Caller,
  CurrentCaller,
  RequireBearer,
  RequireSession,
  RequireSessionOrBearer,
} from '../http/access.js';
import { AccessTokens } from '../oauth-tokens/access-tokens.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { call, type CallOptions, type PortalUser, signIn } from '../testing/portal-user.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';

/** Routes of every kind of access, and one that forgot to declare any. */
@Controller('probe')
class ProbeController {
  @Get('undeclared')
  undeclared() {
    return { reached: true };
  }
  @Get('anyone')
  @AllowAnyone()
  anyone() {
    return { reached: true };
  }
  @Post('client')
  @AllowClient()
  client() {
    return { reached: true };
  }
  @Post('sign-in')
  @AllowSignIn()
  signIn() {
    return { reached: true };
  }
  @Get('session')
  @RequireSession()
  session(@CurrentCaller() caller: Caller) {
    return caller;
  }
  @Patch('session')
  @RequireSession()
  changeSession(@Body() body: unknown) {
    return { reached: true, body };
  }
  @Get('admin')
  @RequireSession('admin', 'operator')
  admin() {
    return { reached: true };
  }
  @Get('bearer')
  @RequireBearer('read')
  bearer(@CurrentCaller() caller: Caller) {
    return caller;
  }
  @Get('either')
  @RequireSessionOrBearer('read')
  either(@CurrentCaller() caller: Caller) {
    return caller;
  }
  @Post('either')
  @RequireSessionOrBearer('readwrite')
  changeEither(@CurrentCaller() caller: Caller) {
    return caller;
  }
}

let test: TestApp;
let probe: NestFastifyApplication;
let url: string;
let user: PortalUser;
let connectionId: string;
const logged: { level: number; msg: string }[] = [];

beforeAll(async () => {
  test = await createTestApp();
  const sink = { write: (line: string) => void logged.push(JSON.parse(line)) };
  const logger = new AppLogger(pino({ level: 'error' }, sink));
  probe = await createApp(test.config, logger, {
    module: class ProbeModule {},
    imports: [AppModule.with(test.config, logger, test.clock)],
    controllers: [ProbeController],
  });
  await probe.listen({ port: 0, host: '127.0.0.1' });
  url = `http://127.0.0.1:${(probe.getHttpServer().address() as { port: number }).port}`;
});
afterAll(async () => {
  await probe.close();
  await test.close();
});
beforeEach(async () => {
  user = await signIn(url);
  connectionId = await connect();
});

/** A connection of the demo client to the user. */
async function connect(): Promise<string> {
  const [client] = await test.dataSource.query(
    `SELECT id FROM oauth_clients WHERE client_id = 'maklerwelt-crm'`,
  );
  const { id } = await probe.get(ConnectionsService).consent(test.dataSource.manager, {
    oauthClientId: client.id,
    userId: user.id,
    accountId: user.accountId,
    scope: 'readwrite',
    at: test.clock.now(),
  });
  return id;
}

const FAMILY = '1c9a9c52-54a0-4b0e-8f0e-5a7f5d0c0b11';

function issueToken(scope = 'readwrite'): string {
  const subject = {
    userId: user.id,
    accountId: user.accountId,
    clientId: 'maklerwelt-crm',
    connectionId,
    familyId: FAMILY,
    scope,
  };
  return probe.get(AccessTokens).issue(subject, test.clock.now()).accessToken;
}

const get = (path: string, headers: Record<string, string> = {}) =>
  call(url, 'GET', `/probe/${path}`, { headers });
const post = (path: string, options: CallOptions = {}) =>
  call(url, 'POST', `/probe/${path}`, options);
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const METADATA = 'resource_metadata="http://localhost:3000/.well-known/oauth-protected-resource"';

describe('a route', () => {
  it('that declares nothing is refused, and the log says so', async () => {
    const { status, body } = await get('undeclared', { cookie: user.cookie });
    expect(status).toBe(403);
    expect(body).not.toHaveProperty('reached');
    expect(logged).toContainEqual(
      expect.objectContaining({ level: 50, msg: 'GET /probe/undeclared declares no access' }),
    );
  });

  it('for anyone, or for clients, asks for nothing', async () => {
    expect((await get('anyone')).status).toBe(200);
    expect((await post('client')).status).toBe(201);
  });

  it('for a session knows whom the session stands for', async () => {
    const { body } = await get('session', { cookie: user.cookie });
    expect(body).toEqual({
      via: 'session',
      sessionId: user.sessionId,
      userId: user.id,
      accountId: user.accountId,
      role: 'member',
    });
  });

  it('for other roles is 403 forbidden', async () => {
    const refused = await get('admin', { cookie: user.cookie });
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
    for (const email of ['admin@musterhaus.example', 'operator@flixcheck.example']) {
      const { cookie } = await signIn(url, email);
      expect((await get('admin', { cookie })).status).toBe(200);
    }
  });

  it('without a session is 401 session_required, without a challenge that no browser can meet', async () => {
    const { status, headers, body } = await get('session');
    expect([status, body.code]).toEqual([401, 'session_required']);
    expect(headers.has('www-authenticate')).toBe(false);
  });
});

describe('an access token', () => {
  it('acts for the user of its connection', async () => {
    for (const path of ['bearer', 'either']) {
      const { status, body } = await get(path, bearer(issueToken('read')));
      expect(status).toBe(200);
      expect(body).toEqual({
        via: 'bearer',
        userId: user.id,
        accountId: user.accountId,
        connectionId,
        clientId: 'maklerwelt-crm',
        scope: 'read',
      });
    }
  });

  it('is taken with the scheme in any case (RFC 9110 §11.1)', async () => {
    const { status } = await get('bearer', { authorization: `bEARER ${issueToken()}` });
    expect(status).toBe(200);
  });

  it('never does what takes a session: 403 session_required, with a good cookie too', async () => {
    for (const cookie of ['', user.cookie]) {
      const { status, body } = await get('session', { ...bearer(issueToken()), cookie });
      expect([status, body.code]).toEqual([403, 'session_required']);
    }
    const broken = await get('session', { authorization: 'Bearer', cookie: user.cookie });
    expect([broken.status, broken.body.code]).toEqual([403, 'session_required']);
  });

  it('is no session, and a session cookie is no access token (CVE-2026-54560)', async () => {
    const secret = user.cookie.split('=')[1] ?? '';
    expect((await get('session', { cookie: `session=${issueToken()}` })).status).toBe(401);
    expect((await get('bearer', bearer(secret))).status).toBe(401);
    expect((await get('bearer', { cookie: user.cookie })).status).toBe(401);
  });

  it('missing: 401 with the resource metadata, and nothing about a token (RFC 6750 §3.1)', async () => {
    for (const path of ['bearer', 'either']) {
      const { status, headers } = await get(path);
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toBe(`Bearer ${METADATA}`);
    }
    expect((await get('either')).body.code).toBe('session_required');
  });

  it('with an ended session in its place: 401 with the resource metadata', async () => {
    const cookie = `session=${'A'.repeat(43)}`;
    const { status, headers, body } = await get('either', { cookie });
    expect([status, body.code]).toEqual([401, 'session_required']);
    expect(headers.get('www-authenticate')).toBe(`Bearer ${METADATA}`);
  });

  it.each([
    ['no token of ours', 'Bearer abc'],
    ['an empty one', 'Bearer'],
    ['an empty one after a space', 'Bearer  '],
    ['two in one header', 'Bearer abc def'],
    ['characters that no token has', 'Bearer a"b'],
  ])('that is %s: 401 invalid_token (RFC 6750 §3.1)', async (_, authorization) => {
    for (const path of ['bearer', 'either']) {
      const { status, headers, body } = await get(path, { authorization, cookie: user.cookie });
      expect([status, body.code]).toEqual([401, 'invalid_token']);
      const challenge = headers.get('www-authenticate') ?? '';
      expect(challenge).toMatch(/^Bearer /);
      expect(challenge).toContain(METADATA);
      expect(challenge).toContain('error="invalid_token"');
      expect(challenge).toMatch(/error_description="[^"]+"/);
    }
  });

  it.each([
    ['without its scheme', (token: string) => token, /without the scheme Bearer/],
    ['with another scheme', (token: string) => `Token ${token}`, /without the scheme Bearer/],
    ['in quotes', (token: string) => `Bearer "${token}"`, /no quotes/],
    ['with a comma', (token: string) => `Bearer ${token},`, /no comma/],
    ['that is empty', () => 'Bearer ', /no access token after Bearer/],
  ])('%s: says what is wrong with the header', async (_, write, said) => {
    for (const path of ['bearer', 'either']) {
      const { status, headers, body } = await get(path, { authorization: write(issueToken()) });
      expect([status, body.code]).toEqual([401, 'invalid_token']);
      expect(body.detail).toMatch(said);
      expect(headers.get('www-authenticate')).toMatch(said);
    }
  });

  it('that has expired: 401 invalid_token', async () => {
    const token = issueToken();
    test.clock.advance(HOUR);
    const { status, headers } = await get('bearer', bearer(token));
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toContain('error="invalid_token"');
  });

  it('is refused when its connection, its family or itself has been revoked', async () => {
    const revocations = probe.get(Revocations);
    const token = issueToken();
    const jti = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).jti;
    const isRevoked = jest.spyOn(revocations, 'isRevoked');
    for (const subject of [connectionId, FAMILY, jti]) {
      isRevoked.mockImplementation((subjects) => subjects.includes(subject));
      const { status, headers, body } = await get('bearer', bearer(token));
      expect([status, body.code]).toEqual([401, 'invalid_token']);
      expect(headers.get('www-authenticate')).toContain('error="invalid_token"');
    }
    isRevoked.mockRestore();
    expect((await get('bearer', bearer(token))).status).toBe(200);
  });

  it('is refused as soon as its connection has been revoked', async () => {
    const token = issueToken();
    await probe
      .get(ConnectionsService)
      .revoke([connectionId], { actorId: user.id, reason: 'user', at: test.clock.now() });
    expect((await get('bearer', bearer(token))).status).toBe(401);
  });

  it('without the scope: 403 insufficient_scope with the scope that is needed', async () => {
    const { status, headers, body } = await post('either', { headers: bearer(issueToken('read')) });
    expect([status, body.code]).toEqual([403, 'insufficient_scope']);
    const challenge = headers.get('www-authenticate') ?? '';
    expect(challenge).toContain('error="insufficient_scope"');
    expect(challenge).toContain('scope="readwrite"');
    expect(challenge).toContain(METADATA);
    expect(scopeAllows('readwrite', 'read')).toBe(true);
    expect((await get('either', bearer(issueToken('readwrite')))).status).toBe(200);
  });

  it('is never read from the query or the body (RFC 9700 §4.3.2)', async () => {
    const token = issueToken();
    const query = await call(url, 'GET', `/probe/bearer?access_token=${token}`);
    expect([query.status, query.headers.get('www-authenticate')]).toEqual([
      401,
      `Bearer ${METADATA}`,
    ]);
    const form = await fetch(`${url}/probe/either`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ access_token: token }),
    });
    expect([401, 415]).toContain(form.status);
  });

  it('twice is refused, although each of them is good (RFC 6750 §2)', async () => {
    const { status, challenge } = await new Promise<{ status?: number; challenge?: string }>(
      (resolve, reject) => {
        const value = `Bearer ${issueToken()}`;
        const headers = ['Host', 'localhost', 'Authorization', value, 'authorization', value];
        const options = { headers: headers as never, agent: false };
        httpRequest(`${url}/probe/bearer`, options, (response) => {
          response.resume();
          resolve({
            status: response.statusCode,
            challenge: response.headers['www-authenticate'] ?? '',
          });
        })
          .on('error', reject)
          .end();
      },
    );
    expect(status).toBe(400);
    expect(challenge).toContain('error="invalid_request"');
  });

  it('as a Basic password is 401, with a good cookie too (CVE-2026-28699)', async () => {
    const authorization = `Basic ${Buffer.from(`x:${issueToken()}`).toString('base64')}`;
    for (const path of ['bearer', 'either']) {
      const { status, headers } = await get(path, { authorization, cookie: user.cookie });
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toBe(`Bearer ${METADATA}`);
    }
  });

  it('is counted as use of its connection where it was accepted, and only there', async () => {
    const record = jest.spyOn(probe.get(ConnectionUsage), 'record');
    try {
      await get('bearer', bearer(issueToken('read')));
      expect(record.mock.calls).toEqual([[connectionId]]);
      await post('either', { headers: bearer(issueToken('read')) });
      await get('bearer', bearer('abc'));
      await get('either', { cookie: user.cookie });
      expect(record).toHaveBeenCalledTimes(1);
    } finally {
      record.mockRestore();
    }
  });
});

describe('a request that changes something with a session', () => {
  const patch = (headers: Record<string, string>, resource: unknown = {}) =>
    call(url, 'PATCH', '/probe/session', {
      headers: { cookie: user.cookie, ...headers },
      resource,
    });

  it.each([
    ['neither Origin nor Sec-Fetch-Site: no browser sent it', {}],
    ['the portal’s own origin', { origin: 'http://localhost:3000' }],
    ['a page of the portal', { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-origin' }],
    ['the person at the browser', { 'sec-fetch-site': 'none' }],
  ])('is allowed from %s', async (_, headers) => {
    expect((await patch(headers as Record<string, string>)).status).toBe(200);
  });

  const ELSEWHERE: [string, Record<string, string>][] = [
    ['another site', { origin: 'https://evil.example' }],
    ['another port', { origin: 'http://localhost:4000' }],
    ['another scheme', { origin: 'https://localhost:3000' }],
    ['an origin that hides', { origin: 'null' }],
    ['another site that says only so', { 'sec-fetch-site': 'cross-site' }],
    ['the same site on another origin', { 'sec-fetch-site': 'same-site' }],
    ['two that disagree', { origin: 'http://localhost:3000', 'sec-fetch-site': 'cross-site' }],
    ['an address that begins alike', { origin: 'http://localhost:3000.evil.example' }],
  ];

  it.each(ELSEWHERE)('is refused from %s: 403 origin_refused', async (_, headers) => {
    const { status, body } = await patch(headers);
    expect([status, body.code]).toEqual([403, 'origin_refused']);
  });

  it.each(ELSEWHERE)('and so is signing in from %s', async (_, headers) => {
    const { status, body } = await post('sign-in', { headers, resource: {} });
    expect([status, body.code]).toEqual([403, 'origin_refused']);
  });

  it('where a token would do as well: the same for a cookie, no matter for a token', async () => {
    const origin = { origin: 'https://evil.example' };
    const byCookie = await post('either', { headers: { cookie: user.cookie, ...origin } });
    expect([byCookie.status, byCookie.body.code]).toEqual([403, 'origin_refused']);
    const byToken = await post('either', { headers: { ...bearer(issueToken()), ...origin } });
    expect(byToken.status).toBe(201);
  });

  it('may be asked for by a link elsewhere where it only reads', async () => {
    const headers = { cookie: user.cookie, 'sec-fetch-site': 'cross-site' };
    expect((await get('session', headers)).status).toBe(200);
  });

  it.each([
    ['text/plain', '{"resource":{}}'],
    ['application/x-www-form-urlencoded', 'resource=1'],
    ['multipart/form-data; boundary=x', '--x--'],
    ['application/jsonx', '{}'],
  ])('must have a body of JSON, not %s', async (type, body) => {
    for (const [method, path] of [
      ['PATCH', 'session'],
      ['POST', 'sign-in'],
    ]) {
      const response = await fetch(`${url}/probe/${path}`, {
        method,
        headers: { cookie: user.cookie, 'content-type': type },
        body,
      });
      expect(response.status).toBe(415);
      expect(await response.json()).toMatchObject({ code: 'unsupported_media_type' });
    }
  });

  it('may be JSON with a charset, or have no body', async () => {
    const response = await fetch(`${url}/probe/session`, {
      method: 'PATCH',
      headers: { cookie: user.cookie, 'content-type': 'Application/JSON; charset=utf-8' },
      body: '{}',
    });
    expect(response.status).toBe(200);
    const bare = await fetch(`${url}/probe/session`, {
      method: 'PATCH',
      headers: { cookie: user.cookie },
    });
    expect(bare.status).toBe(200);
  });
});

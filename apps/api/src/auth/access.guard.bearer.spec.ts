import { call, PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { scopeAllows } from '@flixcheck/oauth-protocol';
import { request as httpRequest } from 'node:http';
import { HOUR } from '../config/clock.js';
import { ConnectionUsage } from '../connections/connection-usage.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { Revocations } from '../connections/revocations.js';
import { AccessProbe, FAMILY } from '../testing/access-probe.js';

let probe: AccessProbe;
let user: PortalUser;
let connectionId: string;

beforeAll(async () => {
  probe = await AccessProbe.start();
});
afterAll(() => probe.close());
beforeEach(async () => {
  user = await PortalUser.signIn(probe.url);
  connectionId = await probe.connect(user);
});

const issueToken = (scope = 'readwrite') => probe.issueToken(user, connectionId, scope);
const get: AccessProbe['get'] = (...request) => probe.get(...request);
const post: AccessProbe['post'] = (...request) => probe.post(...request);
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const METADATA = 'resource_metadata="http://localhost:3000/.well-known/oauth-protected-resource"';

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
    const secret = user.sessionCookie.split('=')[1] ?? '';
    expect((await get('session', { cookie: `session=${issueToken()}` })).status).toBe(401);
    expect((await get('bearer', bearer(secret))).status).toBe(401);
    expect((await get('bearer', { cookie: user.cookie })).status).toBe(401);
  });

  it('missing: 401 with the resource metadata, and nothing about a token (RFC 6750 §3.1)', async () => {
    for (const path of ['bearer', 'either']) {
      const { status, headers } = await get(path);
      expect(status).toBe(401);
      expect(headers['www-authenticate']).toBe(`Bearer ${METADATA}`);
    }
    expect((await get('either')).body.code).toBe('session_required');
  });

  it('with an ended session in its place: 401 with the resource metadata', async () => {
    const cookie = `session=${'A'.repeat(43)}`;
    const { status, headers, body } = await get('either', { cookie });
    expect([status, body.code]).toEqual([401, 'session_required']);
    expect(headers['www-authenticate']).toBe(`Bearer ${METADATA}`);
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
      const challenge = headers['www-authenticate'] ?? '';
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
      expect(headers['www-authenticate']).toMatch(said);
    }
  });

  it('that has expired: 401 invalid_token', async () => {
    const token = issueToken();
    probe.clock.advance(HOUR);
    const { status, headers } = await get('bearer', bearer(token));
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toContain('error="invalid_token"');
  });

  it('is refused when its connection, its family or itself has been revoked', async () => {
    const revocations = probe.app.get(Revocations);
    const token = issueToken();
    const jti = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).jti;
    const isRevoked = jest.spyOn(revocations, 'isRevoked');
    for (const subject of [connectionId, FAMILY, jti]) {
      isRevoked.mockImplementation((subjects) => subjects.includes(subject));
      const { status, headers, body } = await get('bearer', bearer(token));
      expect([status, body.code]).toEqual([401, 'invalid_token']);
      expect(headers['www-authenticate']).toContain('error="invalid_token"');
    }
    isRevoked.mockRestore();
    expect((await get('bearer', bearer(token))).status).toBe(200);
  });

  it('is refused as soon as its connection has been revoked', async () => {
    const token = issueToken();
    await probe.app
      .get(ConnectionsService)
      .revoke([connectionId], { actorId: user.id, reason: 'user', at: probe.clock.now() });
    expect((await get('bearer', bearer(token))).status).toBe(401);
  });

  it('without the scope: 403 insufficient_scope with the scope that is needed', async () => {
    const { status, headers, body } = await post('either', { headers: bearer(issueToken('read')) });
    expect([status, body.code]).toEqual([403, 'insufficient_scope']);
    const challenge = headers['www-authenticate'] ?? '';
    expect(challenge).toContain('error="insufficient_scope"');
    expect(challenge).toContain('scope="readwrite"');
    expect(challenge).toContain(METADATA);
    expect(scopeAllows('readwrite', 'read')).toBe(true);
    expect((await get('either', bearer(issueToken('readwrite')))).status).toBe(200);
  });

  it('is never read from the query or the body (RFC 9700 §4.3.2)', async () => {
    const token = issueToken();
    const query = await call(probe.url, 'GET', `/probe/bearer?access_token=${token}`);
    expect([query.status, query.headers['www-authenticate']]).toEqual([401, `Bearer ${METADATA}`]);
    const form = await fetch(`${probe.url}/probe/either`, {
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
        httpRequest(`${probe.url}/probe/bearer`, options, (response) => {
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
      expect(headers['www-authenticate']).toBe(`Bearer ${METADATA}`);
    }
  });

  it('is counted as use of its connection where it was accepted, and only there', async () => {
    const record = jest.spyOn(probe.app.get(ConnectionUsage), 'record');
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

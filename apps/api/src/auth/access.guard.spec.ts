import { call, PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AccessProbe } from '../testing/access-probe.js';

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

describe('a route', () => {
  it('that declares nothing is refused, and the log says so', async () => {
    const { status, body } = await get('undeclared', { cookie: user.cookie });
    expect(status).toBe(403);
    expect(body).not.toHaveProperty('reached');
    expect(probe.logged).toContainEqual(
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
      freshlyProven: true,
    });
  });

  it('for other roles is 403 forbidden', async () => {
    const refused = await get('admin', { cookie: user.cookie });
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
    for (const email of ['admin@musterhaus.example', 'operator@flixcheck.example']) {
      const { cookie } = await PortalUser.signIn(probe.url, email);
      expect((await get('admin', { cookie })).status).toBe(200);
    }
  });

  it('without a session is 401 session_required, without a challenge that no browser can meet', async () => {
    const { status, headers, body } = await get('session');
    expect([status, body.code]).toEqual([401, 'session_required']);
    expect(headers).not.toHaveProperty('www-authenticate');
  });
});

describe('a request that changes something with a session', () => {
  const patch = (headers: Record<string, string>, resource: unknown = {}) =>
    call(probe.url, 'PATCH', '/probe/session', {
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
      const response = await fetch(`${probe.url}/probe/${path}`, {
        method,
        headers: { cookie: user.cookie, 'content-type': type },
        body,
      });
      expect(response.status).toBe(415);
      expect(await response.json()).toMatchObject({ code: 'unsupported_media_type' });
    }
  });

  it('may be JSON with a charset, or have no body', async () => {
    const response = await fetch(`${probe.url}/probe/session`, {
      method: 'PATCH',
      headers: { cookie: user.cookie, 'content-type': 'Application/JSON; charset=utf-8' },
      body: '{}',
    });
    expect(response.status).toBe(200);
    const bare = await fetch(`${probe.url}/probe/session`, {
      method: 'PATCH',
      headers: { cookie: user.cookie },
    });
    expect(bare.status).toBe(200);
  });
});

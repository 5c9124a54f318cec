import {
  type Message,
  nameOf,
  type Operation,
  operations,
  PASSWORD,
  PortalUser,
  send,
  startServer,
  startWorld,
  type World,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.server.stop());

const CREDENTIALS = { resource: { email: 'user@musterhaus.example', password: PASSWORD } };
const signIn = (message: Message = {}, url = world.url) =>
  send(url, '/guest/v7/sessions', { json: CREDENTIALS, ...message });
const setCookie = (answer: { headers: { 'set-cookie'?: string[] } }) =>
  answer.headers['set-cookie']?.[0] ?? '';
const attributes = (cookie: string) =>
  cookie
    .split(';')
    .slice(1)
    .map((attribute) => attribute.trim().toLowerCase());
const valueOf = (cookie: string) => /^[^=]+=([^;]*)/.exec(cookie)?.[1] ?? '';

describe('the session cookie', () => {
  it('is HttpOnly, SameSite=Lax, for the whole site and no other host', async () => {
    const cookie = setCookie(await signIn());
    expect(attributes(cookie)).toEqual(
      expect.arrayContaining(['httponly', 'samesite=lax', 'path=/']),
    );
    expect(attributes(cookie).join()).not.toMatch(/domain=/);
    expect(valueOf(cookie)).toMatch(/^[\w-]{43,}$/);
  });

  it('is Secure and named __Host- under https', async () => {
    const https = await startWorldUnder('https://connect.flixcheck.example');
    try {
      const cookie = setCookie(await signIn({}, https.url));
      expect(cookie).toMatch(/^__Host-/);
      expect(attributes(cookie)).toEqual(
        expect.arrayContaining(['secure', 'httponly', 'samesite=lax', 'path=/']),
      );
      expect(attributes(cookie).join()).not.toMatch(/domain=/);
      const plain = await send(https.url, '/user/v7/users/me', {
        headers: { cookie: `session=${valueOf(cookie)}` },
      });
      expect(plain.status).toBe(401);
    } finally {
      await https.server.stop();
    }
  });

  it('is new at every sign-in, and the one that the browser had ends (session fixation)', async () => {
    const planted = await signIn();
    const headers = { cookie: `session=${valueOf(setCookie(planted))}` };
    const second = await signIn({ headers });
    expect(valueOf(setCookie(second))).not.toBe(valueOf(setCookie(planted)));
    expect((await send(world.url, '/user/v7/users/me', { headers })).status).toBe(401);
  });

  it('one that an attacker chose is never taken over', async () => {
    const chosen = 'A'.repeat(43);
    const answer = await signIn({ headers: { cookie: `session=${chosen}` } });
    expect(valueOf(setCookie(answer))).not.toBe(chosen);
    const headers = { cookie: `session=${chosen}` };
    expect((await send(world.url, '/user/v7/users/me', { headers })).status).toBe(401);
  });

  it('is cleared at sign-out, and what it held is no longer a session', async () => {
    const user = await PortalUser.signIn(world.url);
    const out = await user.send('/user/v7/sessions/current', { method: 'DELETE' });
    expect(out.status).toBe(204);
    expect(setCookie(out)).toMatch(/^session=;/);
    expect(attributes(setCookie(out)).join()).toMatch(/max-age=0|expires=thu, 01 jan 1970/);
    const answer = await user.send('/user/v7/sessions/current');
    expect([answer.status, answer.body.code]).toEqual([401, 'session_required']);
  });

  it.each(['', 'x', 'a'.repeat(43), `' OR 1=1 --`, '%00', 'a'.repeat(5000)])(
    'that is not a session’s (%s) is 401 session_required',
    async (value) => {
      const headers = { cookie: `session=${value}` };
      const answer = await send(world.url, '/user/v7/sessions/current', { headers });
      expect([answer.status, answer.body.code]).toEqual([401, 'session_required']);
    },
  );
});

describe('sign-in says neither who exists nor more than it must', () => {
  it('an unknown address, a wrong password: the same answer', async () => {
    const wrong = await signIn({
      json: { resource: { email: 'user@musterhaus.example', password: 'wrong' } },
    });
    const unknown = await signIn({
      json: { resource: { email: 'nobody@musterhaus.example', password: 'wrong' } },
    });
    for (const answer of [wrong, unknown]) {
      expect([answer.status, answer.body.code]).toEqual([401, 'invalid_credentials']);
      expect(answer.headers).not.toHaveProperty('set-cookie');
    }
    expect(unknown.body.detail).toBe(wrong.body.detail);
  });

  it('the address is taken in any case', async () => {
    const resource = { email: 'User@Musterhaus.EXAMPLE', password: PASSWORD };
    expect((await signIn({ json: { resource } })).status).toBe(201);
  });

  it('a password in another case, with a space or cut off is wrong', async () => {
    for (const password of [PASSWORD.toUpperCase(), `${PASSWORD} `, PASSWORD.slice(0, -1)]) {
      const resource = { email: 'user@musterhaus.example', password };
      expect((await signIn({ json: { resource } })).status).toBe(401);
    }
  });
});

describe('state-changing session requests come from the portal or from no browser', () => {
  let changing: Operation[];
  beforeAll(async () => {
    changing = (await operations(world.url)).filter(
      ({ method, access }) =>
        !['GET', 'HEAD'].includes(method) &&
        (access?.kind === 'session' || access?.kind === 'session-or-bearer'),
    );
    expect(changing.length).toBeGreaterThan(10);
  });

  const call = (operation: Operation, headers: Record<string, string>, message: Message = {}) =>
    send(world.url, operation.path, {
      method: operation.method,
      ...(operation.method !== 'DELETE' && { json: { resource: {} } }),
      ...message,
      headers: { cookie: personFor(operation).cookie, ...headers },
    });
  const personFor = ({ access }: Operation) => {
    const [role] = access && 'roles' in access ? access.roles : [];
    return role === 'operator' ? world.operator : world.admin;
  };

  const foreign: [string, () => Record<string, string>][] = [
    ['another site', () => ({ origin: 'https://evil.example' })],
    ['a sandboxed page', () => ({ origin: 'null' })],
    ['the portal’s host with another port', () => ({ origin: `${world.url}0` })],
    [
      'the portal’s host with another scheme',
      () => ({ origin: world.url.replace('http', 'https') }),
    ],
    ['a host that begins like the portal’s', () => ({ origin: `${world.url}.evil.example` })],
    ['a subdomain', () => ({ origin: world.url.replace('//', '//evil.') })],
    ['an empty Origin', () => ({ origin: '' })],
    ['Sec-Fetch-Site: cross-site', () => ({ 'sec-fetch-site': 'cross-site' })],
    ['Sec-Fetch-Site: same-site', () => ({ 'sec-fetch-site': 'same-site' })],
    [
      'the portal’s Origin but Sec-Fetch-Site: cross-site',
      () => ({ origin: world.url, 'sec-fetch-site': 'cross-site' }),
    ],
    [
      'Sec-Fetch-Site: same-origin but another Origin',
      () => ({ origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }),
    ],
  ];
  it.each(foreign)('%s is refused on every one of them: 403 origin_refused', async (_, headers) => {
    for (const operation of changing) {
      const answer = await call(operation, headers());
      expect([nameOf(operation), answer.status, answer.body.code]).toEqual([
        nameOf(operation),
        403,
        'origin_refused',
      ]);
    }
  });

  it('the same for sign-in, so that nobody is signed in as somebody else', async () => {
    for (const [, headers] of foreign) {
      const answer = await signIn({ headers: headers() });
      expect([answer.status, answer.body.code]).toEqual([403, 'origin_refused']);
      expect(answer.headers).not.toHaveProperty('set-cookie');
    }
  });

  it('what a form of another site can send without a preflight is refused: 415', async () => {
    const types = [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ];
    for (const operation of changing.filter(({ method }) => method !== 'DELETE')) {
      for (const type of types) {
        const body = JSON.stringify({ resource: { clientId: 'maklerwelt-crm' } });
        const answer = await call(operation, { 'content-type': type }, { json: undefined, body });
        expect([nameOf(operation), type, answer.status]).toEqual([nameOf(operation), type, 415]);
      }
    }
    for (const type of types) {
      const body = JSON.stringify(CREDENTIALS);
      const answer = await signIn({ json: undefined, body, headers: { 'content-type': type } });
      expect(answer.status).toBe(415);
    }
  });

  it.each<[string, () => Record<string, string>]>([
    ['the portal', () => ({ origin: world.url, 'sec-fetch-site': 'same-origin' })],
    ['a browser that sends Origin alone', () => ({ origin: world.url })],
    ['a server: both absent, as the documented flow has it', () => ({})],
    ['JSON with a charset', () => ({ 'content-type': 'application/json; charset=utf-8' })],
  ])('%s may', async (_, headers) => {
    const answer = await world.member.send('/user/v7/oauth-codes', {
      json: { resource: { clientId: 'maklerwelt-crm' } },
      headers: headers(),
    });
    expect(answer.status).toBe(201);
    expect((await signIn({ headers: headers() })).status).toBe(201);
  });

  it('reading is not changing: a GET from elsewhere works, and answers no other origin', async () => {
    const answer = await world.member.send('/user/v7/connections', {
      headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('no GET changes anything: what changes has another method (RFC 9110 §9.2.1)', async () => {
    for (const path of ['/user/v7/sessions/current?_method=DELETE', '/user/v7/sessions/current']) {
      const headers = { 'x-http-method-override': 'DELETE' };
      expect((await world.member.send(path, { headers })).status).toBe(200);
    }
    expect((await world.member.send('/user/v7/users/me')).status).toBe(200);
  });
});

async function startWorldUnder(publicUrl: string) {
  const server = await startServer({ env: { PUBLIC_URL: publicUrl } });
  return { server, url: server.url };
}

import {
  NEW_CLIENT,
  type Problem,
  query,
  register,
  REGISTRY,
  startWorld,
  type ThirdParty,
  type World,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const REGISTERED = 'https://crm.example/oauth/Callback?tenant=a';

let world: World;
let web: ThirdParty;
let server: ThirdParty;
let native: ThirdParty;
beforeAll(async () => {
  world = await startWorld();
  web = await register(world.operator, { redirectUris: [REGISTERED] });
  server = await register(world.operator, { redirectUris: ['http://127.0.0.1:4711/callback'] });
  native = await register(world.operator, {
    kind: 'public',
    requirePkce: true,
    redirectUris: [
      'http://127.0.0.1/callback',
      'http://[::1]:8000/callback',
      'http://localhost:4712/callback',
      'https://native.example:8443/callback',
    ],
  });
});
afterAll(() => world.server.stop());

/** Asks for the page with a redirect URI. */
const ask = (client: ThirdParty, redirectUri: string) =>
  world.member.send<Problem & { resource: { redirectUri: string; redirectHost: string } }>(
    `/user/v7/oauth-authorization-request?${query({
      clientId: client.registration.clientId,
      redirectUri,
      response_type: 'code',
      ...(client === native && { code_challenge: 'c'.repeat(43), code_challenge_method: 'S256' }),
    })}`,
  );

async function expectRefusedOnPage(client: ThirdParty, redirectUri: string) {
  const page = await ask(client, redirectUri);
  expect([page.status, page.body.code]).toEqual([400, 'invalid_redirect_uri']);
  expect(page.body).not.toHaveProperty('redirectTo');
  const grant = await world.member.send('/user/v7/oauth-codes', {
    json: {
      resource: {
        clientId: client.registration.clientId,
        redirectUri,
        codeChallenge: 'c'.repeat(43),
        codeChallengeMethod: 'S256',
      },
    },
  });
  expect([grant.status, grant.body.code]).toEqual([400, 'invalid_redirect_uri']);
}

describe('a redirect URI matches a registered one character for character (RFC 9700 §2.1)', () => {
  it('the registered one matches', async () => {
    const page = await ask(web, REGISTERED);
    expect(page.status).toBe(200);
    expect(page.body.resource).toMatchObject({
      redirectUri: REGISTERED,
      redirectHost: 'crm.example',
    });
  });

  it.each([
    ['another scheme', 'http://crm.example/oauth/Callback?tenant=a'],
    ['the scheme in another case', 'HTTPS://crm.example/oauth/Callback?tenant=a'],
    ['the host in another case (CVE-2020-15233)', 'https://CRM.example/oauth/Callback?tenant=a'],
    ['the path in another case (CVE-2020-15234)', 'https://crm.example/oauth/callback?tenant=a'],
    ['a trailing dot of the host', 'https://crm.example./oauth/Callback?tenant=a'],
    ['the default port', 'https://crm.example:443/oauth/Callback?tenant=a'],
    ['another port', 'https://crm.example:8443/oauth/Callback?tenant=a'],
    ['a trailing slash', 'https://crm.example/oauth/Callback/?tenant=a'],
    ['a longer path', 'https://crm.example/oauth/Callback/../../evil?tenant=a'],
    ['a dot segment', 'https://crm.example/oauth/./Callback?tenant=a'],
    ['a doubled slash', 'https://crm.example//oauth/Callback?tenant=a'],
    ['a percent-encoded letter', 'https://crm.example/oauth/%43allback?tenant=a'],
    ['no query', 'https://crm.example/oauth/Callback'],
    ['another query', 'https://crm.example/oauth/Callback?tenant=b'],
    ['a longer query', 'https://crm.example/oauth/Callback?tenant=a&next=https://evil.example'],
    ['a fragment', 'https://crm.example/oauth/Callback?tenant=a#'],
    ['a subdomain', 'https://evil.crm.example/oauth/Callback?tenant=a'],
    ['a longer host', 'https://crm.example.evil.example/oauth/Callback?tenant=a'],
    [
      'user information that looks like the host (CVE-2026-28512)',
      'https://crm.example@evil.example/oauth/Callback?tenant=a',
    ],
    [
      'user information before the host (CVE-2026-7504)',
      'https://evil.example@crm.example/oauth/Callback?tenant=a',
    ],
    ['a backslash', 'https://crm.example\\@evil.example/oauth/Callback?tenant=a'],
    ['white space at the end', 'https://crm.example/oauth/Callback?tenant=a '],
    ['white space at the beginning', ' https://crm.example/oauth/Callback?tenant=a'],
    ['a letter that looks the same', 'https://crm.ex\u0430mple/oauth/Callback?tenant=a'],
    ['no scheme', '//crm.example/oauth/Callback?tenant=a'],
    ['a relative one', '/oauth/Callback?tenant=a'],
    ['javascript: (CVE-2026-67333)', 'javascript:alert(1)//https://crm.example/oauth/Callback'],
    ['data:', 'data:text/html,<script>alert(1)</script>'],
    ['the out-of-band URN', 'urn:ietf:wg:oauth:2.0:oob'],
    ['another client’s', 'http://localhost:4000/callback'],
  ])('%s does not: it stays on the page', async (_, uri) => {
    await expectRefusedOnPage(web, uri);
  });
});

describe('a native client’s loopback URI matches on any port (RFC 8252 §7.3)', () => {
  it.each([
    'http://127.0.0.1/callback',
    'http://127.0.0.1:1/callback',
    'http://127.0.0.1:49152/callback',
    'http://127.0.0.1:65535/callback',
    'http://[::1]:49152/callback',
    'http://[::1]/callback',
    'http://localhost:4712/callback',
    'https://native.example:8443/callback',
  ])('%s matches', async (uri) => {
    expect((await ask(native, uri)).status).toBe(200);
  });

  it.each([
    ['another path', 'http://127.0.0.1:49152/other'],
    ['a longer path', 'http://127.0.0.1:49152/callback/'],
    ['an added query', 'http://127.0.0.1:49152/callback?x=1'],
    ['an added fragment', 'http://127.0.0.1:49152/callback#x'],
    ['https', 'https://127.0.0.1:49152/callback'],
    ['user information', 'http://user@127.0.0.1:49152/callback'],
    ['a password', 'http://127.0.0.1:49152@evil.example/callback'],
    ['a longer host (doorkeeper #1878)', 'http://127.0.0.1.evil.example:49152/callback'],
    ['a host in place of the port', 'http://127.0.0.1:49152.evil.example/callback'],
    ['another loopback address', 'http://127.0.0.2:49152/callback'],
    ['another spelling of the address', 'http://127.1:49152/callback'],
    ['the address as a number', 'http://2130706433:49152/callback'],
    ['another spelling of the IPv6 address', 'http://[0:0:0:0:0:0:0:1]:49152/callback'],
    ['port 0', 'http://127.0.0.1:0/callback'],
    ['a port out of range', 'http://127.0.0.1:65536/callback'],
    ['a port that is not a number', 'http://127.0.0.1:49152a/callback'],
    ['an empty port', 'http://127.0.0.1:/callback'],
    ['another port of localhost, which is a name', 'http://localhost:49152/callback'],
    ['another port of an https URI', 'https://native.example:49152/callback'],
    ['a backslash', 'http://127.0.0.1:49152\\@evil.example/callback'],
  ])('%s does not match', async (_, uri) => {
    await expectRefusedOnPage(native, uri);
  });

  it('a confidential client’s loopback URI does not match on another port', async () => {
    expect((await ask(server, 'http://127.0.0.1:4711/callback')).status).toBe(200);
    await expectRefusedOnPage(server, 'http://127.0.0.1:4712/callback');
  });
});

describe('redirect_uri at the exchange is honoured when sent (RFC 6749 §4.1.3)', () => {
  it('the one of the request is fine, any other is invalid_grant and does not use the code up', async () => {
    const { code } = await web.code(world.member);
    for (const uri of [
      'https://evil.example/',
      REGISTERED.toLowerCase(),
      `${REGISTERED}#`,
      encodeURIComponent(REGISTERED),
    ]) {
      const refused = await web.exchange(code, { redirect_uri: uri });
      expect([refused.status, refused.body.error]).toEqual([400, 'invalid_grant']);
    }
    expect((await web.exchange(code, { redirect_uri: REGISTERED })).status).toBe(200);
  });

  it('another registered URI than that of the request is invalid_grant', async () => {
    const { code } = await world.crm.code(world.member);
    const other = await world.crm.exchange(code, {
      redirect_uri: 'http://127.0.0.1:4000/callback',
    });
    expect(other.body.error).toBe('invalid_grant');
    const right = await world.crm.exchange(code, {
      redirect_uri: 'http://localhost:4000/callback',
    });
    expect(right.status).toBe(200);
  });

  it('a native client names the port of its request, and no other matches', async () => {
    const requested = native.with({ redirectUri: 'http://127.0.0.1:49152/callback', pkce: true });
    const { code, verifier } = await requested.code(world.member);
    const other = await native.exchange(code, {
      ...verifier,
      redirect_uri: 'http://127.0.0.1:49153/callback',
    });
    expect(other.body.error).toBe('invalid_grant');
    const same = await native.exchange(code, {
      ...verifier,
      redirect_uri: 'http://127.0.0.1:49152/callback',
    });
    expect(same.status).toBe(200);
  });
});

describe('what may be registered: https, or http on a loopback address', () => {
  const create = (redirectUris: unknown) =>
    world.operator.send(REGISTRY, { json: { resource: { ...NEW_CLIENT, redirectUris } } });

  it.each([
    'https://crm.example/callback',
    'https://crm.example:8443/a/b?c=d',
    'http://localhost:4000/callback',
    'http://127.0.0.1/callback',
    'http://[::1]:5000/',
  ])('%s may', async (uri) => {
    expect((await create([uri])).status).toBe(201);
  });

  it.each([
    ['http on any other host', 'http://crm.example/callback'],
    ['http on a host that begins like a loopback address', 'http://127.0.0.1.evil.example/'],
    ['http on a private address', 'http://192.168.0.1/callback'],
    ['a fragment (RFC 6749 §3.1.2)', 'https://crm.example/callback#x'],
    ['an empty fragment', 'https://crm.example/callback#'],
    ['user information', 'https://user:pw@crm.example/callback'],
    ['empty user information', 'https://@crm.example/callback'],
    ['a wildcard', 'https://*.crm.example/callback'],
    ['javascript: (CVE-2026-67333)', 'javascript:alert(1)'],
    ['javascript: with a comment', 'javascript://crm.example/%0aalert(1)'],
    ['data:', 'data:text/html,x'],
    ['vbscript:', 'vbscript:x'],
    ['file:', 'file:///etc/passwd'],
    ['a private-use scheme', 'com.crm.example:/callback'],
    ['no scheme', '//crm.example/callback'],
    ['a relative one', '/callback'],
    ['an empty one', ''],
    ['no authority', 'https:crm.example/callback'],
    ['an empty authority', 'https:///crm.example/callback'],
    ['`code` in the query, which comes only once (RFC 6749 §3.1)', 'https://crm.example/?code=1'],
    ['`state` in the query', 'https://crm.example/callback?a=b&state='],
    ['`iss` in the query, however it is written', 'https://crm.example/callback?%69ss=x'],
    ['`error` in the query', 'https://crm.example/callback?error=x'],
    ['a backslash', 'https:\\\\crm.example\\callback'],
    ['white space', 'https://crm.example/call back'],
    ['a line break', 'https://crm.example/callback\r\nset-cookie:x=1'],
    ['letters beyond ASCII', 'https://crm.exämple/callback'],
    ['more than 2000 characters', `https://crm.example/${'a'.repeat(2000)}`],
  ])('%s may not', async (_, uri) => {
    const answer = await create([uri]);
    expect([answer.status, answer.body.code]).toEqual([400, 'validation_failed']);
    expect(answer.body.errors?.[0]?.field).toMatch(/^redirectUris/);
  });

  it('none at all, one that is not a string, and the same twice may not', async () => {
    for (const uris of [[], [1], [null], [['https://a.example/']], 'https://a.example/', null]) {
      expect((await create(uris)).status).toBe(400);
    }
    expect((await create(['https://a.example/', 'https://a.example/'])).status).toBe(400);
  });
});

import {
  bearer,
  decode,
  type DecodedJwt,
  encode,
  hmac,
  ownKey,
  query,
  send,
  signed,
  startWorld,
  type TokenAnswer,
  type World,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto';

let world: World;
let tokens: TokenAnswer;
let jwt: DecodedJwt;
let jwk: JsonWebKey & Record<string, unknown>;
let publicKey: KeyObject;
beforeAll(async () => {
  world = await startWorld();
  tokens = await world.crm.connect(world.member);
  jwt = decode(tokens.access_token);
  const { body } = await send<{ keys: (JsonWebKey & { kid: string })[] }>(
    world.url,
    '/.well-known/jwks.json',
  );
  const key = body.keys.find(({ kid }) => kid === jwt.header['kid']);
  if (!key) throw new Error('the key is not published');
  jwk = key;
  publicKey = createPublicKey({ key, format: 'jwk' });
});
afterAll(() => world.server.stop());

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('an access token is a JWT of RFC 9068', () => {
  it('its header is typ at+jwt, alg ES256 and kid, and nothing else (RFC 9068 §2.1)', () => {
    expect(jwt.header).toEqual({ typ: 'at+jwt', alg: 'ES256', kid: expect.any(String) });
  });

  it('its claims are exactly those of the contract (RFC 9068 §2.2)', async () => {
    const { resource } = (await world.crm.me(tokens.access_token)).body;
    expect(jwt.payload).toEqual({
      iss: world.url,
      aud: world.url,
      sub: resource.id,
      client_id: 'maklerwelt-crm',
      scope: 'readwrite',
      iat: expect.any(Number),
      exp: expect.any(Number),
      jti: expect.any(String),
      account_id: resource.account.id,
      connection_id: resource.connection.id,
    });
    expect(jwt.payload['sub']).toMatch(UUID);
  });

  it('it expires 3600 seconds after it was issued, which was now', () => {
    const { iat, exp } = jwt.payload as { iat: number; exp: number };
    expect(exp).toBe(iat + 3600);
    expect(Math.abs(iat - Date.now() / 1000)).toBeLessThan(30);
  });

  it('its signature verifies with the published key (RFC 7517, RFC 7518 §3.4)', () => {
    const signature = Buffer.from(jwt.signature, 'base64url');
    expect(signature).toHaveLength(64);
    const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
    expect(verify('sha256', Buffer.from(jwt.signed), key, signature)).toBe(true);
  });

  it('no two of them have the same jti (RFC 9068 §2.2)', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => world.crm.refresh(tokens.refresh_token)),
    );
    const ids = answers.map(({ body }) => decode(body.access_token).payload['jti']);
    expect(new Set(ids).size).toBe(20);
  });
});

describe('a token that this server did not sign is 401 invalid_token (RFC 9068 §4, RFC 8725)', () => {
  const attacker = ownKey();
  const attackerJwk = { ...attacker.publicKey.export({ format: 'jwk' }), kid: 'mine' };
  const head = (changes: object = {}) => ({ ...jwt.header, ...changes });
  const pem = () => publicKey.export({ type: 'spki', format: 'pem' });
  const { privateKey } = attacker;
  const forgeries: [string, () => string][] = [
    ['no signature', () => `${jwt.signed}.`],
    ['no signature part', () => jwt.signed],
    ['alg none (CVE-2022-23540)', () => `${encode(head({ alg: 'none' }), jwt.payload)}.`],
    ['alg None', () => `${encode(head({ alg: 'None' }), jwt.payload)}.${jwt.signature}`],
    ['an empty alg', () => `${encode(head({ alg: '' }), jwt.payload)}.${jwt.signature}`],
    [
      'alg of another type',
      () => `${encode(head({ alg: ['ES256'] }), jwt.payload)}.${jwt.signature}`,
    ],
    [
      'HS256 under the public key as PEM (CVE-2022-23541)',
      () => hmac(head({ alg: 'HS256' }), jwt.payload, pem()),
    ],
    [
      'HS256 under the public key as JWK',
      () => hmac(head({ alg: 'HS256' }), jwt.payload, JSON.stringify(jwk)),
    ],
    ['HS256 under an empty secret', () => hmac(head({ alg: 'HS256' }), jwt.payload, '')],
    ['HMAC called ES256', () => hmac(head(), jwt.payload, pem())],
    ['another key under our kid', () => signed(head(), jwt.payload, privateKey)],
    ['another key under another kid', () => signed(head({ kid: 'mine' }), jwt.payload, privateKey)],
    [
      'another key without a kid',
      () => signed({ alg: 'ES256', typ: 'at+jwt' }, jwt.payload, privateKey),
    ],
    [
      'an embedded key (jwk)',
      () => signed(head({ kid: 'mine', jwk: attackerJwk }), jwt.payload, privateKey),
    ],
    [
      'an embedded key under our kid',
      () => signed(head({ jwk: attackerJwk }), jwt.payload, privateKey),
    ],
    [
      'a remote key (jku)',
      () => signed(head({ kid: 'mine', jku: 'http://127.0.0.1:1/keys' }), jwt.payload, privateKey),
    ],
    [
      'a remote certificate (x5u)',
      () => signed(head({ x5u: 'http://127.0.0.1:1/cert' }), jwt.payload, privateKey),
    ],
    [
      'an embedded certificate (x5c)',
      () => signed(head({ x5c: ['MIIB'] }), jwt.payload, privateKey),
    ],
    [
      'our token with a jku added',
      () => `${encode(head({ jku: 'x' }), jwt.payload)}.${jwt.signature}`,
    ],
    ['kid as a path', () => signed(head({ kid: '../../dev/null' }), jwt.payload, privateKey)],
    ['kid as SQL', () => signed(head({ kid: `' OR '1'='1` }), jwt.payload, privateKey)],
    ['kid with a NUL', () => signed(head({ kid: 'a\0b' }), jwt.payload, privateKey)],
    ['kid that is not a string', () => signed(head({ kid: 1 }), jwt.payload, privateKey)],
    [
      'kid named like an object’s own',
      () => signed(head({ kid: '__proto__' }), jwt.payload, privateKey),
    ],
    [
      'another curve',
      () => signed(head({ alg: 'ES384' }), jwt.payload, ownKey('P-384').privateKey, 'sha384'),
    ],
    [
      'a signature of zeros (CVE-2022-21449)',
      () => `${jwt.signed}.${Buffer.alloc(64).toString('base64url')}`,
    ],
    ['a shortened signature', () => `${jwt.signed}.${jwt.signature.slice(0, -4)}`],
    [
      'another user in the payload',
      () => `${encode(jwt.header, { ...jwt.payload, sub: crypto.randomUUID() })}.${jwt.signature}`,
    ],
    [
      'a wider scope in the payload',
      () => `${encode(jwt.header, { ...jwt.payload, scope: 'read readwrite' })}.${jwt.signature}`,
    ],
    [
      'a later exp in the payload',
      () => `${encode(jwt.header, { ...jwt.payload, exp: 4_000_000_000 })}.${jwt.signature}`,
    ],
    ['typ JWT', () => `${encode(head({ typ: 'JWT' }), jwt.payload)}.${jwt.signature}`],
    ['no typ', () => signed({ alg: 'ES256', kid: jwt.header['kid'] }, jwt.payload, privateKey)],
    ['a fourth part', () => `${tokens.access_token}.x`],
    ['a JWE’s five parts', () => `${tokens.access_token}.x.y`],
    ['a JSON serialization', () => `${JSON.stringify(jwt.payload)}`],
    ['the token twice', () => `${tokens.access_token}${tokens.access_token}`],
    ['the token with padding', () => `${tokens.access_token}=`],
    ['a header that is not JSON', () => `${Buffer.from('{').toString('base64url')}.e30.x`],
    ['a header that is null', () => `${Buffer.from('null').toString('base64url')}.e30.x`],
    ['an opaque word', () => 'secret'],
    ['the refresh token', () => tokens.refresh_token],
    ['100 kB', () => `${jwt.signed}${'A'.repeat(10_000)}.${jwt.signature}`],
  ];

  it.each(forgeries)('%s', async (_, forge) => {
    const answer = await send(world.url, '/user/v7/users/me', { headers: bearer(forge()) });
    expect([answer.status, answer.body.code]).toEqual([401, 'invalid_token']);
    expect(answer.headers['www-authenticate']).toContain('error="invalid_token"');
  });

  it('and the token that all of them were made from still works', async () => {
    expect(await world.crm.use(tokens.access_token)).toBe(200);
  });

  it('one bit changed anywhere in the signature', async () => {
    const bytes = Buffer.from(jwt.signature, 'base64url');
    const answers = await Promise.all(
      Array.from({ length: 64 }, (_, at) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ 1;
        return world.crm.me(`${jwt.signed}.${changed.toString('base64url')}`);
      }),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
  });
});

describe('a token comes in the Authorization header, once, and nowhere else (RFC 6750 §2, RFC 9700 §4.3.2)', () => {
  it('the scheme is taken in any case (RFC 9110 §11.1)', async () => {
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      const headers = { authorization: `${scheme} ${tokens.access_token}` };
      expect((await send(world.url, '/user/v7/users/me', { headers })).status).toBe(200);
    }
  });

  it('in the query it is not read', async () => {
    const path = `/user/v7/users/me?${query({ access_token: tokens.access_token })}`;
    const answer = await send(world.url, path);
    expect([answer.status, answer.body.code]).toEqual([401, 'session_required']);
  });

  it('in a form body it is not read', async () => {
    const answer = await send(world.url, '/user/v7/checks', {
      form: { access_token: tokens.access_token },
    });
    expect(answer.status).toBe(401);
  });

  it('as a cookie it is not a session (CVE-2026-54560)', async () => {
    for (const name of ['session', '__Host-session', 'access_token', 'token']) {
      const headers = { cookie: `${name}=${tokens.access_token}` };
      for (const path of [
        '/user/v7/users/me',
        '/user/v7/sessions/current',
        '/user/v7/connections',
      ]) {
        const answer = await send(world.url, path, { headers });
        expect([answer.status, answer.body.code]).toEqual([401, 'session_required']);
      }
    }
  });

  it('a session’s secret is not a token', async () => {
    const secret = world.member.cookie.split('=')[1] ?? '';
    const answer = await send(world.url, '/user/v7/users/me', { headers: bearer(secret) });
    expect([answer.status, answer.body.code]).toEqual([401, 'invalid_token']);
  });

  it('two Authorization headers are 400 or 401, whichever of them is good', async () => {
    for (const pair of [
      [bearer(tokens.access_token).authorization, 'Bearer x'],
      ['Bearer x', bearer(tokens.access_token).authorization],
      [bearer(tokens.access_token).authorization, bearer(tokens.access_token).authorization],
    ]) {
      const answer = await send(world.url, '/user/v7/users/me', {
        headers: { authorization: pair },
      });
      expect([400, 401]).toContain(answer.status);
      expect(answer.headers['www-authenticate']).toMatch(/error="invalid_(request|token)"/);
    }
  });

  it('a good session beside a bad token is judged by the token', async () => {
    const answer = await world.member.send('/user/v7/users/me', { headers: bearer('x.y.z') });
    expect(answer.status).toBe(401);
  });
});

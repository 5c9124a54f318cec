import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import jwt from 'jsonwebtoken';
import { AccessTokenVerifier, type AccessTokenVerifierOptions } from './verifier.js';

const keyPair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const keys = new Map([['first', keyPair()]]);
const never = { isRevoked: () => false };

let server: Server;
let issuer: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    response.setHeader('cache-control', 'public, max-age=300');
    if (request.url === '/.well-known/oauth-authorization-server') {
      response.end(JSON.stringify({ issuer, jwks_uri: `${issuer}/keys` }));
    } else {
      const jwks = [...keys].map(([kid, { publicKey }]) => ({
        ...publicKey.export({ format: 'jwk' }),
        kid,
      }));
      response.end(JSON.stringify({ keys: jwks }));
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => new Promise((closed) => server.close(closed)));

interface Forgery {
  claims?: object;
  header?: object;
  key?: KeyObject | string;
  algorithm?: jwt.Algorithm;
}

function sign({ claims, header, key, algorithm = 'ES256' }: Forgery = {}): string {
  const now = Math.floor(Date.now() / 1000);
  return jwt.sign(
    {
      iss: issuer,
      aud: issuer,
      sub: randomUUID(),
      client_id: 'maklerwelt-crm',
      scope: 'read',
      iat: now,
      exp: now + 3600,
      jti: `${randomUUID()}.x`,
      account_id: randomUUID(),
      connection_id: randomUUID(),
      ...claims,
    },
    key ?? (keys.get('first')?.privateKey as KeyObject),
    { algorithm, header: { alg: algorithm, typ: 'at+jwt', kid: 'first', ...header } },
  );
}

const verifier = (options: Partial<AccessTokenVerifierOptions> = {}) =>
  new AccessTokenVerifier({ issuer, revocation: never, ...options });

const refusal = (token: string, options?: Partial<AccessTokenVerifierOptions>) =>
  verifier(options)
    .verify(token)
    .then(
      () => 'accepted',
      (error: { reason?: string }) => error.reason ?? 'no reason',
    );

describe('a token is accepted only if all of it is right (RFC 9068 §4, RFC 8725)', () => {
  it('accepts a good one and says whom it acts for', async () => {
    const claims = await verifier().verify(sign());
    expect(claims).toMatchObject({ clientId: 'maklerwelt-crm', scope: 'read', kid: 'first' });
  });

  it.each([
    ['of another type', () => sign({ header: { typ: 'JWT' } }), 'wrong_type'],
    [
      'of another issuer',
      () => sign({ claims: { iss: 'https://other.example' } }),
      'wrong_issuer_or_audience',
    ],
    [
      'for another audience',
      () => sign({ claims: { aud: 'https://other.example' } }),
      'wrong_issuer_or_audience',
    ],
    ['signed by nobody (CVE-2022-23540)', () => sign({ algorithm: 'none', key: '' }), 'malformed'],
    [
      'signed with the public key as a password (CVE-2022-23541)',
      () =>
        sign({
          algorithm: 'HS256',
          key:
            (keys.get('first')?.publicKey.export({ type: 'spki', format: 'pem' }) as string) ?? '',
        }),
      'wrong_algorithm',
    ],
    ['signed with another key', () => sign({ key: keyPair().privateKey }), 'bad_signature'],
    ['with a key that nobody published', () => sign({ header: { kid: 'unknown' } }), 'unknown_key'],
    [
      'that brings its own key',
      () => sign({ header: { jwk: keyPair().publicKey.export({ format: 'jwk' }) } }),
      'malformed',
    ],
    [
      'that says where its key is',
      () => sign({ header: { jku: 'https://evil.example' } }),
      'malformed',
    ],
    [
      'that is for later (RFC 7519 §4.1.5)',
      () => sign({ claims: { nbf: Math.floor(Date.now() / 1000) + 70 } }),
      'not_yet_valid',
    ],
    ['without a connection', () => sign({ claims: { connection_id: undefined } }), 'malformed'],
    ['that is not a token', () => 'no-token', 'malformed'],
    ['that is far too long', () => `${'a'.repeat(5000)}.b.c`, 'malformed'],
  ])('refuses one %s', async (_, token, reason) => {
    expect(await refusal(token())).toBe(reason);
  });

  it('accepts clocks that differ by at most 60 seconds', async () => {
    const token = sign();
    const at = (seconds: number) => ({ now: () => new Date(Date.now() + seconds * 1000) });
    expect(await refusal(token, at(3600 + 50))).toBe('accepted');
    expect(await refusal(token, at(3600 + 70))).toBe('expired');
    expect(await refusal(token, at(-50))).toBe('accepted');
    expect(await refusal(token, at(-70))).toBe('not_yet_valid');
    expect(await refusal(token, { ...at(3600 + 70), clockToleranceSeconds: 600 })).toBe('expired');
  });
});

describe('revocation', () => {
  it('refuses a token that has been revoked', async () => {
    expect(await refusal(sign(), { revocation: { isRevoked: () => true } })).toBe('revoked');
  });

  it('refuses a token from the moment at which its connection ends by itself', async () => {
    const end = Math.floor(Date.now() / 1000) + 600;
    const token = sign({ claims: { connection_exp: end } });
    const at = (ms: number) => ({ now: () => new Date(ms) });
    expect(await refusal(token, at(end * 1000 - 1))).toBe('accepted');
    expect(await refusal(token, at(end * 1000))).toBe('revoked');
    expect(await refusal(sign({ claims: { connection_exp: 'soon' } }))).toBe('malformed');
  });

  it('does not accept a token when nobody can tell', async () => {
    const revocation = { isRevoked: () => Promise.reject(new Error('away')) };
    await expect(verifier({ revocation }).verify(sign())).rejects.toThrow('away');
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sign } from 'node:crypto';
import { HOUR } from '../config/clock.js';
import { Application, createTokensModule } from '../testing/application.js';
import { type Person, person } from '../testing/person.js';
import { StoppedClock } from '../testing/stopped-clock.js';
import type { TestContext } from '../testing/test-context.js';
import { SigningKeys } from './signing-keys.js';

type Claims = Record<string, unknown>;

const clock = new StoppedClock();

let api: TestContext;
let user: Person;
let client: Application;
let token: string;
let claims: Claims;
beforeAll(async () => {
  api = await createTokensModule({ clock });
  client = new Application(api);
  user = await person(api);
});
beforeEach(async () => {
  clock.advance(2 * HOUR);
  clock.toWholeSecond();
  token = (await client.connect(user)).access_token;
  const [, payload = ''] = token.split('.');
  claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims;
});
afterAll(() => api.close());

/** Signed with the server's own key, so that only the claims and the header can be wrong. */
function issue(changes: Claims = {}, headerChanges: Claims = {}): string {
  const { kid, privateKey } = api.app.get(SigningKeys).current();
  const header = { typ: 'at+jwt', alg: 'ES256', kid, ...headerChanges };
  // What is undefined is left out of JSON.
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const signed = `${encode(header)}.${encode({ ...claims, ...changes })}`;
  const signature = sign('sha256', Buffer.from(signed), {
    key: privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  return `${signed}.${signature.toString('base64url')}`;
}

const seconds = () => clock.now().getTime() / 1000;

describe('an access token lives 60 minutes', () => {
  it('until a millisecond before they are over', async () => {
    expect(await client.isAccepted(token)).toBe(true);
    clock.advance(HOUR - 1);
    expect(await client.isAccepted(token)).toBe(true);
    expect(await client.isActive(token)).toBe(true);
  });

  it('and not a moment longer, whether it has been seen before or not', async () => {
    const unseen = (await client.connect(user)).access_token;
    expect(await client.isAccepted(token)).toBe(true);
    clock.advance(HOUR);
    for (const expired of [token, unseen]) {
      expect(await client.isAccepted(expired)).toBe(false);
      expect(await client.isActive(expired)).toBe(false);
    }
  });

  it('revoking one that has run out is no error (RFC 7009 §2.2)', async () => {
    clock.advance(HOUR);
    await expect(client.revoke(token)).resolves.toBeUndefined();
  });

  it('a refresh gives another 60 minutes', async () => {
    const { refresh_token } = await client.connect(user);
    clock.advance(HOUR);
    const fresh = await client.refresh(refresh_token);
    expect(await client.isAccepted(fresh.access_token)).toBe(true);
  });
});

describe('a token signed with the right key is still refused where its claims are not right (RFC 9068 §4)', () => {
  it('as it is, it is good: the cases below differ from it in one thing each', async () => {
    expect(await client.isAccepted(issue())).toBe(true);
  });

  it.each<[string, () => string]>([
    ['another issuer', () => issue({ iss: 'https://other.example' })],
    ['the issuer with a slash', () => issue({ iss: `${String(claims['iss'])}/` })],
    ['no issuer', () => issue({ iss: undefined })],
    ['another audience', () => issue({ aud: 'https://other.example' })],
    ['a list of other audiences', () => issue({ aud: ['https://other.example', 'x'] })],
    ['no audience', () => issue({ aud: undefined })],
    ['typ JWT, as an ID token has it (RFC 9068 §2.1)', () => issue({}, { typ: 'JWT' })],
    ['typ of a logout token', () => issue({}, { typ: 'logout+jwt' })],
    ['no typ', () => issue({}, { typ: undefined })],
    ['no exp', () => issue({ exp: undefined })],
    ['exp that is not a number', () => issue({ exp: '9999999999' })],
    ['exp in the past', () => issue({ exp: seconds() - 1 })],
    ['exp now', () => issue({ exp: seconds() })],
    ['no iat', () => issue({ iat: undefined })],
    ['nbf more than 60 seconds ahead (RFC 7519 §4.1.5)', () => issue({ nbf: seconds() + 61 })],
    ['nbf that is not a number', () => issue({ nbf: 'now' })],
    ['iat more than 60 seconds ahead', () => issue({ iat: seconds() + 61 })],
    ['no sub', () => issue({ sub: undefined })],
    ['an empty sub', () => issue({ sub: '' })],
    ['no jti', () => issue({ jti: undefined })],
    ['no client_id', () => issue({ client_id: undefined })],
    ['no connection_id', () => issue({ connection_id: undefined })],
    ['no account_id', () => issue({ account_id: undefined })],
    ['no scope', () => issue({ scope: undefined })],
    ['crit', () => issue({}, { crit: ['x'], x: 1 })],
    ['jwk beside the right kid', () => issue({}, { jwk: { kty: 'EC' } })],
    ['jku beside the right kid', () => issue({}, { jku: 'https://evil.example/keys' })],
    ['x5u beside the right kid', () => issue({}, { x5u: 'https://evil.example/cert' })],
    ['x5c beside the right kid', () => issue({}, { x5c: ['MIIB'] })],
    ['zip (RFC 8725 §3.6)', () => issue({}, { zip: 'DEF' })],
    ['b64 (RFC 7797)', () => issue({}, { b64: true })],
  ])('%s', async (_, make) => {
    const made = make();
    expect(await client.isAccepted(made)).toBe(false);
    expect(await client.isActive(made)).toBe(false);
  });

  it('clocks may be up to 60 seconds apart', async () => {
    expect(await client.isAccepted(issue({ iat: seconds() + 60, exp: seconds() + 3660 }))).toBe(
      true,
    );
    expect(await client.isAccepted(issue({ nbf: seconds() + 60 }))).toBe(true);
  });

  it('the full media type is the same type (RFC 9068 §4)', async () => {
    expect(await client.isAccepted(issue({}, { typ: 'application/at+jwt' }))).toBe(true);
  });
});

describe('keys', () => {
  it('a token of a revoked key is refused, although it has been accepted before', async () => {
    expect(await client.isAccepted(token)).toBe(true);
    const keys = api.app.get(SigningKeys);
    await keys.revoke(keys.current().kid);
    expect(await client.isAccepted(token)).toBe(false);
    expect(await client.isActive(token)).toBe(false);
    expect(await client.isAccepted((await client.connect(user)).access_token)).toBe(true);
  });
});

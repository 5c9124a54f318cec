import {
  APP_SECRET,
  bearer,
  dump,
  PASSWORD,
  PortalUser,
  query,
  register,
  REGISTRY,
  send,
  sql,
  startWorld,
  TOKEN_PATH,
  type World,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPrivateKey } from 'node:crypto';

/** Not one of those that the portal's pages show as examples. */
const NEW_PASSWORD = 'fünf leise Gletscher';

let world: World;
/** Everything secret that was issued by the server or sent to it, by what it is. */
const secrets = new Map<string, string>();
let tables: Record<string, string[]>;
let output: string;

beforeAll(async () => {
  world = await startWorld({ env: { LOG_LEVEL: 'trace' } });
  await liveThroughEverything();
  // The orderly end writes what was still waiting to be written.
  tables = await dump(world.server.databaseUrl);
  output = world.server.output();
});
afterAll(() => world.server.stop());

async function liveThroughEverything() {
  secrets.set('APP_SECRET', APP_SECRET);
  secrets.set('password', PASSWORD);
  for (const name of ['member', 'admin', 'stranger', 'operator'] as const) {
    secrets.set(`session of ${name}`, world[name].cookie.split('=')[1] ?? '');
  }
  secrets.set('demo secret', 'maklerwelt-crm-demo-secret');

  const client = await register(world.operator);
  secrets.set('client secret', client.registration.clientSecret ?? '');
  const rotated = await world.operator.send<{ resource: { value: string } }>(
    `${REGISTRY}/${client.client.id}/secrets`,
    { json: {} },
  );
  secrets.set('rotated client secret', rotated.body.resource.value);

  for (const one of [client, world.scanner, world.desktop]) {
    const name = one.registration.clientId;
    const { code, verifier } = await one.code(world.member, { state: 'state-of-the-client' });
    secrets.set(`code of ${name}`, code);
    if (verifier['code_verifier']) secrets.set(`verifier of ${name}`, verifier['code_verifier']);
    const tokens = (await one.exchange(code, verifier)).body;
    const next = (await one.refresh(tokens.refresh_token)).body;
    const last = (await one.refresh(next.refresh_token)).body;
    for (const [index, token] of [tokens, next, last].entries()) {
      secrets.set(`access token ${index} of ${name}`, token.access_token);
      secrets.set(`refresh token ${index} of ${name}`, token.refresh_token);
    }
    await one.me(tokens.access_token);
    await one.introspect(last.access_token);
    await one.exchange(code, verifier);
    await one.refresh(tokens.refresh_token);
    await one.revoke(next.access_token);
  }
  const unredeemed = await client.code(world.admin);
  secrets.set('unredeemed code', unredeemed.code);

  const failing = { code: 'x'.repeat(50), client_secret: 'wrong-secret-of-a-client' };
  secrets.set('wrong client secret', failing.client_secret);
  await client.with({ clientSecret: failing.client_secret }).exchange(failing.code);
  await send(world.url, `${TOKEN_PATH}?${query({ client_secret: 'secret-in-a-query' })}`, {
    form: {},
  });
  secrets.set('secret in a query', 'secret-in-a-query');
  await send(world.url, '/user/v7/users/me', { headers: bearer('token-that-is-none-of-ours') });
  secrets.set('wrong token', 'token-that-is-none-of-ours');
  secrets.set('wrong password', 'wrong-password-of-a-user');
  await PortalUser.signIn(world.url, undefined, 'wrong-password-of-a-user').catch(() => undefined);

  secrets.set('new password', NEW_PASSWORD);
  const change = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
  await world.stranger.send('/user/v7/users/me/password', { json: { resource: change } });
  const path = `/user/v7/oauth-authorization-request?${query({
    clientId: client.registration.clientId,
    response_type: 'code',
    state: 'state-of-a-link',
  })}`;
  await world.member.send(path);
  secrets.set('state', 'state-of-a-link');
  await world.member.send('/user/v7/sessions/current', { method: 'DELETE' });
}

/** How a secret might be written down: as it is, as its bytes, in base64 or hexadecimal. */
function spellings(secret: string): string[] {
  const bytes = [Buffer.from(secret), Buffer.from(secret, 'base64url')];
  return [
    secret,
    encodeURIComponent(secret),
    ...bytes
      .filter(({ length }) => length >= 12)
      .flatMap((value) => [
        value.toString('hex'),
        value.toString('base64').replace(/=+$/, ''),
        value.toString('base64url'),
      ]),
  ];
}

describe('secrets at rest', () => {
  it('no table holds any secret that was ever issued or sent, in whatever spelling', () => {
    expect(secrets.size).toBeGreaterThan(30);
    const found: string[] = [];
    for (const [table, rows] of Object.entries(tables)) {
      const text = rows.join('\n');
      for (const [what, secret] of secrets) {
        if (spellings(secret).some((spelling) => text.includes(spelling))) {
          found.push(`${what} in ${table}`);
        }
      }
    }
    expect(found).toEqual([]);
  });

  it('no line of the log does, even at the level trace', () => {
    expect(output.split('\n').length).toBeGreaterThan(20);
    const found = [...secrets]
      .filter(([, secret]) => spellings(secret).some((spelling) => output.includes(spelling)))
      .map(([what]) => what);
    expect(found).toEqual([]);
  });

  it('nor does the log hold a part of one that is long enough to use: a JWT’s signature, half a token', () => {
    for (const [what, secret] of secrets) {
      if (secret.length < 40) continue;
      expect([what, output.includes(secret.slice(-30))]).toEqual([what, false]);
      expect([what, output.includes(secret.slice(0, secret.length / 2))]).toEqual([what, false]);
    }
  });

  it('the search would have found them: it finds ids, which are not secret', () => {
    const text = Object.values(tables).flat().join('\n');
    expect(text).toContain('maklerwelt-crm');
    expect(tables['sessions']?.length).toBeGreaterThan(2);
    expect(tables['authorization_codes']?.length).toBeGreaterThan(3);
    expect(tables['refresh_token_families']?.length).toBeGreaterThan(2);
    expect(tables['oauth_requests']?.length).toBeGreaterThan(10);
    expect(output).toContain('/guest/v7/oauth-tokens');
  });

  it('passwords are argon2id with at least 19 MiB and 2 passes (OWASP)', async () => {
    const rows = await sql<{ hash: string }>(
      world.server.databaseUrl,
      'SELECT password_hash AS hash FROM users',
    );
    for (const { hash } of rows) {
      const [, memory, passes] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$/.exec(hash) ?? [];
      expect(Number(memory)).toBeGreaterThanOrEqual(19_456);
      expect(Number(passes)).toBeGreaterThanOrEqual(2);
    }
  });

  it('signing keys are encrypted: no row yields a private key, nor its number', async () => {
    const rows = await sql<{ sealed: Buffer; jwk: Record<string, unknown> }>(
      world.server.databaseUrl,
      'SELECT private_key_encrypted AS sealed, public_jwk AS jwk FROM signing_keys',
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const { sealed, jwk } of rows) {
      expect(jwk).not.toHaveProperty('d');
      expect(sealed.includes('PRIVATE KEY')).toBe(false);
      for (const type of ['pkcs8', 'sec1'] as const) {
        for (let offset = 0; offset < sealed.length; offset += 1) {
          const key = sealed.subarray(offset);
          expect(() => createPrivateKey({ key, format: 'der', type })).toThrow();
        }
      }
    }
  });
});

import { DEMO_CLIENTS } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { DAY, HOUR, SECOND } from '../config/clock.js';
import { OAuthError } from '../http/api-error.js';
import { Application, createTokensModule } from '../testing/application.js';
import { type Person, person } from '../testing/person.js';
import { StoppedClock } from '../testing/stopped-clock.js';
import type { TestContext } from '../testing/test-context.js';
import { AccessTokens } from './access-tokens.js';
import type { TokenResponseDto } from './oauth-tokens.dto.js';

const clock = new StoppedClock();
const VERIFIER = 'v'.repeat(43);
const CHALLENGED = {
  codeChallenge: createHash('sha256').update(VERIFIER).digest('base64url'),
  codeChallengeMethod: 'S256',
};

let api: TestContext;
let user: Person;
let client: Application;
beforeAll(async () => {
  api = await createTokensModule({ clock });
  client = new Application(api);
  user = await person(api);
});
beforeEach(() => {
  // Whatever the test before left goes stale.
  clock.advance(HOUR);
});
afterAll(() => api.close());

async function expectAlive({ access_token, refresh_token }: TokenResponseDto) {
  expect(await client.isAccepted(access_token)).toBe(true);
  await client.refresh(refresh_token);
}

async function expectDead({ access_token, refresh_token }: TokenResponseDto) {
  expect(await client.isAccepted(access_token)).toBe(false);
  expect(await client.isActive(access_token)).toBe(false);
  await expectInvalid(client.refresh(refresh_token));
}

const expectInvalid = (granted: Promise<TokenResponseDto>) =>
  expect(granted).rejects.toMatchObject({ error: 'invalid_grant' });

describe('a code lives 60 seconds (RFC 6749 §4.1.2, CVE-2024-22403)', () => {
  it('a millisecond before they are over it works', async () => {
    const code = await client.code(user);
    clock.advance(60 * SECOND - 1);
    await client.exchange(code);
  });

  it.each([60 * SECOND, 61 * SECOND, DAY])('after %i ms it is invalid_grant', async (age) => {
    const code = await client.code(user);
    clock.advance(age);
    await expectInvalid(client.exchange(code));
  });

  it('a failed attempt does not prolong its life', async () => {
    const code = await client.code(user);
    clock.advance(59 * SECOND);
    await expectInvalid(client.exchange(code, { redirect_uri: 'https://evil.example/' }));
    clock.advance(SECOND);
    await expectInvalid(client.exchange(code));
  });
});

describe('a repeat by the rightful client (RFC 6749 §4.1.2, §10.5)', () => {
  it('up to 2 seconds after the first use changes nothing: a duplicated request', async () => {
    const code = await client.code(user);
    const tokens = await client.exchange(code);
    clock.advance(2 * SECOND);
    await expectInvalid(client.exchange(code));
    await expectAlive(tokens);
  });

  it('later ends the tokens that the first use gave', async () => {
    const code = await client.code(user);
    const tokens = await client.exchange(code);
    clock.advance(2 * SECOND + 1);
    await expectInvalid(client.exchange(code));
    await expectDead(tokens);
  });

  it('counts from the first use, not from the repeats before', async () => {
    const code = await client.code(user);
    const tokens = await client.exchange(code);
    for (let i = 0; i < 2; i += 1) {
      clock.advance(SECOND);
      await expectInvalid(client.exchange(code));
    }
    clock.advance(SECOND);
    await expectInvalid(client.exchange(code));
    await expectDead(tokens);
  });

  it('ends the tokens that they have been refreshed into as well', async () => {
    const code = await client.code(user);
    const first = await client.exchange(code);
    clock.advance(10 * SECOND);
    const second = await client.refresh(first.refresh_token);
    await expectInvalid(client.exchange(code));
    await expectDead(second);
    await expectDead(first);
  });

  it('is recognised when the code itself would long have expired', async () => {
    const code = await client.code(user);
    const tokens = await client.exchange(code);
    clock.advance(20 * DAY);
    const later = await client.refresh(tokens.refresh_token);
    await expectInvalid(client.exchange(code));
    await expectDead(later);
  });

  it('leaves the connection, and the tokens of its other grants', async () => {
    const code = await client.code(user);
    const tokens = await client.exchange(code);
    const other = await client.connect(user);
    clock.advance(3 * SECOND);
    await expectInvalid(client.exchange(code));
    await expectDead(tokens);
    await expectAlive(other);
  });

  it('stands in the history as reuse detected, once', async () => {
    const code = await client.code(user);
    const { access_token } = await client.exchange(code);
    const { connectionId } = await api.app.get(AccessTokens).verify(access_token);
    const detected = async () => {
      const [{ count }] = await api.dataSource.query(
        `SELECT count(*)::integer FROM connection_events
          WHERE connection_id = $1 AND type = 'reuse_detected'`,
        [connectionId],
      );
      return count;
    };
    const before = await detected();
    clock.advance(3 * SECOND);
    for (let i = 0; i < 3; i += 1) await expectInvalid(client.exchange(code));
    expect(await detected()).toBe(before + 1);
  });
});

describe('a late repeat that fails for another reason ends nothing', () => {
  it.each<[string, (code: string) => Promise<unknown>]>([
    [
      'a wrong secret',
      (code) =>
        new Application(api, { clientId: 'maklerwelt-crm', clientSecret: 'x' }).exchange(code),
    ],
    ['no secret', (code) => new Application(api, { clientId: 'maklerwelt-crm' }).exchange(code)],
    [
      'another client',
      (code) =>
        new Application(api, DEMO_CLIENTS.scanner).exchange(code, { code_verifier: VERIFIER }),
    ],
    [
      'a public client',
      (code) =>
        new Application(api, DEMO_CLIENTS.desktop).exchange(code, {
          code_verifier: VERIFIER,
        }),
    ],
    ['no verifier', (code) => client.exchange(code)],
    ['a wrong verifier', (code) => client.exchange(code, { code_verifier: 'w'.repeat(43) })],
    [
      'another redirect URI',
      (code) =>
        client.exchange(code, { code_verifier: VERIFIER, redirect_uri: 'https://evil.example/' }),
    ],
  ])('%s', async (_, repeat) => {
    const code = await client.code(user, CHALLENGED);
    const tokens = await client.exchange(code, { code_verifier: VERIFIER });
    clock.advance(10 * SECOND);
    await expect(repeat(code)).rejects.toBeInstanceOf(OAuthError);
    await expectAlive(tokens);
  });
});

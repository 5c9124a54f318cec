import { DEMO_CLIENTS, PortalUser, ThirdParty, type TokenAnswer } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { DAY, HOUR, SECOND } from '../config/clock.js';
import { StoppedClock } from '../testing/stopped-clock.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';

const clock = new StoppedClock();
const VERIFIER = 'v'.repeat(43);
const CHALLENGED = {
  codeChallenge: createHash('sha256').update(VERIFIER).digest('base64url'),
  codeChallengeMethod: 'S256',
};

let api: TestApp;
let user: PortalUser;
let client: ThirdParty;
beforeAll(async () => {
  api = await createTestApp({ clock });
  client = new ThirdParty(api.url);
});
beforeEach(async () => {
  // The limit on failures moves on, and whatever the test before left goes stale.
  clock.advance(HOUR);
  user = await PortalUser.signIn(api.url);
});
afterAll(() => api.close());

async function expectAlive({ access_token, refresh_token }: TokenAnswer) {
  expect(await client.use(access_token)).toBe(200);
  expect((await client.refresh(refresh_token)).status).toBe(200);
}

async function expectDead({ access_token, refresh_token }: TokenAnswer) {
  expect(await client.use(access_token)).toBe(401);
  expect(await client.isActive(access_token)).toBe(false);
  expect(await client.refresh(refresh_token)).toMatchObject({
    status: 400,
    body: { error: 'invalid_grant' },
  });
}

describe('a code lives 60 seconds (RFC 6749 §4.1.2, CVE-2024-22403)', () => {
  it('a millisecond before they are over it works', async () => {
    const { code } = await client.code(user);
    clock.advance(60 * SECOND - 1);
    expect((await client.exchange(code)).status).toBe(200);
  });

  it.each([60 * SECOND, 61 * SECOND, DAY])('after %i ms it is invalid_grant', async (age) => {
    const { code } = await client.code(user);
    clock.advance(age);
    expect(await client.exchange(code)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
  });

  it('a failed attempt does not prolong its life', async () => {
    const { code } = await client.code(user);
    clock.advance(59 * SECOND);
    await client.exchange(code, { redirect_uri: 'https://evil.example/' });
    clock.advance(SECOND);
    expect((await client.exchange(code)).status).toBe(400);
  });
});

describe('a repeat by the rightful client (RFC 6749 §4.1.2, §10.5)', () => {
  it('up to 2 seconds after the first use changes nothing: a duplicated request', async () => {
    const { code } = await client.code(user);
    const tokens = (await client.exchange(code)).body;
    clock.advance(2 * SECOND);
    expect((await client.exchange(code)).body.error).toBe('invalid_grant');
    await expectAlive(tokens);
  });

  it('later ends the tokens that the first use gave', async () => {
    const { code } = await client.code(user);
    const tokens = (await client.exchange(code)).body;
    clock.advance(2 * SECOND + 1);
    expect((await client.exchange(code)).body.error).toBe('invalid_grant');
    await expectDead(tokens);
  });

  it('counts from the first use, not from the repeats before', async () => {
    const { code } = await client.code(user);
    const tokens = (await client.exchange(code)).body;
    for (let i = 0; i < 2; i += 1) {
      clock.advance(SECOND);
      await client.exchange(code);
    }
    clock.advance(SECOND);
    await client.exchange(code);
    await expectDead(tokens);
  });

  it('ends the tokens that they have been refreshed into as well', async () => {
    const { code } = await client.code(user);
    const first = (await client.exchange(code)).body;
    clock.advance(10 * SECOND);
    const second = (await client.refresh(first.refresh_token)).body;
    await client.exchange(code);
    await expectDead(second);
    await expectDead(first);
  });

  it('is recognised when the code itself would long have expired', async () => {
    const { code } = await client.code(user);
    const tokens = (await client.exchange(code)).body;
    clock.advance(20 * DAY);
    const later = (await client.refresh(tokens.refresh_token)).body;
    await client.exchange(code);
    await expectDead(later);
  });

  it('leaves the connection, and the tokens of its other grants', async () => {
    const { code } = await client.code(user);
    const tokens = (await client.exchange(code)).body;
    const other = await client.connect(user);
    clock.advance(3 * SECOND);
    await client.exchange(code);
    await expectDead(tokens);
    await expectAlive(other);
  });

  it('stands in the history as reuse detected, once', async () => {
    const { code } = await client.code(user);
    const { access_token } = (await client.exchange(code)).body;
    const [, payload = ''] = access_token.split('.');
    const { connection_id: id } = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const detected = async () => {
      const { body } = await user.call('GET', `/user/v7/connections/${id}/events`);
      return body.resources.filter(({ type }) => type === 'reuse_detected').length;
    };
    const before = await detected();
    clock.advance(3 * SECOND);
    for (let i = 0; i < 3; i += 1) await client.exchange(code);
    expect(await detected()).toBe(before + 1);
  });
});

describe('a late repeat that fails for another reason ends nothing', () => {
  it.each<[string, (code: string) => Promise<unknown>]>([
    ['a wrong secret', (code) => client.with({ clientSecret: 'x' }).exchange(code)],
    ['no secret', (code) => client.with({ clientSecret: undefined }).exchange(code)],
    [
      'another client',
      (code) => client.with(DEMO_CLIENTS.scanner).exchange(code, { code_verifier: VERIFIER }),
    ],
    [
      'a public client',
      (code) =>
        new ThirdParty(api.url, DEMO_CLIENTS.desktop).exchange(code, {
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
    const { code } = await client.code(user, CHALLENGED);
    const tokens = (await client.exchange(code, { code_verifier: VERIFIER })).body;
    clock.advance(10 * SECOND);
    await repeat(code);
    await expectAlive(tokens);
  });
});

import { call, PortalUser, ThirdParty, type TokenAnswer } from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HOUR, SECOND } from '../config/clock.js';
import { StoppedClock } from '../testing/stopped-clock.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { SigningKeys } from './signing-keys.js';

const OLD = 'the secret that the installation began with';
const NEW = 'the secret that takes its place and was made later';

const clock = new StoppedClock();
const nodes: TestApp[] = [];

/** One more node on the same database. */
async function node(present: string, previous?: string): Promise<TestApp> {
  const started = await createTestApp({
    clock,
    databaseUrl: nodes[0]?.config.databaseUrl,
    env: { APP_SECRET: present, ...(previous && { APP_SECRET_PREVIOUS: previous }) },
  });
  nodes.push(started);
  return started;
}

let user: PortalUser;
/** A client at each node: with the old secret alone, with both in either order, the new alone. */
let old: ThirdParty;
let oldAndNew: ThirdParty;
let newAndOld: ThirdParty;
let fresh: ThirdParty;
beforeAll(async () => {
  const first = await node(OLD);
  old = new ThirdParty(first.url);
  oldAndNew = new ThirdParty((await node(OLD, NEW)).url);
  newAndOld = new ThirdParty((await node(NEW, `${'x'.repeat(32)}, ${OLD}`)).url);
  fresh = new ThirdParty((await node(NEW)).url);
  user = await PortalUser.signIn(first.url);
});
afterAll(async () => {
  for (const one of nodes.reverse()) await one.close();
});

async function refreshed(client: ThirdParty, refreshToken: string): Promise<TokenAnswer> {
  const answer = await client.refresh(refreshToken);
  expect([answer.status, answer.body.error]).toEqual([200, undefined]);
  return answer.body;
}

describe('while APP_SECRET changes, a node that knows both secrets', () => {
  it.each([
    ['old secret', () => old, () => newAndOld],
    ['old secret, the other node having both as well', () => oldAndNew, () => newAndOld],
    ['new secret', () => newAndOld, () => oldAndNew],
  ])('answers a retry with the successor that was made under the %s', async (_, first, second) => {
    const tokens = await first().connect(user);
    const lost = await refreshed(first(), tokens.refresh_token);
    const retried = await refreshed(second(), tokens.refresh_token);
    expect(retried.refresh_token).toBe(lost.refresh_token);
    const next = await refreshed(second(), retried.refresh_token);
    expect((await refreshed(first(), next.refresh_token)).refresh_token).toBeDefined();
  });

  it('recognises an ancestor that was made under the other one, and ends the family', async () => {
    for (const [first, second] of [
      [oldAndNew, newAndOld],
      [newAndOld, oldAndNew],
    ] as const) {
      const tokens = await first.connect(user);
      const next = await refreshed(first, tokens.refresh_token);
      const last = await refreshed(second, next.refresh_token);
      expect((await second.refresh(tokens.refresh_token)).body.error).toBe('invalid_grant');
      expect((await first.refresh(last.refresh_token)).body.error).toBe('invalid_grant');
    }
  });
});

describe('a node without the secret that made a successor', () => {
  it.each([
    ['the new one alone', () => old, () => fresh],
    ['the old one alone', () => newAndOld, () => old],
  ])(
    'having %s, hands out no other token: 503, and the answer of the first stays good',
    async (_, first, second) => {
      const tokens = await first().connect(user);
      const lost = await refreshed(first(), tokens.refresh_token);
      const retried = await second().refresh(tokens.refresh_token);
      expect([retried.status, retried.body.error]).toEqual([503, 'temporarily_unavailable']);
      expect(retried.headers['retry-after']).toBe('1');
      expect(retried.body.error_description).toContain('Try again');
      // Whoever got the first answer goes on, at any node, and nobody took it for a theft.
      const next = await refreshed(second(), lost.refresh_token);
      clock.advance(31 * SECOND);
      await refreshed(first(), next.refresh_token);
    },
  );
});

describe('failed sign-ins while APP_SECRET changes', () => {
  it('count together, whichever secret their e-mail address was hashed under', async () => {
    const attempt = async (index: number) => {
      const resource = { email: 'admin@beispiel.example', password: 'wrong' };
      const { url } = nodes[index] as TestApp;
      return (await call(url, 'POST', '/guest/v7/sessions', { resource })).status;
    };
    for (const index of [0, 1, 2, 0, 1, 2, 0, 1, 2, 1]) expect(await attempt(index)).toBe(401);
    expect([await attempt(1), await attempt(2)]).toEqual([429, 429]);
  });
});

describe('signing keys while APP_SECRET changes', () => {
  const keysOf = (index: number) => (nodes[index] as TestApp).app.get(SigningKeys);

  it('a node that knows both goes on signing with the key that there is', async () => {
    const tokens = await oldAndNew.connect(user);
    expect(await newAndOld.use(tokens.access_token)).toBe(200);
    const other = await newAndOld.connect(user);
    for (const client of [old, oldAndNew, newAndOld, fresh]) {
      expect(await client.use(other.access_token)).toBe(200);
    }
  });

  it('housekeeping encrypts it anew, but not before the node is an hour old', async () => {
    const [, , both] = nodes as [TestApp, TestApp, TestApp, TestApp];
    const { kid } = keysOf(0).current();
    const sealed = async () =>
      (
        await both.dataSource.query(
          'SELECT private_key_encrypted FROM signing_keys WHERE kid = $1',
          [kid],
        )
      )[0].private_key_encrypted as Buffer;
    const before = await sealed();
    await keysOf(2).maintain();
    expect(await sealed()).toEqual(before);
    expect((await keysOf(2).list()).find((key) => key.kid === kid)?.secret).toBe('previous');

    clock.advance(HOUR);
    await keysOf(2).maintain();
    expect(await sealed()).not.toEqual(before);
    expect((await keysOf(2).list()).find((key) => key.kid === kid)?.secret).toBe('present');
    // The next step of the change: the old secret is gone, and the key can still sign.
    await node(NEW);
    expect((await keysOf(4).list()).find((key) => key.kid === kid)?.secret).toBe('present');
  });
});

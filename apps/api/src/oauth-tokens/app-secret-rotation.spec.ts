import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HOUR, SECOND } from '../config/clock.js';
import { Application, createTokensModule } from '../testing/application.js';
import { guessedPassword } from '../testing/guessed-password.js';
import { type Person, person } from '../testing/person.js';
import { StoppedClock } from '../testing/stopped-clock.js';
import type { TestContext } from '../testing/test-context.js';
import { SigningKeys } from './signing-keys.js';

const OLD = 'the secret that the installation began with';
const NEW = 'the secret that takes its place and was made later';

const clock = new StoppedClock();
const nodes: TestContext[] = [];

/** One more node on the same database. */
async function node(present: string, previous?: string): Promise<TestContext> {
  const started = await createTokensModule({
    clock,
    databaseUrl: nodes[0]?.config.databaseUrl,
    env: { APP_SECRET: present, ...(previous && { APP_SECRET_PREVIOUS: previous }) },
  });
  nodes.push(started);
  return started;
}

let user: Person;
/** A client at each node: with the old secret alone, with both in either order, the new alone. */
let old: Application;
let oldAndNew: Application;
let newAndOld: Application;
let fresh: Application;
beforeAll(async () => {
  const first = await node(OLD);
  old = new Application(first);
  oldAndNew = new Application(await node(OLD, NEW));
  newAndOld = new Application(await node(NEW, `${'x'.repeat(32)}, ${OLD}`));
  fresh = new Application(await node(NEW));
  user = await person(first);
});
afterAll(async () => {
  for (const one of nodes.reverse()) await one.close();
});

const refreshed = (client: Application, refreshToken: string) => client.refresh(refreshToken);
const INVALID = { error: 'invalid_grant' };

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
      await expect(second.refresh(tokens.refresh_token)).rejects.toMatchObject(INVALID);
      await expect(first.refresh(last.refresh_token)).rejects.toMatchObject(INVALID);
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
      await expect(second().refresh(tokens.refresh_token)).rejects.toMatchObject({
        error: 'temporarily_unavailable',
        description: expect.stringContaining('Try again'),
        options: { status: 503, headers: { 'retry-after': '1' } },
      });
      // Whoever got the first answer goes on, at any node, and nobody took it for a theft.
      const next = await refreshed(second(), lost.refresh_token);
      clock.advance(31 * SECOND);
      await refreshed(first(), next.refresh_token);
    },
  );
});

describe('failed sign-ins while APP_SECRET changes', () => {
  it('count together, whichever secret their e-mail address was hashed under', async () => {
    const attempt = (index: number) =>
      guessedPassword(nodes[index] as TestContext, 'admin@beispiel.example');
    for (const index of [0, 1, 2, 0, 1, 2, 0, 1, 2, 1]) expect(await attempt(index)).toBeNull();
    const limited = { status: 429, code: 'too_many_attempts' };
    for (const index of [1, 2]) await expect(attempt(index)).rejects.toMatchObject(limited);
  });
});

describe('signing keys while APP_SECRET changes', () => {
  const keysOf = (index: number) => (nodes[index] as TestContext).app.get(SigningKeys);

  it('a node that knows both goes on signing with the key that there is', async () => {
    const tokens = await oldAndNew.connect(user);
    expect(await newAndOld.isAccepted(tokens.access_token)).toBe(true);
    const other = await newAndOld.connect(user);
    for (const client of [old, oldAndNew, newAndOld, fresh]) {
      expect(await client.isAccepted(other.access_token)).toBe(true);
    }
  });

  it('housekeeping encrypts it anew, but not before the node is an hour old', async () => {
    const [, , both] = nodes as [TestContext, TestContext, TestContext, TestContext];
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

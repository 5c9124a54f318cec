import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DAY, HOUR, MINUTE } from '../config/clock.js';
import { bearer, grant } from '../testing/connections.js';
import { person } from '../testing/person.js';
import { StoppedClock } from '../testing/stopped-clock.js';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { AccessTokens } from './access-tokens.js';
import { OAuthTokensModule } from './oauth-tokens.module.js';
import { JWKS_MAX_AGE_SECONDS, SigningKeys } from './signing-keys.js';

const clock = new StoppedClock();

let api: TestContext;
let keys: SigningKeys;
beforeAll(async () => {
  api = await startNode();
  keys = api.app.get(SigningKeys);
});
afterAll(() => api.close());

/** One more node on the same database, if there is one already. */
async function startNode(env: NodeJS.ProcessEnv = {}): Promise<TestContext> {
  const databaseUrl = api?.config.databaseUrl;
  const node = await createTestModule([OAuthTokensModule], {
    ...(databaseUrl !== undefined && { databaseUrl }),
    clock,
    env,
  });
  await node.app.get(SigningKeys).startSigning();
  return node;
}

async function published(): Promise<string[]> {
  return (await keys.jwks()).keys.map((key) => String(key['kid']));
}

async function accessToken(): Promise<{ token: string; kid: string }> {
  const user = await person(api);
  const { id } = await grant(api, user);
  await api.app.get(AccessTokens).ready();
  const [, token = ''] = bearer(api, user, id).authorization.split(' ');
  const [header = ''] = token.split('.');
  return { token, kid: JSON.parse(Buffer.from(header, 'base64url').toString()).kid };
}

const isAccepted = ({ app }: TestContext, token: string): Promise<boolean> =>
  app
    .get(AccessTokens)
    .verify(token)
    .then(
      () => true,
      () => false,
    );

describe('signing keys (RFC 7517, RFC 9700 §2.6)', () => {
  it('a new one is published before it signs, for longer than verifiers may keep the old list', async () => {
    const old = (await accessToken()).kid;
    const fresh = await keys.rotate();
    expect(await published()).toEqual(expect.arrayContaining([old, fresh]));
    clock.advance(JWKS_MAX_AGE_SECONDS * 1000);
    expect((await accessToken()).kid).toBe(old);
    clock.advance(10 * MINUTE);
    expect((await accessToken()).kid).toBe(fresh);
  });

  it('the old one stays published until the last token signed with it has expired', async () => {
    clock.toWholeSecond();
    const last = await accessToken();
    await keys.rotate({ immediately: true });
    clock.advance(HOUR - 1);
    await keys.maintain();
    expect(await published()).toContain(last.kid);
    expect(await isAccepted(api, last.token)).toBe(true);

    clock.advance(5 * MINUTE);
    await keys.maintain();
    expect(await published()).not.toContain(last.kid);
    expect((await published()).length).toBeGreaterThan(0);
  });

  it('rotate by schedule: after 90 days another one is published, and takes over', async () => {
    const before = (await accessToken()).kid;
    clock.advance(89 * DAY);
    await keys.maintain();
    expect(await published()).toEqual([before]);
    clock.advance(2 * DAY);
    await keys.maintain();
    await keys.maintain();
    const both = await published();
    expect(both).toHaveLength(2);
    expect((await accessToken()).kid).toBe(before);
    clock.advance(10 * MINUTE);
    expect((await accessToken()).kid).toBe(both.find((kid) => kid !== before));
  });

  it('one that is revoked leaves the list at once; where it was the only one, another takes over', async () => {
    for (const kid of await published()) expect(await keys.revoke(kid)).toBe(true);
    const { kid, token } = await accessToken();
    expect(await published()).toEqual([kid]);
    expect(await isAccepted(api, token)).toBe(true);
    expect(await keys.revoke('no-such-key')).toBe(false);
  });

  it('rotations at the same time on many nodes leave a list that all agree on', async () => {
    const node = await startNode();
    try {
      const there = node.app.get(SigningKeys);
      await Promise.all([keys.maintain(), there.maintain(), keys.rotate(), there.rotate()]);
      await Promise.all([keys.maintain(), there.maintain()]);
      const lists = (await Promise.all([keys.jwks(), there.jwks()])).map(({ keys: list }) =>
        list.map((key) => String(key['kid'])).sort(),
      );
      expect(lists[0]).toEqual(lists[1]);
      const { token } = await accessToken();
      expect(await isAccepted(node, token)).toBe(true);
    } finally {
      await node.close();
    }
  });
});

describe('a key that was encrypted under another APP_SECRET', () => {
  it('verifies and never signs: the node makes itself another one', async () => {
    const old = await accessToken();
    const node = await startNode({ APP_SECRET: 'another secret of at least 32 characters' });
    try {
      expect(node.app.get(SigningKeys).current().kid).not.toBe(old.kid);
    } finally {
      await node.close();
    }
  });

  it('stays while a node may sign with it, whichever node keeps house', async () => {
    // Whatever was published before signs by now.
    clock.advance(HOUR);
    const old = await accessToken();
    const node = await startNode({ APP_SECRET: 'a third secret, of 32 characters at least' });
    try {
      clock.advance(3 * HOUR);
      await node.app.get(SigningKeys).maintain();
      const next = await accessToken();
      expect(next.kid).toBe(old.kid);
      expect(await isAccepted(node, next.token)).toBe(true);

      clock.advance(DAY);
      await node.app.get(SigningKeys).maintain();
      // This node hears of it by the change feed.
      while ((await published()).includes(old.kid));
      // A node that still has the old APP_SECRET is not left without a key.
      const { token, kid } = await accessToken();
      expect(kid).not.toBe(old.kid);
      expect(await isAccepted(api, token)).toBe(true);
    } finally {
      await node.close();
    }
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DAY, HOUR, MINUTE } from '../config/clock.js';
import { type PortalUser, signIn } from '../testing/portal-user.js';
import { StoppedClock } from '../testing/stopped-clock.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { ThirdParty } from '../testing/third-party.js';
import { JWKS_MAX_AGE_SECONDS, SigningKeys } from './signing-keys.js';

const clock = new StoppedClock();

let api: TestApp;
let keys: SigningKeys;
let client: ThirdParty;
let user: PortalUser;
beforeAll(async () => {
  api = await createTestApp({ clock });
  keys = api.app.get(SigningKeys);
  client = new ThirdParty(api.url);
  user = await signIn(api.url);
});
afterAll(() => api.close());

async function published(): Promise<string[]> {
  const response = await fetch(`${api.url}/.well-known/jwks.json`);
  const body = (await response.json()) as { keys: { kid: string }[] };
  return body.keys.map(({ kid }) => kid);
}

async function accessToken(): Promise<{ token: string; kid: string }> {
  user = await signIn(api.url);
  const { access_token: token } = await client.connect(user);
  const [header = ''] = token.split('.');
  return { token, kid: JSON.parse(Buffer.from(header, 'base64url').toString()).kid };
}

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
    expect(await client.use(last.token)).toBe(200);

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
    expect(await client.use(token)).toBe(200);
    expect(await keys.revoke('no-such-key')).toBe(false);
  });

  it('rotations at the same time on many nodes leave a list that all agree on', async () => {
    const node = await createTestApp({ clock, databaseUrl: api.config.databaseUrl });
    try {
      const there = node.app.get(SigningKeys);
      await Promise.all([keys.maintain(), there.maintain(), keys.rotate(), there.rotate()]);
      await Promise.all([keys.maintain(), there.maintain()]);
      const lists = (await Promise.all([keys.jwks(), there.jwks()])).map(({ keys: list }) =>
        list.map((key) => String(key['kid'])).sort(),
      );
      expect(lists[0]).toEqual(lists[1]);
      const { token } = await accessToken();
      expect(await new ThirdParty(node.url).use(token)).toBe(200);
    } finally {
      await node.close();
    }
  });
});

describe('a key that was encrypted under another APP_SECRET', () => {
  it('verifies and never signs: the node makes itself another one', async () => {
    const old = await accessToken();
    const node = await createTestApp({
      clock,
      databaseUrl: api.config.databaseUrl,
      env: { APP_SECRET: 'another secret of at least 32 characters' },
    });
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
    const node = await createTestApp({
      clock,
      databaseUrl: api.config.databaseUrl,
      env: { APP_SECRET: 'a third secret, of 32 characters at least' },
    });
    try {
      clock.advance(3 * HOUR);
      await node.app.get(SigningKeys).maintain();
      const next = await accessToken();
      expect(next.kid).toBe(old.kid);
      expect(await new ThirdParty(node.url).use(next.token)).toBe(200);

      clock.advance(DAY);
      await node.app.get(SigningKeys).maintain();
      // This node hears of it by the change feed.
      while ((await published()).includes(old.kid));
      // A node that still has the old APP_SECRET is not left without a key.
      const { token, kid } = await accessToken();
      expect(kid).not.toBe(old.kid);
      expect(await client.use(token)).toBe(200);
    } finally {
      await node.close();
    }
  });
});

import { PortalUser, ThirdParty, type TokenAnswer } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BackgroundWork } from '../background/background-work.js';
import { MINUTE } from '../config/clock.js';
import { StoppedClock } from '../testing/stopped-clock.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';

const clock = new StoppedClock();

let api: TestApp;
let node: TestApp;
let user: PortalUser;
/** The client at this node, and at another one. */
let here: ThirdParty;
let there: ThirdParty;
let earlier: TokenAnswer;
beforeAll(async () => {
  api = await createTestApp({ clock });
  node = await createTestApp({ clock, databaseUrl: api.config.databaseUrl });
  user = await PortalUser.signIn(api.url);
  here = new ThirdParty(api.url);
  there = new ThirdParty(node.url);
});
beforeEach(async () => {
  // Beyond the minute in which failures are counted.
  clock.advance(2 * MINUTE);
  const { body } = await user.call('GET', '/user/v7/connections?status=active');
  for (const { id } of body.resources) await user.call('DELETE', `/user/v7/connections/${id}`);
  earlier = await here.connect(user);
});
afterAll(async () => {
  await node.close();
  await api.close();
});

async function expectAlive({ access_token, refresh_token }: TokenAnswer): Promise<void> {
  expect([await here.use(access_token), await there.use(access_token)]).toEqual([200, 200]);
  expect(await here.isActive(refresh_token)).toBe(true);
}

/** The other node hears of it at once; the test's own time limit is the second that it may take. */
async function expectDead({ access_token, refresh_token }: TokenAnswer): Promise<void> {
  expect(await here.use(access_token)).toBe(401);
  while ((await there.use(access_token)) !== 401);
  for (const client of [here, there]) {
    expect(await client.isActive(access_token)).toBe(false);
    expect((await client.refresh(refresh_token)).body.error).toBe('invalid_grant');
  }
}

async function connections(): Promise<{ id: string; status: string; health: string }[]> {
  return (await user.call('GET', '/user/v7/connections?status=active')).body.resources;
}

const refreshed = async (token: string) => (await here.refresh(token)).body;

describe('a client revokes a refresh token (RFC 7009 §2.1)', () => {
  it('of an earlier grant: that family ends on every node, the newest grant lives on', async () => {
    const superseded = await refreshed(earlier.refresh_token);
    const newest = await there.connect(user);
    expect((await here.revoke(superseded.refresh_token)).status).toBe(200);
    await expectDead(earlier);
    await expectDead(superseded);
    await expectAlive(newest);
    expect(await connections()).toHaveLength(1);
    expect((await connections())[0]?.health).not.toBe('refresh_refused');
  });

  it('of an earlier grant, and says so in the history and to whoever uses it', async () => {
    await here.connect(user);
    await here.revoke(earlier.refresh_token);
    const refused = await here.refresh(earlier.refresh_token);
    expect(refused.body.error_description).toContain('has been revoked');
    const [{ id } = { id: '' }] = await connections();
    const { body } = await user.call('GET', `/user/v7/connections/${id}/events`);
    const types = body.resources.map(({ type }) => type);
    expect(types.filter((type) => type === 'grant_revoked')).toHaveLength(1);
    expect(types).not.toContain('refresh_refused');
    expect(types).not.toContain('reuse_detected');
  });

  it.each([
    ['the immediate predecessor', 1],
    ['an ancestor', 3],
  ])('of an earlier grant, %s of the current one: the same', async (_, rotations) => {
    let latest = earlier;
    for (let i = 0; i < rotations; i += 1) latest = await refreshed(latest.refresh_token);
    const newest = await here.connect(user);
    expect((await here.revoke(earlier.refresh_token)).status).toBe(200);
    await expectDead(latest);
    await expectAlive(newest);
  });

  it('of an earlier grant while the code of the newest is not redeemed yet: the code stays good', async () => {
    const { code } = await here.code(user);
    await here.revoke(earlier.refresh_token);
    await expectDead(earlier);
    const { status, body } = await here.exchange(code);
    expect(status).toBe(200);
    await expectAlive(body);
  });

  it('of a grant whose code was redeemed after that of a later one: the consent counts', async () => {
    const { code: first } = await here.code(user);
    const newest = await here.connect(user);
    const late = (await here.exchange(first)).body;
    await here.revoke(late.refresh_token);
    await expectDead(late);
    await expectAlive(newest);
  });

  it('of the newest grant: the connection ends, with every token of it', async () => {
    const newest = await here.connect(user);
    await here.revoke(newest.refresh_token);
    for (const tokens of [earlier, newest]) await expectDead(tokens);
    expect(await connections()).toEqual([]);
  });

  it('of the newest grant whose family has ended by a reuse: the connection ends', async () => {
    const newest = await here.connect(user);
    const second = await refreshed(newest.refresh_token);
    await refreshed(second.refresh_token);
    await here.refresh(newest.refresh_token);
    expect(await connections()).toHaveLength(1);
    await here.revoke(newest.refresh_token);
    await expectDead(earlier);
    expect(await connections()).toEqual([]);
  });

  it('of the last grant that is left: the connection ends, for nothing of it is alive', async () => {
    const newest = await here.connect(user);
    const second = await refreshed(newest.refresh_token);
    await refreshed(second.refresh_token);
    await here.refresh(newest.refresh_token);
    await expectAlive(earlier);
    await here.revoke(earlier.refresh_token);
    await expectDead(earlier);
    expect(await connections()).toEqual([]);
  });

  it('of an ended connection: nothing happens to the one that came after it', async () => {
    await here.revoke(earlier.refresh_token);
    const newest = await here.connect(user);
    expect((await here.revoke(earlier.refresh_token)).status).toBe(200);
    await expectAlive(newest);
  });

  it('again: 200, and nothing more ends', async () => {
    const newest = await here.connect(user);
    for (let i = 0; i < 3; i += 1) {
      expect((await here.revoke(earlier.refresh_token)).status).toBe(200);
    }
    await expectAlive(newest);
  });

  it('while the user grants access anew: the new grant lives on or is of a new connection', async () => {
    for (let round = 0; round < 10; round += 1) {
      const [tokens] = await Promise.all([there.connect(user), here.revoke(earlier.refresh_token)]);
      await expectAlive(tokens);
      earlier = tokens;
    }
  });
});

describe('a code whose family lives on', () => {
  it('is remembered as long as that: which grant is the newest must be known', async () => {
    const newest = await here.connect(user);
    await here.code(user);
    await api.dataSource.query(
      `UPDATE authorization_codes SET created_at = created_at - interval '91 days'`,
    );
    await api.app.get(BackgroundWork).run('oauth-codes.codes');
    const [{ unredeemed }] = await api.dataSource.query(
      'SELECT count(*)::integer AS unredeemed FROM authorization_codes WHERE redeemed_at IS NULL',
    );
    expect(unredeemed).toBe(0);
    await here.revoke(earlier.refresh_token);
    await expectDead(earlier);
    await expectAlive(newest);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { BackgroundWork } from '../background/background-work.js';
import { MINUTE } from '../config/clock.js';
import { ConnectionDecisions } from '../connections/connection-decisions.js';
import { ConnectionsOverview } from '../connections/connections-overview.js';
import { type Application, createTwoNodes } from '../testing/application.js';
import { type Person, person } from '../testing/person.js';
import { StoppedClock } from '../testing/stopped-clock.js';
import type { TestContext } from '../testing/test-context.js';
import type { TokenResponseDto } from './oauth-tokens.dto.js';

const clock = new StoppedClock();

let api: TestContext;
let close: () => Promise<void>;
let user: Person;
/** The client at this node, and at another one. */
let here: Application;
let there: Application;
let earlier: TokenResponseDto;
beforeAll(async () => {
  ({ one: api, crm: here, elsewhere: there, close } = await createTwoNodes({ clock }));
  user = await person(api);
});
beforeEach(async () => {
  // Beyond the seconds in which a refresh is answered again.
  clock.advance(2 * MINUTE);
  const decisions = api.app.get(ConnectionDecisions);
  for (const { id } of await connections()) await decisions.end(user, id);
  earlier = await here.connect(user);
});
afterAll(() => close());

async function expectAlive({ access_token, refresh_token }: TokenResponseDto): Promise<void> {
  for (const client of [here, there]) expect(await client.isAccepted(access_token)).toBe(true);
  expect(await here.isActive(refresh_token)).toBe(true);
}

/** The other node hears of it at once; the test's own time limit is the second that it may take. */
async function expectDead({ access_token, refresh_token }: TokenResponseDto): Promise<void> {
  expect(await here.isAccepted(access_token)).toBe(false);
  while (await there.isAccepted(access_token)) await setImmediate();
  for (const client of [here, there]) {
    expect(await client.isActive(access_token)).toBe(false);
    await expectInvalid(client.refresh(refresh_token));
  }
}

const expectInvalid = (granted: Promise<TokenResponseDto>) =>
  expect(granted).rejects.toMatchObject({ error: 'invalid_grant' });

async function connections(): Promise<{ id: string; status: string; health: string }[]> {
  const page = await api.app.get(ConnectionsOverview).list(user, { status: 'active' });
  return page.resources;
}

describe('a client revokes a refresh token (RFC 7009 §2.1)', () => {
  it('of an earlier grant: that family ends on every node, the newest grant lives on', async () => {
    const superseded = await here.refresh(earlier.refresh_token);
    const newest = await there.connect(user);
    await here.revoke(superseded.refresh_token);
    await expectDead(earlier);
    await expectDead(superseded);
    await expectAlive(newest);
    expect(await connections()).toHaveLength(1);
    expect((await connections())[0]?.health).not.toBe('refresh_refused');
  });

  it('of an earlier grant, and says so in the history and to whoever uses it', async () => {
    await here.connect(user);
    await here.revoke(earlier.refresh_token);
    await expect(here.refresh(earlier.refresh_token)).rejects.toMatchObject({
      description: expect.stringContaining('has been revoked'),
    });
    const [{ id } = { id: '' }] = await connections();
    const { resources } = await api.app.get(ConnectionsOverview).history(user, id, {});
    const types: string[] = resources.map(({ type }) => type);
    expect(types.filter((type) => type === 'grant_revoked')).toHaveLength(1);
    expect(types).not.toContain('refresh_refused');
    expect(types).not.toContain('reuse_detected');
  });

  it.each([
    ['the immediate predecessor', 1],
    ['an ancestor', 3],
  ])('of an earlier grant, %s of the current one: the same', async (_, rotations) => {
    let latest = earlier;
    for (let i = 0; i < rotations; i += 1) latest = await here.refresh(latest.refresh_token);
    const newest = await here.connect(user);
    await here.revoke(earlier.refresh_token);
    await expectDead(latest);
    await expectAlive(newest);
  });

  it('of an earlier grant while the code of the newest is not redeemed yet: the code stays good', async () => {
    const code = await here.code(user);
    await here.revoke(earlier.refresh_token);
    await expectDead(earlier);
    await expectAlive(await here.exchange(code));
  });

  it('of a grant whose code was redeemed after that of a later one: the consent counts', async () => {
    const first = await here.code(user);
    const newest = await here.connect(user);
    const late = await here.exchange(first);
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
    const second = await here.refresh(newest.refresh_token);
    await here.refresh(second.refresh_token);
    await expectInvalid(here.refresh(newest.refresh_token));
    expect(await connections()).toHaveLength(1);
    await here.revoke(newest.refresh_token);
    await expectDead(earlier);
    expect(await connections()).toEqual([]);
  });

  it('of the last grant that is left: the connection ends, for nothing of it is alive', async () => {
    const newest = await here.connect(user);
    const second = await here.refresh(newest.refresh_token);
    await here.refresh(second.refresh_token);
    await expectInvalid(here.refresh(newest.refresh_token));
    await expectAlive(earlier);
    await here.revoke(earlier.refresh_token);
    await expectDead(earlier);
    expect(await connections()).toEqual([]);
  });

  it('of an ended connection: nothing happens to the one that came after it', async () => {
    await here.revoke(earlier.refresh_token);
    const newest = await here.connect(user);
    await here.revoke(earlier.refresh_token);
    await expectAlive(newest);
  });

  it('again: 200, and nothing more ends', async () => {
    const newest = await here.connect(user);
    for (let i = 0; i < 3; i += 1) {
      await here.revoke(earlier.refresh_token);
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

import { PortalUser, ThirdParty } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BackgroundWork } from '../background/background-work.js';
import { DAY, HOUR, MINUTE, SECOND } from '../config/clock.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { TestClock } from '../testing/test-clock.js';
import { LONGEST_LIMIT_MS, SHORTEST_LIMIT_MS } from './time-limits.js';

const clock = new TestClock();
let one: TestApp;
let other: TestApp;
let crm: ThirdParty;
let elsewhere: ThirdParty;
let user: PortalUser;
let admin: PortalUser;

beforeAll(async () => {
  one = await createTestApp({ clock });
  other = await createTestApp({ clock, databaseUrl: one.config.databaseUrl });
  crm = new ThirdParty(one.url);
  elsewhere = new ThirdParty(other.url);
});
afterAll(async () => {
  await other.close();
  await one.close();
});
beforeEach(async () => {
  await one.dataSource.query('DELETE FROM connections');
  await signInAgain();
});

/** Sessions end sooner than connections do. */
async function signInAgain(): Promise<void> {
  user = await PortalUser.signIn(one.url);
  admin = await PortalUser.signIn(one.url, 'admin@musterhaus.example');
}

const inFuture = (ms: number): string =>
  new Date(Math.floor((clock.now().getTime() + ms) / SECOND) * SECOND).toISOString();
const list = async (query = 'status=active') =>
  (await user.call('GET', `/user/v7/connections?${query}`)).body.resources;
const connectionId = async (): Promise<string> => (await list())[0].id;
const limit = (who: PortalUser, id: string, expiresAt: unknown) =>
  who.call('PATCH', `/user/v7/connections/${id}`, { resource: { expiresAt } });
const eventsOf = async (id: string) =>
  (await user.call('GET', `/user/v7/connections/${id}/events`)).body.resources;
const grant = (more: object) =>
  user.call('POST', '/user/v7/oauth-codes', { resource: { clientId: 'maklerwelt-crm', ...more } });

/** A connection that ends in 24 hours and 30 minutes, with tokens of half an hour before that. */
async function nearItsEnd() {
  const first = await crm.connect(user, { expiresAt: inFuture(DAY + 30 * MINUTE) });
  const id = await connectionId();
  const { expiresAt } = (await list())[0];
  clock.advance(DAY);
  const { body: tokens } = await crm.refresh(first.refresh_token);
  expect(await crm.use(tokens.access_token)).toBe(200);
  const toTheEnd = new Date(expiresAt).getTime() - clock.now().getTime();
  return { id, expiresAt, tokens, toTheEnd };
}

describe('a connection whose time is limited', () => {
  it('gives nothing from its last second on, on any node, and access tokens do not outlive it', async () => {
    const { tokens, toTheEnd } = await nearItsEnd();
    clock.advance(toTheEnd - 5 * SECOND);
    for (const node of [crm, elsewhere]) expect(await node.use(tokens.access_token)).toBe(200);
    clock.advance(5 * SECOND);
    for (const node of [crm, elsewhere]) expect(await node.use(tokens.access_token)).toBe(401);
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      expect(await crm.isActive(token)).toBe(false);
    }
    expect(await elsewhere.refresh(tokens.refresh_token)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
  });

  it('gives no tokens for a code that is redeemed after it, nor for a retried refresh', async () => {
    const { tokens, toTheEnd } = await nearItsEnd();
    clock.advance(toTheEnd - 5 * SECOND);
    const { code } = await new ThirdParty(one.url).code(await PortalUser.signIn(one.url));
    expect((await crm.refresh(tokens.refresh_token)).status).toBe(200);
    clock.advance(5 * SECOND);
    expect(await crm.exchange(code)).toMatchObject({ body: { error: 'invalid_grant' } });
    expect(await crm.refresh(tokens.refresh_token)).toMatchObject({
      body: { error: 'invalid_grant' },
    });
  });

  it('has access tokens of 60 minutes like all others (exp is iat + 3600)', async () => {
    const { tokens } = await nearItsEnd();
    const claims = JSON.parse(
      Buffer.from(tokens.access_token.split('.')[1] ?? '', 'base64url').toString(),
    );
    expect(claims.exp - claims.iat).toBe(3600);
    expect(claims.connection_exp).toBe(new Date((await latest()).expiresAt).getTime() / 1000);
  });

  const latest = async () => {
    await signInAgain();
    return (await list('limit=1'))[0];
  };

  it('has ended for lists, histories and counts at once, at the moment that was chosen', async () => {
    const { id, expiresAt, toTheEnd } = await nearItsEnd();
    clock.advance(toTheEnd + 40 * MINUTE);
    await signInAgain();
    expect(await list()).toEqual([]);
    expect(await latest()).toMatchObject({
      id,
      status: 'revoked',
      health: 'ended',
      revokedAt: expiresAt,
      revokedBy: null,
      revocationReason: 'expired',
    });
    expect((await eventsOf(id))[0]).toMatchObject({
      type: 'revoked',
      at: expiresAt,
      actor: null,
      detail: 'expired',
    });
    const { resources } = (await admin.call('GET', '/user/v7/users?limit=100')).body;
    expect(resources.map(({ activeConnections }) => activeConnections)).toEqual([0, 0]);
  });

  it('is written down as ended by the background step, also where nobody looks', async () => {
    const { id, toTheEnd } = await nearItsEnd();
    clock.advance(toTheEnd);
    await one.app.get(BackgroundWork).run('connections.time-limits');
    const [row] = await one.dataSource.query(
      'SELECT revoked_at = expires_at AS on_time, revocation_reason FROM connections WHERE id = $1',
      [id],
    );
    expect(row).toEqual({ on_time: true, revocation_reason: 'expired' });
  });

  it('opens anew with a new consent after its end, before anything was written down', async () => {
    const { id, toTheEnd } = await nearItsEnd();
    clock.advance(toTheEnd);
    await signInAgain();
    const tokens = await crm.connect(user);
    expect(await crm.use(tokens.access_token)).toBe(200);
    const [now] = await list();
    expect(now).toMatchObject({ expiresAt: null, status: 'active' });
    expect(now.id).not.toBe(id);
    expect(await list('status=revoked')).toMatchObject([{ id, revocationReason: 'expired' }]);
  });

  it('goes on with its tokens when it got more time before the end', async () => {
    const { id, tokens, toTheEnd } = await nearItsEnd();
    await signInAgain();
    expect((await limit(user, id, inFuture(30 * DAY))).status).toBe(200);
    clock.advance(toTheEnd + MINUTE);
    for (const node of [crm, elsewhere]) expect(await node.use(tokens.access_token)).toBe(200);
    expect(await crm.isActive(tokens.access_token)).toBe(true);
  });
});

describe('whoever granted a connection', () => {
  const remind = () => one.app.get(BackgroundWork).run('connections.end-reminders');
  const mails = async () =>
    (await one.dataSource.query(`SELECT user_id, kind FROM mails WHERE kind = 'connection-ends'`))
      .length as number;

  it('is reminded by mail 14 days before its end, once, and again before a later end', async () => {
    await one.dataSource.query('DELETE FROM mails');
    await crm.connect(user, { expiresAt: inFuture(30 * DAY) });
    const id = await connectionId();
    clock.advance(16 * DAY - HOUR);
    await remind();
    expect(await mails()).toBe(0);
    clock.advance(HOUR + MINUTE);
    await remind();
    await remind();
    expect(await mails()).toBe(1);
    await signInAgain();
    await limit(user, id, inFuture(30 * DAY));
    await remind();
    expect(await mails()).toBe(1);
    clock.advance(17 * DAY);
    await remind();
    expect(await mails()).toBe(2);
  });
});

describe('choosing the time of a connection', () => {
  it('happens with the consent, and a consent that does not speak of it leaves it as it is', async () => {
    const expiresAt = inFuture(30 * DAY);
    await crm.connect(user, { expiresAt });
    expect(await list()).toMatchObject([{ expiresAt }]);
    await crm.connect(user);
    expect(await list()).toMatchObject([{ expiresAt }]);
    expect((await grant({ expiresAt })).status).toBe(201);
    expect((await grant({ expiresAt: null })).status).toBe(201);
    expect(await list()).toMatchObject([{ expiresAt: null }]);
    const granted = (await eventsOf(await connectionId())).filter(({ type }) =>
      ['granted', 'renewed'].includes(type),
    );
    expect(granted.map(({ detail }) => detail)).toEqual([null, expiresAt, expiresAt, expiresAt]);
  });

  it('is shorter, longer and none at all afterwards, each in history and audit log', async () => {
    await crm.connect(user);
    const id = await connectionId();
    const ends = [inFuture(90 * DAY), inFuture(30 * DAY), inFuture(365 * DAY), null];
    for (const expiresAt of ends) {
      const { status, body } = await limit(user, id, expiresAt);
      expect([status, body.resource.expiresAt]).toEqual([200, expiresAt]);
    }
    // What it is already leaves no record.
    expect((await limit(user, id, null)).status).toBe(200);
    const changed = (await eventsOf(id)).filter(({ type }) => type === 'limit_changed');
    expect(changed.map(({ detail }) => detail)).toEqual([...ends].reverse());
    expect(changed[0].actor.id).toBe(user.id);
    const audit = await one.dataSource.query(
      `SELECT actor_id, detail FROM audit_records
        WHERE subject_id = $1 AND action = 'connection_limit_changed' ORDER BY id`,
      [id],
    );
    expect(audit).toEqual(
      ends.map((to, index) => ({
        actor_id: user.id,
        detail: { from: index === 0 ? null : ends[index - 1], to },
      })),
    );
  });

  it('is for admins too, but only who granted access may let it live longer', async () => {
    await crm.connect(user, { expiresAt: inFuture(90 * DAY) });
    const id = await connectionId();
    expect((await limit(admin, id, inFuture(30 * DAY))).status).toBe(200);
    for (const longer of [inFuture(31 * DAY), null]) {
      const refused = await limit(admin, id, longer);
      expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
    }
    expect((await limit(user, id, inFuture(31 * DAY))).status).toBe(200);
  });

  it.each([
    ['the past', () => inFuture(-HOUR)],
    ['less than a day', () => inFuture(SHORTEST_LIMIT_MS - MINUTE)],
    ['more than 400 days', () => inFuture(LONGEST_LIMIT_MS + MINUTE)],
    ['a moment without a time zone', () => inFuture(30 * DAY).replace('Z', '')],
    ['a date', () => inFuture(30 * DAY).slice(0, 10)],
    ['a day that does not exist', () => '2027-02-30T10:00:00Z'],
    ['a number', () => 30],
  ])('refuses %s, and nothing changes', async (_, expiresAt) => {
    await crm.connect(user);
    const id = await connectionId();
    const refused = [await limit(user, id, expiresAt()), await grant({ expiresAt: expiresAt() })];
    for (const { status, body } of refused) {
      expect([status, body.code, body.errors[0]?.field]).toEqual([
        400,
        'validation_failed',
        'expiresAt',
      ]);
    }
    expect(await list()).toMatchObject([{ id, expiresAt: null }]);
  });

  it('refuses a change that changes nothing, and one of a connection that has ended', async () => {
    await crm.connect(user);
    const id = await connectionId();
    const nothing = await user.call('PATCH', `/user/v7/connections/${id}`, { resource: {} });
    expect([nothing.status, nothing.body.code]).toEqual([400, 'validation_failed']);
    await user.call('DELETE', `/user/v7/connections/${id}`);
    expect((await limit(user, id, null)).status).toBe(409);
  });

  it('finds those that end before a moment, the first to end first', async () => {
    const scanner = { clientId: 'belegscanner', codeChallenge: 'x'.repeat(43) };
    await grant({ expiresAt: inFuture(20 * DAY) });
    await grant({ ...scanner, codeChallengeMethod: 'S256', expiresAt: inFuture(10 * DAY) });
    const names = async (query: string) =>
      (await list(query)).map(({ client }) => client.clientId as string);
    const all = `expiresBefore=${encodeURIComponent(inFuture(30 * DAY))}`;
    expect(await names(all)).toEqual(['belegscanner', 'maklerwelt-crm']);
    expect(await names(`expiresBefore=${encodeURIComponent(inFuture(14 * DAY))}`)).toEqual([
      'belegscanner',
    ]);
    const page = await user.call('GET', `/user/v7/connections?limit=1&${all}`);
    const next = await names(`limit=1&${all}&cursor=${page.body.meta.nextCursor}`);
    expect([page.body.meta.total, next]).toEqual([2, ['maklerwelt-crm']]);
  });
});

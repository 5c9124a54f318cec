import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BackgroundWork } from '../background/background-work.js';
import { DAY, HOUR, MINUTE, SECOND } from '../config/clock.js';
import { type Application, createTwoNodes } from '../testing/application.js';
import { type Person, person } from '../testing/person.js';
import { TestClock } from '../testing/test-clock.js';
import type { TestContext } from '../testing/test-context.js';
import { validated } from '../testing/validated.js';
import { ConnectionCounts } from './connection-counts.js';
import { ConnectionDecisions } from './connection-decisions.js';
import { ConnectionPatchRequest, type ConnectionsQuery } from './connections.dto.js';
import { ConnectionsOverview } from './connections-overview.js';
import { EndReminders } from './end-reminders.js';
import { LONGEST_LIMIT_MS, SHORTEST_LIMIT_MS } from './time-limits.js';

const clock = new TestClock();
let one: TestContext;
let close: () => Promise<void>;
let crm: Application;
let elsewhere: Application;
let user: Person;
let admin: Person;

beforeAll(async () => {
  ({ one, crm, elsewhere, close } = await createTwoNodes({ clock }));
  user = await person(one);
  admin = await person(one, 'admin@musterhaus.example');
});
afterAll(() => close());
beforeEach(() => one.dataSource.query('DELETE FROM connections'));

const inFuture = (ms: number): string =>
  new Date(Math.floor((clock.now().getTime() + ms) / SECOND) * SECOND).toISOString();
const page = (query: ConnectionsQuery) => one.app.get(ConnectionsOverview).list(user, query);
const list = async (query: ConnectionsQuery = { status: 'active' }) =>
  (await page(query)).resources;
const latest = async () => {
  const [connection] = await list({ limit: 1 });
  if (!connection) throw new Error('there is no connection');
  return connection;
};
const connectionId = async (): Promise<string> => (await latest()).id;
const change = async (who: Person, id: string, sent: object): Promise<void> => {
  const { resource } = await validated(ConnectionPatchRequest, { resource: sent });
  await one.app.get(ConnectionDecisions).change(who, id, resource);
};
const limit = (who: Person, id: string, expiresAt: unknown) => change(who, id, { expiresAt });
const eventsOf = async (id: string) =>
  (await one.app.get(ConnectionsOverview).history(user, id, {})).resources;
const INVALID = { error: 'invalid_grant' };

/** A connection that ends in 24 hours and 30 minutes, with tokens of half an hour before that. */
async function nearItsEnd() {
  const first = await crm.connect(user, { expiresAt: inFuture(DAY + 30 * MINUTE) });
  const id = await connectionId();
  const expiresAt = (await latest()).expiresAt ?? '';
  clock.advance(DAY);
  const tokens = await crm.refresh(first.refresh_token);
  expect(await crm.isAccepted(tokens.access_token)).toBe(true);
  const toTheEnd = new Date(expiresAt).getTime() - clock.now().getTime();
  return { id, expiresAt, tokens, toTheEnd };
}

describe('a connection whose time is limited', () => {
  it('gives nothing from its last second on, on any node, and access tokens do not outlive it', async () => {
    const { tokens, toTheEnd } = await nearItsEnd();
    clock.advance(toTheEnd - 5 * SECOND);
    for (const node of [crm, elsewhere])
      expect(await node.isAccepted(tokens.access_token)).toBe(true);
    clock.advance(5 * SECOND);
    for (const node of [crm, elsewhere])
      expect(await node.isAccepted(tokens.access_token)).toBe(false);
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      expect(await crm.isActive(token)).toBe(false);
    }
    await expect(elsewhere.refresh(tokens.refresh_token)).rejects.toMatchObject(INVALID);
  });

  it('gives no tokens for a code that is redeemed after it, nor for a retried refresh', async () => {
    const { tokens, toTheEnd } = await nearItsEnd();
    clock.advance(toTheEnd - 5 * SECOND);
    const code = await crm.code(user);
    await crm.refresh(tokens.refresh_token);
    clock.advance(5 * SECOND);
    await expect(crm.exchange(code)).rejects.toMatchObject(INVALID);
    await expect(crm.refresh(tokens.refresh_token)).rejects.toMatchObject(INVALID);
  });

  it('has access tokens of 60 minutes like all others (exp is iat + 3600)', async () => {
    const { tokens, expiresAt } = await nearItsEnd();
    const claims = JSON.parse(
      Buffer.from(tokens.access_token.split('.')[1] ?? '', 'base64url').toString(),
    );
    expect(claims.exp - claims.iat).toBe(3600);
    expect(claims.connection_exp).toBe(new Date(expiresAt).getTime() / 1000);
  });

  it('has ended for lists, histories and counts at once, at the moment that was chosen', async () => {
    const { id, expiresAt, toTheEnd } = await nearItsEnd();
    clock.advance(toTheEnd + 40 * MINUTE);
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
    const counts = await one.app.get(ConnectionCounts).ofUsers([user.id, admin.id]);
    expect([...counts]).toEqual([]);
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
    const tokens = await crm.connect(user);
    expect(await crm.isAccepted(tokens.access_token)).toBe(true);
    const now = await latest();
    expect(now).toMatchObject({ expiresAt: null, status: 'active' });
    expect(now.id).not.toBe(id);
    expect(await list({ status: 'revoked' })).toMatchObject([{ id, revocationReason: 'expired' }]);
  });

  it('goes on with its tokens when it got more time before the end', async () => {
    const { id, tokens, toTheEnd } = await nearItsEnd();
    await limit(user, id, inFuture(30 * DAY));
    clock.advance(toTheEnd + MINUTE);
    for (const node of [crm, elsewhere])
      expect(await node.isAccepted(tokens.access_token)).toBe(true);
    expect(await crm.isActive(tokens.access_token)).toBe(true);
  });
});

describe('whoever granted a connection', () => {
  const remind = () => one.app.get(BackgroundWork).run('connections.end-reminders');
  const mails = async () =>
    (await one.dataSource.query(`SELECT user_id, kind FROM mails WHERE kind = 'connection-ends'`))
      .length as number;

  /** Of how many the portal reminds. */
  const noticed = () => one.app.get(EndReminders).count(user.userId);

  it('is reminded by mail 14 days before its end, once, and again before a later end', async () => {
    await one.dataSource.query('DELETE FROM mails');
    await crm.connect(user, { expiresAt: inFuture(30 * DAY) });
    const id = await connectionId();
    clock.advance(16 * DAY - HOUR);
    await remind();
    expect([await mails(), await noticed()]).toEqual([0, 0]);
    clock.advance(HOUR + MINUTE);
    await remind();
    await remind();
    expect([await mails(), await noticed()]).toEqual([1, 1]);
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
    await crm.code(user, { expiresAt });
    await crm.code(user, { expiresAt: null });
    expect(await list()).toMatchObject([{ expiresAt: null }]);
    const granted = (await eventsOf(await connectionId())).filter(({ type }) =>
      ['granted', 'renewed'].includes(type),
    );
    expect(granted.map(({ detail }) => detail)).toEqual([null, expiresAt, expiresAt, expiresAt]);
  });

  it('a renewal keeps in the history which rights and which end the connection had before', async () => {
    const expiresAt = inFuture(30 * DAY);
    await crm.code(user, { scope: 'read', expiresAt });
    await crm.code(user, { scope: 'readwrite', expiresAt: null });
    const [renewed, granted] = await eventsOf(await connectionId());
    expect(renewed).toMatchObject({
      type: 'renewed',
      scope: 'readwrite',
      detail: null,
      former: { scope: 'read', expiresAt },
    });
    expect(granted).toMatchObject({ type: 'granted', former: null });
  });

  it('is shorter, longer and none at all afterwards, each in history and audit log', async () => {
    await crm.connect(user);
    const id = await connectionId();
    const ends = [inFuture(90 * DAY), inFuture(30 * DAY), inFuture(365 * DAY), null];
    for (const expiresAt of ends) {
      await limit(user, id, expiresAt);
      expect((await latest()).expiresAt).toBe(expiresAt);
    }
    // What it is already leaves no record.
    await limit(user, id, null);
    const changed = (await eventsOf(id)).filter(({ type }) => type === 'limit_changed');
    expect(changed.map(({ detail }) => detail)).toEqual([...ends].reverse());
    const before = [null, ...ends.slice(0, -1)].reverse();
    expect(changed.map(({ former }) => former?.expiresAt)).toEqual(before);
    expect(changed[0]?.actor?.id).toBe(user.id);
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
    await limit(admin, id, inFuture(30 * DAY));
    for (const longer of [inFuture(31 * DAY), null]) {
      const forbidden = { status: 403, code: 'forbidden' };
      await expect(limit(admin, id, longer)).rejects.toMatchObject(forbidden);
    }
    await limit(user, id, inFuture(31 * DAY));
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
    const invalid = {
      status: 400,
      code: 'validation_failed',
      options: {
        errors: expect.arrayContaining([expect.objectContaining({ field: 'expiresAt' })]),
      },
    };
    await expect(limit(user, id, expiresAt())).rejects.toMatchObject(invalid);
    await expect(crm.code(user, { expiresAt: expiresAt() })).rejects.toMatchObject(invalid);
    expect(await list()).toMatchObject([{ id, expiresAt: null }]);
  });

  it('refuses a change that changes nothing, and one of a connection that has ended', async () => {
    await crm.connect(user);
    const id = await connectionId();
    const nothing = { status: 400, code: 'validation_failed' };
    await expect(change(user, id, {})).rejects.toMatchObject(nothing);
    await one.app.get(ConnectionDecisions).end(user, id);
    await expect(limit(user, id, null)).rejects.toMatchObject({ status: 409 });
  });

  it('finds those that end before a moment, the first to end first', async () => {
    const scanner = { clientId: 'belegscanner', codeChallenge: 'x'.repeat(43) };
    await crm.code(user, { expiresAt: inFuture(20 * DAY) });
    const other = { ...scanner, codeChallengeMethod: 'S256', expiresAt: inFuture(10 * DAY) };
    await crm.code(user, other);
    const names = async (query: ConnectionsQuery) =>
      (await list(query)).map(({ client }) => client.clientId);
    const all = { expiresBefore: inFuture(30 * DAY) };
    expect(await names(all)).toEqual(['belegscanner', 'maklerwelt-crm']);
    expect(await names({ expiresBefore: inFuture(14 * DAY) })).toEqual(['belegscanner']);
    const { meta } = await page({ ...all, limit: 1 });
    const next = await names({ ...all, limit: 1, cursor: meta.nextCursor ?? '' });
    expect([meta.total, next]).toEqual([2, ['maklerwelt-crm']]);
  });
});

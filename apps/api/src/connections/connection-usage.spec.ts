import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY, HOUR, MINUTE, SECOND } from '../config/clock.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { bearer, grant } from '../testing/connections.js';
import { call, type PortalUser, signIn } from '../testing/portal-user.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { ConnectionUsage } from './connection-usage.js';

let test: TestApp;
let user: PortalUser;
let usage: ConnectionUsage;
let id: string;

beforeAll(async () => {
  test = await createTestApp();
  user = await signIn(test.url);
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.dataSource.query('DELETE FROM connections');
  // Noon, so that a test's minutes and hours stay within one day.
  const { clock } = test;
  clock.advance(DAY + 12 * HOUR - (clock.now().getTime() % DAY));
  user = await signIn(test.url);
  usage = node();
  ({ id } = await grant(test, user));
});

/** Another node's counter on the same database. */
const node = (): ConnectionUsage =>
  new ConnectionUsage(test.dataSource, test.clock, test.app.get(AppLogger));
/** Past the idle time of a session. */
const muchLater = async (ms: number): Promise<void> => {
  test.clock.advance(ms);
  user = await signIn(test.url);
};
const today = (): string => test.clock.now().toISOString().slice(0, 10);
const connection = async () => (await user.call('GET', `/user/v7/connections/${id}`)).body.resource;
const usedEvents = async (): Promise<number> => {
  const { body } = await user.call('GET', `/user/v7/connections/${id}/events`);
  return body.resources.filter(({ type }) => type === 'used').length;
};

describe('the use of a connection', () => {
  it('leaves lastUsedAt null until a token has been used, and shows it at once then', async () => {
    expect(await connection()).toMatchObject({ lastUsedAt: null, health: 'unused', usage: [] });
    const before = test.clock.now();
    const headers = bearer(test, user, id);
    const answer = await call(test.url, 'GET', '/user/v7/checks', { headers });
    expect(answer.status).toBe(200);
    const used = await connection();
    expect(used).toMatchObject({ health: 'ok', usage: [{ day: today(), requests: 1 }] });
    expect(Date.parse(used.lastUsedAt)).toBeGreaterThanOrEqual(before.getTime());
    expect(await usedEvents()).toBe(1);
  });

  it('is no use when the token was refused', async () => {
    const headers = bearer(test, user, id, { scope: 'read' });
    const resource = { recipient: { name: 'A', email: 'a@b.example' }, title: 'T' };
    const options = { headers, resource };
    expect((await call(test.url, 'POST', '/user/v7/checks', options)).status).toBe(403);
    expect(await connection()).toMatchObject({ lastUsedAt: null });
  });

  it('is written at once only once a minute, and counted until the next flush', async () => {
    await usage.record(id);
    for (let request = 0; request < 9; request += 1) expect(usage.record(id)).toBeUndefined();
    expect((await connection()).usage).toEqual([{ day: today(), requests: 1 }]);
    await usage.flush();
    expect((await connection()).usage).toEqual([{ day: today(), requests: 10 }]);
    test.clock.advance(MINUTE);
    expect(usage.record(id)).toBeInstanceOf(Promise);
    await usage.flush();
    expect((await connection()).usage).toEqual([{ day: today(), requests: 11 }]);
  });

  it('is complete after a shutdown', async () => {
    await usage.record(id);
    void usage.record(id);
    await usage.onApplicationShutdown();
    expect((await connection()).usage).toEqual([{ day: today(), requests: 2 }]);
  });

  it('makes one event a day, on however many nodes', async () => {
    const nodes = Array.from({ length: 6 }, node);
    await Promise.all(nodes.map((each) => each.record(id)));
    test.clock.advance(HOUR);
    await Promise.all(nodes.map((each) => each.record(id)));
    expect(await usedEvents()).toBe(1);
    expect((await connection()).usage).toEqual([{ day: today(), requests: 12 }]);
    await muchLater(DAY);
    await usage.record(id);
    expect(await usedEvents()).toBe(2);
  });

  it('counts for the day on which it happened, also when it is written after midnight', async () => {
    await muchLater(12 * HOUR - 30 * SECOND - (test.clock.now().getTime() % MINUTE));
    const day = today();
    await usage.record(id);
    void usage.record(id);
    test.clock.advance(45 * SECOND);
    void usage.record(id);
    await usage.flush();
    expect(today()).not.toBe(day);
    expect((await connection()).usage).toEqual([
      { day, requests: 2 },
      { day: today(), requests: 1 },
    ]);
    expect(await usedEvents()).toBe(2);
  });

  it('of many connections is flushed in one go, from two nodes at once', async () => {
    const others = await Promise.all(
      ['belegscanner', 'assistent-desktop'].map((clientId) => grant(test, user, { clientId })),
    );
    const ids = [id, ...others.map((other) => other.id)];
    const [one, two] = [node(), node()];
    for (let round = 0; round < 5; round += 1) {
      // Once at once, once counted; the second node meets them in the opposite order.
      await Promise.all(ids.flatMap((each) => [one.record(each), one.record(each)]));
      await Promise.all([...ids].reverse().flatMap((each) => [two.record(each), two.record(each)]));
      await Promise.all([one.flush(), two.flush()]);
      test.clock.advance(MINUTE);
    }
    expect((await connection()).usage).toEqual([{ day: today(), requests: 20 }]);
  });

  it('never fails a request: what cannot be written is written later', async () => {
    const { dataSource } = test;
    await dataSource.query('ALTER TABLE connection_usage RENAME TO connection_usage_away');
    await usage.record(id);
    void usage.record(id);
    await usage.flush();
    await dataSource.query('ALTER TABLE connection_usage_away RENAME TO connection_usage');
    expect(await connection()).toMatchObject({ lastUsedAt: null, usage: [] });
    await usage.flush();
    expect((await connection()).usage).toEqual([{ day: today(), requests: 2 }]);
  });

  it('is shown for the last 30 days', async () => {
    await usage.record(id);
    const first = today();
    await muchLater(29 * DAY);
    await usage.record(id);
    expect((await connection()).usage.map(({ day }: { day: string }) => day)).toEqual([
      first,
      today(),
    ]);
    await muchLater(DAY);
    expect((await connection()).usage).toHaveLength(1);
  });
});

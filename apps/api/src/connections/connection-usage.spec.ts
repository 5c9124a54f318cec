import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY, HOUR, MINUTE, SECOND } from '../config/clock.js';
import type { SessionCaller } from '../http/access.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { grant } from '../testing/connections.js';
import { person } from '../testing/person.js';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { ConnectionUsage } from './connection-usage.js';
import { ConnectionsModule } from './connections.module.js';
import { ConnectionsOverview } from './connections-overview.js';

let test: TestContext;
let user: SessionCaller;
let usage: ConnectionUsage;
let id: string;

beforeAll(async () => {
  test = await createTestModule([ConnectionsModule]);
  const { id: userId, accountId } = await person(test);
  user = { via: 'session', sessionId: '', userId, accountId, role: 'member' };
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.dataSource.query('DELETE FROM connections');
  // Noon, so that a test's minutes and hours stay within one day.
  const { clock } = test;
  clock.advance(DAY + 12 * HOUR - (clock.now().getTime() % DAY));
  usage = node();
  id = await granted();
});

/** Another node's counter on the same database. */
const node = (): ConnectionUsage =>
  new ConnectionUsage(test.dataSource, test.clock, test.app.get(AppLogger));
const granted = async (clientId = 'maklerwelt-crm'): Promise<string> =>
  (await grant(test, { id: user.userId, accountId: user.accountId }, { clientId })).id;
const today = (): string => test.clock.now().toISOString().slice(0, 10);
const connection = () => test.app.get(ConnectionsOverview).detail(user, id);
const usedEvents = async (): Promise<number> => {
  const { resources } = await test.app.get(ConnectionsOverview).history(user, id, {});
  return resources.filter(({ type }) => type === 'used').length;
};

describe('the use of a connection', () => {
  it('leaves lastUsedAt null until a token has been used, and shows it at once then', async () => {
    expect(await connection()).toMatchObject({ lastUsedAt: null, health: 'unused', usage: [] });
    const before = test.clock.now();
    await usage.record(id);
    const used = await connection();
    expect(used).toMatchObject({ health: 'ok', usage: [{ day: today(), requests: 1 }] });
    expect(Date.parse(used.lastUsedAt ?? '')).toBeGreaterThanOrEqual(before.getTime());
    expect(await usedEvents()).toBe(1);
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
    test.clock.advance(DAY);
    await usage.record(id);
    expect(await usedEvents()).toBe(2);
  });

  it('counts for the day on which it happened, also when it is written after midnight', async () => {
    test.clock.advance(12 * HOUR - 30 * SECOND - (test.clock.now().getTime() % MINUTE));
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
    const others = await Promise.all(['belegscanner', 'assistent-desktop'].map(granted));
    const ids = [id, ...others];
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
    test.clock.advance(29 * DAY);
    await usage.record(id);
    expect((await connection()).usage.map(({ day }) => day)).toEqual([first, today()]);
    test.clock.advance(DAY);
    expect((await connection()).usage).toHaveLength(1);
  });
});

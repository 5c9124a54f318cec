import { eventually } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { DAY, HOUR, MINUTE, SECOND } from '../config/clock.js';
import { StatementPool } from '../database/statement-pool.js';
import type { SessionCaller } from '../http/access.js';
import type { PageQuery } from '../http/envelope.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { grant } from '../testing/connections.js';
import { person } from '../testing/person.js';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { ConnectionUsage } from './connection-usage.js';
import { ConnectionsModule } from './connections.module.js';
import { ConnectionsOverview } from './connections-overview.js';
import { ConnectionsService } from './connections.service.js';

let test: TestContext;
let user: SessionCaller;
let usage: ConnectionUsage;
let id: string;

beforeAll(async () => {
  test = await createTestModule([ConnectionsModule]);
  const { id: userId, accountId } = await person(test);
  user = { via: 'session', sessionId: '', userId, accountId, role: 'member', freshlyProven: true };
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
  new ConnectionUsage(test.app.get(StatementPool), test.clock, test.app.get(AppLogger));
const granted = async (clientId = 'maklerwelt-crm'): Promise<string> =>
  (await grant(test, { id: user.userId, accountId: user.accountId }, { clientId })).id;
const today = (): string => test.clock.now().toISOString().slice(0, 10);
const connection = () => test.app.get(ConnectionsOverview).detail(user, id);
const history = (page: PageQuery = {}) => test.app.get(ConnectionsOverview).history(user, id, page);
const usedEvents = async (): Promise<number> =>
  (await history()).resources.filter(({ type }) => type === 'used').length;

const away = () =>
  test.dataSource.query('ALTER TABLE connection_usage RENAME TO connection_usage_away');
const back = () =>
  test.dataSource.query('ALTER TABLE connection_usage_away RENAME TO connection_usage');

describe('the use of a connection', () => {
  it('leaves lastUsedAt null until a token has been used, and shows it within a second then', async () => {
    expect(await connection()).toMatchObject({ lastUsedAt: null, health: 'unused', usage: [] });
    const before = test.clock.now();
    test.app.get(ConnectionUsage).record(id);
    await eventually(async () => (await connection()).lastUsedAt !== null);
    const used = await connection();
    expect(used).toMatchObject({ health: 'ok', usage: [{ day: today(), requests: 1 }] });
    expect(Date.parse(used.lastUsedAt ?? '')).toBeGreaterThanOrEqual(before.getTime());
    expect(await usedEvents()).toBe(1);
  });

  it('costs a request no statement, not even the first', async () => {
    const query = jest.spyOn(test.app.get(StatementPool), 'query');
    try {
      for (let request = 0; request < 100; request += 1) expect(usage.record(id)).toBeUndefined();
      expect(query).not.toHaveBeenCalled();
    } finally {
      query.mockRestore();
    }
    await usage.flush();
    expect((await connection()).usage).toEqual([{ day: today(), requests: 100 }]);
  });

  it('is written soon when it begins, and only now and then while it lasts', async () => {
    for (let request = 0; request < 10; request += 1) usage.record(id);
    await usage.writeFresh();
    expect((await connection()).usage).toEqual([{ day: today(), requests: 10 }]);
    for (let request = 0; request < 9; request += 1) usage.record(id);
    await usage.writeFresh();
    expect((await connection()).usage).toEqual([{ day: today(), requests: 10 }]);
    await usage.flush();
    expect((await connection()).usage).toEqual([{ day: today(), requests: 19 }]);
    // Nothing came in between two flushes: the next use is a beginning.
    await usage.flush();
    usage.record(id);
    await usage.writeFresh();
    expect((await connection()).usage).toEqual([{ day: today(), requests: 20 }]);
  });

  it('is complete after a shutdown, also when a write is under way', async () => {
    usage.record(id);
    void usage.writeFresh();
    usage.record(id);
    await usage.onApplicationShutdown();
    expect((await connection()).usage).toEqual([{ day: today(), requests: 2 }]);
  });

  it('makes one event a day, on however many nodes', async () => {
    const nodes = Array.from({ length: 6 }, node);
    const use = () =>
      Promise.all(
        nodes.map((each) => {
          each.record(id);
          return each.onApplicationShutdown();
        }),
      );
    await use();
    test.clock.advance(HOUR);
    await use();
    expect(await usedEvents()).toBe(1);
    expect((await connection()).usage).toEqual([{ day: today(), requests: 12 }]);
    test.clock.advance(DAY);
    usage.record(id);
    await usage.flush();
    expect(await usedEvents()).toBe(2);
  });

  it('counts for the day on which it happened, also when it is written after midnight', async () => {
    test.clock.advance(12 * HOUR - 30 * SECOND - (test.clock.now().getTime() % MINUTE));
    const day = today();
    usage.record(id);
    usage.record(id);
    test.clock.advance(45 * SECOND);
    usage.record(id);
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
      // The second node meets them in the opposite order.
      for (const each of ids) one.record(each);
      for (const each of [...ids].reverse()) two.record(each);
      await Promise.all([one.flush(), two.flush()]);
      test.clock.advance(MINUTE);
    }
    await Promise.all([one.onApplicationShutdown(), two.onApplicationShutdown()]);
    expect((await connection()).usage).toEqual([{ day: today(), requests: 10 }]);
  });

  it('stands in the history where it happened, however late it is written', async () => {
    usage.record(id);
    test.clock.advance(SECOND);
    const ending = { actorId: user.userId, reason: 'user', at: test.clock.now() } as const;
    await test.app.get(ConnectionsService).revoke([id], ending);
    await usage.flush();
    const first = await history({ limit: 2 });
    expect(first.resources.map(({ type }) => type)).toEqual(['revoked', 'used']);
    const next = await history({ limit: 2, cursor: first.meta.nextCursor ?? '' });
    expect(next.resources.map(({ type }) => type)).toEqual(['granted']);
  });

  it('never fails a request: what cannot be written is written later', async () => {
    await away();
    usage.record(id);
    await usage.writeFresh();
    usage.record(id);
    await usage.flush();
    await back();
    expect(await connection()).toMatchObject({ lastUsedAt: null, usage: [] });
    await usage.flush();
    expect((await connection()).usage).toEqual([{ day: today(), requests: 2 }]);
  });

  it('takes bounded memory: what there is no room for is not counted, and the log says so', async () => {
    const warn = jest.spyOn(test.app.get(AppLogger), 'warn');
    await away();
    try {
      usage.maxConnections = 3;
      // The first waits to be written again, which cannot succeed; four more come meanwhile.
      usage.record(randomUUID());
      const written = usage.flush();
      for (let other = 0; other < 3; other += 1) usage.record(randomUUID());
      await written;
      expect(warn).toHaveBeenCalledWith(expect.stringContaining('1 request was not counted'));
    } finally {
      await back();
      warn.mockRestore();
    }
    await usage.flush();
    usage.record(id);
    await usage.flush();
    expect((await connection()).usage).toEqual([{ day: today(), requests: 1 }]);
  });

  it('is shown for the last 30 days', async () => {
    usage.record(id);
    await usage.flush();
    const first = today();
    test.clock.advance(29 * DAY);
    usage.record(id);
    await usage.flush();
    expect((await connection()).usage.map(({ day }) => day)).toEqual([first, today()]);
    test.clock.advance(DAY);
    expect((await connection()).usage).toHaveLength(1);
  });
});

import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { BackgroundWork } from '../background/background-work.js';
import { DAY, HOUR } from '../config/clock.js';
import { grant } from '../testing/connections.js';
import { person } from '../testing/person.js';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { ConnectionUsage } from './connection-usage.js';
import { ConnectionsModule } from './connections.module.js';
import { ConnectionsService } from './connections.service.js';
import { Revocations } from './revocations.js';

let test: TestContext;

beforeAll(async () => {
  test = await createTestModule([ConnectionsModule]);
});
afterAll(() => test.close());

const run = (step: string) => test.app.get(BackgroundWork).run(`connections.${step}`);
const prune = async () => ({
  usage: await run('usage'),
  revocations: await run('revocations'),
});
const history = async (id: string): Promise<string[]> => {
  const rows: { type: string }[] = await test.dataSource.query(
    'SELECT type FROM connection_events WHERE connection_id = $1 ORDER BY id',
    [id],
  );
  return rows.map(({ type }) => type);
};

it('use is kept for 400 days, history until the month ends then, revocations until no token can be alive', async () => {
  const { app, clock } = test;
  const user = await person(test);
  const { id } = await grant(test, user);
  app.get(ConnectionUsage).record(id);
  await app.get(ConnectionUsage).flush();
  await app.get(Revocations).revokeAccessToken('token', new Date(clock.now().getTime() + HOUR));
  await app
    .get(ConnectionsService)
    .revoke([id], { actorId: user.id, reason: 'user', at: clock.now() });
  expect(await prune()).toEqual({ usage: 0, revocations: 0 });
  clock.advance(HOUR);
  expect(await prune()).toEqual({ usage: 0, revocations: 0 });
  clock.advance(HOUR);
  expect(await prune()).toEqual({ usage: 0, revocations: 2 });
  clock.advance(399 * DAY);
  expect(await prune()).toEqual({ usage: 0, revocations: 0 });
  await run('events');
  expect(await history(id)).toEqual(['granted', 'used', 'revoked']);
  clock.advance(2 * DAY);
  expect(await prune()).toEqual({ usage: 1, revocations: 0 });
  clock.advance(30 * DAY);
  await run('events');
  expect(await history(id)).toEqual([]);
  expect(await app.get(ConnectionsService).findRecord(id)).toMatchObject({ id });
});

it('more than one statement’s worth is deleted too', async () => {
  await test.dataSource.query(
    `INSERT INTO revocations SELECT 'old-' || n, $1, $1 FROM generate_series(1, 12001) n`,
    [new Date(0)],
  );
  expect(await prune()).toMatchObject({ revocations: 12001 });
});

it('an installation may keep history and use for a shorter or longer time', async () => {
  const node = await createTestModule([ConnectionsModule], {
    databaseUrl: test.config.databaseUrl,
    clock: test.clock,
    env: { HISTORY_DAYS: '45' },
  });
  try {
    const prune = () => node.app.get(BackgroundWork).run('connections.events');
    const { id } = await grant(node, await person(node));
    node.clock.advance(44 * DAY);
    await prune();
    expect(await history(id)).toEqual(['granted']);
    node.clock.advance(32 * DAY);
    await prune();
    expect(await history(id)).toEqual([]);
  } finally {
    await node.close();
  }
});

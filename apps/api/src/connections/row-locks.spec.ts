import type { PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { StatementPool } from '../database/statement-pool.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { grant } from '../testing/connections.js';
import { person } from '../testing/person.js';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { ConnectionHistory } from './connection-history.js';
import { ConnectionUsage } from './connection-usage.js';
import { ConnectionsModule } from './connections.module.js';
import { ConnectionsService } from './connections.service.js';

let test: TestContext;
let connections: ConnectionsService;
let history: ConnectionHistory;
let user: Pick<PortalUser, 'id' | 'accountId'>;
let other: string;

beforeAll(async () => {
  test = await createTestModule([ConnectionsModule]);
  connections = test.app.get(ConnectionsService);
  history = test.app.get(ConnectionHistory);
  user = await person(test);
  ({ id: other } = await grant(test, user, { clientId: 'belegscanner' }));
});
afterAll(() => test.close());

const refuse = (connectionId: string) =>
  history.record(test.dataSource.manager, {
    connectionId,
    type: 'refresh_refused',
    at: test.clock.now(),
  });
const end = (id: string) =>
  connections.revoke([id], { actorId: user.id, reason: 'user', at: test.clock.now() });
const newNode = () =>
  new ConnectionUsage(test.app.get(StatementPool), test.clock, test.app.get(AppLogger));

it.each([
  ['refusals of refreshes', [refuse, refuse, refuse, refuse]],
  ['ends', [end, end, end, end]],
  ['both of these', [refuse, end, refuse, end]],
])(
  '%s that wait for one connection never deadlock, while an event of it is being written',
  async (_, works) => {
    const warn = jest.spyOn(test.app.get(AppLogger), 'warn');
    const { id } = await grant(test, user);
    const { dataSource } = test;
    const [writer, updater] = [dataSource.createQueryRunner(), dataSource.createQueryRunner()];
    try {
      await writer.startTransaction();
      const event = { connectionId: id, type: 'refreshed', at: test.clock.now() } as const;
      await history.record(writer.manager, event);
      await updater.startTransaction();
      await updater.query('UPDATE connections SET last_used_at = granted_at WHERE id = $1', [id]);
      const settled = Promise.allSettled(works.map((work) => work(id)));
      await waiting(works.length);
      await updater.commitTransaction();
      expect((await settled).filter(({ status }) => status === 'rejected')).toEqual([]);
      await writer.commitTransaction();
      expect(warn).not.toHaveBeenCalled();
    } finally {
      await Promise.all([writer.release(), updater.release()]);
      await end(id);
    }
  },
);

it('uses wait for nobody who has locked one of their connections, and are written once it is free', async () => {
  const { id } = await grant(test, user);
  const uses = async () => {
    const rows: { requests: number | null }[] = await test.dataSource.query(
      `SELECT requests FROM unnest($1::uuid[]) WITH ORDINALITY AS asked (id, position)
       LEFT JOIN connection_usage ON connection_id = asked.id ORDER BY position`,
      [[id, other]],
    );
    return rows.map(({ requests }) => requests ?? 0);
  };
  const updater = test.dataSource.createQueryRunner();
  const nodes = [newNode(), newNode()];
  try {
    await updater.startTransaction();
    await updater.query('UPDATE connections SET last_used_at = granted_at WHERE id = $1', [id]);
    for (const node of nodes) {
      node.record(id);
      node.record(other);
      await node.flush();
    }
    expect(await uses()).toEqual([0, 2]);
    const ended = nodes.map((node) => node.onApplicationShutdown());
    await updater.commitTransaction();
    await Promise.all(ended);
    expect(await uses()).toEqual([2, 2]);
  } finally {
    await updater.release();
  }
});

/** Until so many sessions of the database wait for a lock. */
async function waiting(count: number): Promise<void> {
  for (;;) {
    const [{ sessions }] = await test.dataSource.query(
      `SELECT count(*)::integer AS sessions FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (sessions === count) return;
    await pause(5);
  }
}

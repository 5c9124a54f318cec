import { ANNOUNCEMENTS_READ_WITHIN_MS } from '@flixcheck/change-feed';
import { eventually } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { BackgroundWork } from '../background/background-work.js';
import { HOUR } from '../config/clock.js';
import { createAllModules } from '../testing/all-modules.js';
import type { TestContext } from '../testing/test-context.js';
import { OLD_ANNOUNCEMENTS } from './announcements-housekeeping.js';

let test: TestContext;
let slow: Client;
beforeAll(async () => {
  test = await createAllModules();
  slow = new Client({ connectionString: test.config.databaseUrl });
  await slow.connect();
});
beforeEach(async () => {
  await test.dataSource.query('DELETE FROM announcements');
  // As after a crash, where no node reads.
  await test.dataSource.query('DELETE FROM announcement_log');
});
afterAll(async () => {
  await slow.end();
  await test.close();
});

const ANNOUNCE = `SELECT announce('connections', $1)`;
const clean = () => test.app.get(BackgroundWork).run('operations.announcements');
/** Transactions of other tests' databases count, too, and may be older. */
const allHaveEnded = () =>
  eventually(
    async () => {
      const [{ ended }]: [{ ended: boolean }] = await test.dataSource.query(
        `SELECT bool_and(written_by < pg_snapshot_xmin(pg_current_snapshot())) AS ended
         FROM announcements`,
      );
      return ended;
    },
    Boolean,
    20_000,
  );
const left = async () => {
  const rows: { payload: string }[] = await test.dataSource.query(
    'SELECT payload FROM announcements ORDER BY payload',
  );
  return rows.map(({ payload }) => payload);
};

it('deletes what was announced more than an hour ago, and nothing else', async () => {
  await test.dataSource.query(ANNOUNCE, ['old']);
  await allHaveEnded();
  await clean();
  test.clock.advance(HOUR / 2);
  await clean();
  expect(await left()).toEqual(['old']);
  await test.dataSource.query(ANNOUNCE, ['new']);
  test.clock.advance(HOUR / 2 + 1);
  await clean();
  expect(await left()).toEqual(['new']);
});

it('keeps what took hours to commit until every node has had an hour to read it', async () => {
  await slow.query('BEGIN');
  await slow.query(ANNOUNCE, ['slow']);
  for (let hours = 0; hours < 3; hours += 1) {
    await clean();
    test.clock.advance(HOUR + 1);
  }
  await slow.query('COMMIT');
  await allHaveEnded();
  await clean();
  expect(await left()).toEqual(['slow']);
  test.clock.advance(HOUR + 1);
  await clean();
  expect(await left()).toEqual([]);
});

it('keeps everything for longer than a node may rest before it reads all anew', () => {
  expect(OLD_ANNOUNCEMENTS.keptMs).toBeGreaterThan(ANNOUNCEMENTS_READ_WITHIN_MS);
});

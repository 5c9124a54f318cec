import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pino from 'pino';
import { DataSource } from 'typeorm';
import { Clock } from '../config/clock.js';
import { dataSourceOptions } from '../database/data-source.js';
import { migrate } from '../database/migrate.js';
import { AppLogger } from '../http/app-logger.js';
import { createTestDatabase } from '../testing/test-app.js';
import { BackgroundWork } from './background-work.js';
import { StepRecords } from './step-records.js';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
const open: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  database = await createTestDatabase();
  await migrate(database.url);
});
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
  await database.drop();
});

/** A process that works in the background. */
async function node(declare: (work: BackgroundWork) => void) {
  const dataSource = await new DataSource(dataSourceOptions(database.url)).initialize();
  const logger = new AppLogger(pino({ level: process.env['LOG'] ?? 'silent' }));
  const work = new BackgroundWork(dataSource, logger, new StepRecords(dataSource, new Clock()));
  declare(work);
  work.start();
  open.push(
    () => dataSource.destroy(),
    () => work.beforeApplicationShutdown(),
  );
  await work.started();
  return { work, dataSource };
}

function signal() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve: () => resolve() };
}

describe('a queue', () => {
  it('does what a committed transaction has enqueued, and nothing of one rolled back', async () => {
    const seen: unknown[] = [];
    const done = signal();
    const { work, dataSource } = await node((declare) =>
      declare.queue({
        name: 'test.mails',
        handle: async (data) => {
          seen.push(data);
          done.resolve();
        },
      }),
    );
    const failed = dataSource.transaction(async (tx) => {
      await work.enqueue(tx, 'test.mails', { to: 'nobody' });
      throw new Error('rolled back');
    });
    await expect(failed).rejects.toThrow('rolled back');
    await dataSource.transaction((tx) => work.enqueue(tx, 'test.mails', { to: 'somebody' }));
    await done.promise;
    expect(seen).toEqual([{ to: 'somebody' }]);
  });
});

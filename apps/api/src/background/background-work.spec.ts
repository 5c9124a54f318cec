import { createTestDatabase, sql } from '@flixcheck/test-harness';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import pino from 'pino';
import type { DataSource } from 'typeorm';
import { POOL_SIZE } from '../database/data-source.js';
import { migrate } from '../database/migrate.js';
import { recordStatements } from '../testing/statements.js';
import { AppLogger } from '../telemetry/app-logger.js';
import type { BackgroundWork } from './background-work.js';
import { backgroundNode } from './node.fixture.js';

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

async function node(declare: (work: BackgroundWork) => void) {
  const one = await backgroundNode(database.url);
  open.push(one.close);
  declare(one.work);
  return one;
}

function signal() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve: () => resolve() };
}

const enqueue = (dataSource: DataSource, work: BackgroundWork, data: object) =>
  dataSource.transaction((tx) => work.enqueue(tx, 'test.mails', data));
const EVERY_MINUTE = '* * * * *';

describe('a queue', () => {
  it('runs what a committed transaction enqueued, and nothing from one that rolled back', async () => {
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
    work.start();
    await work.started();
    const failed = dataSource.transaction(async (tx) => {
      await work.enqueue(tx, 'test.mails', { to: 'nobody' });
      throw new Error('rolled back');
    });
    await expect(failed).rejects.toThrow('rolled back');
    await enqueue(dataSource, work, { to: 'somebody' });
    await done.promise;
    expect(seen).toEqual([{ to: 'somebody' }]);
  });

  it('takes jobs from a process that runs none itself, such as a command', async () => {
    const done = signal();
    const command = await node((work) =>
      work.queue({ name: 'test.mails', handle: () => Promise.reject(new Error('not here')) }),
    );
    await enqueue(command.dataSource, command.work, {});
    const program = await node((work) =>
      work.queue({ name: 'test.mails', handle: async () => done.resolve() }),
    );
    program.work.start();
    await done.promise;
  });

  it('takes the first jobs of a process also where all of its connections are in transactions', async () => {
    const { work, dataSource } = await node((command) =>
      command.queue({ name: 'test.mails', handle: () => Promise.reject(new Error('not here')) }),
    );
    const allBegan = signal();
    let began = 0;
    const enqueued = Array.from({ length: POOL_SIZE }, () =>
      dataSource.transaction(async (tx) => {
        began += 1;
        if (began === POOL_SIZE) allBegan.resolve();
        await allBegan.promise;
        await work.enqueue(tx, 'test.mails', {});
      }),
    );
    await Promise.all(enqueued);
    const [{ jobs }] = await dataSource.query(
      `SELECT count(*)::integer AS jobs FROM pgboss.job WHERE name = 'test.mails'`,
    );
    expect(jobs).toBe(POOL_SIZE);
  });

  it('takes jobs over one more connection, which ends with the process', async () => {
    const command = await backgroundNode(database.url);
    command.work.queue({ name: 'test.mails', handle: async () => undefined });
    await enqueue(command.dataSource, command.work, {});
    const connections = async () => {
      const others = await sql(
        database.url,
        `SELECT FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
      return others.length;
    };
    expect(await connections()).toBe(2);
    await command.close();
    // Does not return as long as one is open.
    while ((await connections()) > 0) continue;
  });

  it('says in the log where a job failed', async () => {
    const { promise, resolve } = signal();
    const lines: { msg: string; stack?: string }[] = [];
    const write = (line: string) => {
      lines.push(JSON.parse(line));
      resolve();
    };
    const { work, dataSource, close } = await backgroundNode(
      database.url,
      new AppLogger(pino({ level: 'warn' }, { write })),
    );
    open.push(close);
    const handle = async function sendMails() {
      throw new TypeError('no such thing');
    };
    work.queue({ name: 'test.mails', handle });
    work.start();
    await work.started();
    await enqueue(dataSource, work, {});
    await promise;
    expect(lines[0]?.msg).toBe('test.mails failed and will be retried: no such thing');
    expect(lines[0]?.stack).toMatch(/^TypeError: no such thing\n +at .*sendMails/);
  });

  it('retries a job that failed', async () => {
    const done = signal();
    let tries = 0;
    const { work, dataSource } = await node((declare) =>
      declare.queue({
        name: 'test.mails',
        handle: async () => {
          if ((tries += 1) === 1) throw new Error('fails');
          done.resolve();
        },
      }),
    );
    work.start();
    await work.started();
    await enqueue(dataSource, work, {});
    await done.promise;
    expect(tries).toBe(2);
  });

  it('loses no job when a node is killed', async () => {
    const require = join(__dirname, '../testing/require-typescript.cjs');
    const fixture = join(__dirname, 'node.fixture.ts');
    const killed = spawn(process.execPath, ['-r', require, fixture, database.url]);
    open.push(async () => killed.kill('SIGKILL'));
    const hasIt = once(killed.stdout, 'data');
    const done = signal();
    const { work, dataSource } = await node((declare) =>
      declare.queue({ name: 'test.mails', handle: async () => done.resolve() }),
    );
    await enqueue(dataSource, work, {});
    await hasIt;
    killed.kill('SIGKILL');
    work.start();
    await done.promise;
  }, 60_000);
});

describe('a step', () => {
  it('that fails is retried, and does not affect the others', async () => {
    const [tried, other] = [signal(), signal()];
    let tries = 0;
    const { work, records } = await node((declare) => {
      declare.step({
        name: 'test.fails',
        schedule: EVERY_MINUTE,
        run: async () => {
          if ((tries += 1) === 2) tried.resolve();
          throw new Error('fails');
        },
      });
      declare.step({
        name: 'test.other',
        schedule: EVERY_MINUTE,
        run: async () => {
          other.resolve();
          return 0;
        },
      });
    });
    work.start();
    await work.started();
    const before = new Map(records.lastSuccesses());
    await Promise.all([tried.promise, other.promise]);
    await records.refresh();
    expect(records.lastSuccesses().get('test.fails')).toEqual(before.get('test.fails'));
  });

  it('runs on one node at a time', async () => {
    const [begun, end] = [signal(), signal()];
    let running = 0;
    const step = {
      name: 'test.step',
      schedule: EVERY_MINUTE,
      run: async () => {
        running += 1;
        begun.resolve();
        await end.promise;
        return 0;
      },
    };
    const nodes = [await node((work) => work.step(step)), await node((work) => work.step(step))];
    for (const { work } of nodes) work.start();
    await begun.promise;
    // Another run comes due while this one is at work, and every node has looked several times.
    const looks = nodes.map(async ({ dataSource }) => {
      await dataSource.query(
        `INSERT INTO pgboss.job_common (name, policy) VALUES ('test.step', 'stately')
         ON CONFLICT DO NOTHING`,
      );
      let polls = 0;
      while (polls < 6) {
        const sent = await recordStatements(dataSource, () =>
          dataSource.query('SELECT pg_sleep(1)'),
        );
        polls += sent.filter((sql) => /FOR UPDATE\s+SKIP LOCKED/i.test(sql)).length;
      }
    });
    await Promise.all(looks);
    expect(running).toBe(1);
    end.resolve();
  });

  it('is asked to stop when the program stops, which does not count as a success', async () => {
    const begun = signal();
    const { work, records, close } = await node((declare) =>
      declare.step({
        name: 'test.step',
        schedule: EVERY_MINUTE,
        run: async (signal) => {
          begun.resolve();
          if (!signal.aborted) await once(signal, 'abort');
          return 1;
        },
      }),
    );
    work.start();
    await work.started();
    const before = records.lastSuccesses().get('test.step');
    await begun.promise;
    const start = performance.now();
    await work.beforeApplicationShutdown();
    expect(performance.now() - start).toBeLessThan(2000);
    await records.refresh();
    expect(records.lastSuccesses().get('test.step')).toEqual(before);
    open.splice(open.indexOf(close), 1);
    await close();
  });

  it('that a newer version has dropped is no longer scheduled', async () => {
    const step = (name: string) => ({ name, schedule: EVERY_MINUTE, run: async () => 0 });
    const old = await node((work) => work.step(step('test.old')));
    old.work.start();
    await old.work.started();
    const next = await node((work) => work.step(step('test.new')));
    next.work.start();
    await next.work.started();
    const schedules = await next.dataSource.query('SELECT name FROM pgboss.schedule');
    expect(schedules).toEqual([{ name: 'test.new' }]);
  });
});

it('nothing is sent that changes the schema, or that PgBouncer could not pool by transaction', async () => {
  const done = signal();
  const { work, dataSource } = await node((declare) => {
    declare.step({ name: 'test.step', schedule: EVERY_MINUTE, run: async () => 0 });
    declare.queue({ name: 'test.mails', handle: async () => done.resolve() });
  });
  const sent = await recordStatements(dataSource, async () => {
    work.start();
    await work.started();
    await enqueue(dataSource, work, {});
    await done.promise;
  });
  expect(sent.length).toBeGreaterThan(10);
  for (const sql of sent) {
    expect(sql).not.toMatch(/\b(CREATE|ALTER|DROP|REINDEX|TRUNCATE|VACUUM|ANALYZE)\b/);
    expect(sql).not.toMatch(/\bLISTEN\b|pg_(try_)?advisory_lock|(^|;)\s*SET (?!LOCAL)|PREPARE/);
  }
});

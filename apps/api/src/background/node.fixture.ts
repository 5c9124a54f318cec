import 'reflect-metadata';
import pino from 'pino';
import { DataSource } from 'typeorm';
import { Clock } from '../config/clock.js';
import { AfterCommit } from '../database/after-commit.js';
import { dataSourceOptions } from '../database/data-source.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { BackgroundWork } from './background-work.js';
import { DEFAULT_PACE } from './pace.js';
import { StepRecords } from './step-records.js';

/** As fast as pg-boss allows, for tests that wait for it. */
export const QUICK = {
  ...DEFAULT_PACE,
  ...{ stepPoll: 1, jobPoll: 0.5, schedule: 1, heartbeat: 10, supervision: 1 },
  ...{ stepRetry: 1, jobRetry: 1, start: 1 },
};

/** The background work of a process, and nothing else of it. */
export async function backgroundNode(databaseUrl: string, logger = silentLogger()) {
  const dataSource = await new DataSource(dataSourceOptions(databaseUrl)).initialize();
  const records = new StepRecords(dataSource, new Clock());
  const afterCommit = new AfterCommit(dataSource);
  const work = new BackgroundWork(dataSource, logger, records, afterCommit, QUICK);
  const close = async () => {
    await work.beforeApplicationShutdown();
    await dataSource.destroy();
  };
  return { dataSource, work, records, close };
}

const silentLogger = () => new AppLogger(pino({ level: 'silent' }));

/** Run as a program, it takes a job and hangs until it is killed. */
async function hang(databaseUrl: string): Promise<void> {
  const { work } = await backgroundNode(databaseUrl);
  work.queue({
    name: 'test.mails',
    handle: () => {
      process.stdout.write('has the job\n');
      return new Promise(() => undefined);
    },
  });
  work.start();
  setInterval(() => undefined, 1000);
}

if (require.main === module) void hang(process.argv[2] ?? '');

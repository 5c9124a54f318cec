import 'reflect-metadata';
import { createTestDatabase, type TestDatabase } from '@flixcheck/test-harness';
import type { INestApplicationContext } from '@nestjs/common';
import pino from 'pino';
import { DataSource } from 'typeorm';
import { parseConfig } from '../config/config.js';
import type { RuntimeConfig } from '../config/config.module.js';
import { dataSourceOptions } from '../database/data-source.js';
import { fillDemoData } from '../database/demo-data.js';
import { bringUpToDate } from '../database/schema.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { TestClock } from './test-clock.js';

/** What a test reaches inside of: the whole program, or some of its modules. */
export interface TestContext {
  app: INestApplicationContext;
  config: RuntimeConfig;
  clock: TestClock;
  dataSource: DataSource;
  close: () => Promise<void>;
}

export interface TestOptions {
  clock?: TestClock;
  /** Of another context, for two nodes on one database; else it gets its own, with the demo data. */
  databaseUrl?: string;
  /** Whether it runs with the program's role, which may do less than the tests' own statements. */
  limited?: boolean;
  env?: NodeJS.ProcessEnv;
}

/** What every context needs before anything of the program is built. */
export interface TestGround {
  config: RuntimeConfig;
  clock: TestClock;
  logger: AppLogger;
  /** Drops the database, if it was made here. */
  clear: () => Promise<void>;
}

const SECRET = 'a secret that only the tests know, 32+';

export async function prepareGround(options: TestOptions = {}): Promise<TestGround> {
  const clock = options.clock ?? new TestClock();
  const own = options.databaseUrl === undefined ? await createDemoDatabase(clock) : undefined;
  const databaseUrl = options.databaseUrl ?? (options.limited ? own?.programUrl : own?.url) ?? '';
  const parsed = parseConfig({
    APP_SECRET: SECRET,
    DATABASE_URL: databaseUrl,
    LOG_LEVEL: 'silent',
    ...options.env,
  });
  const config: RuntimeConfig = { ...parsed, databaseUrl, appSecret: parsed.appSecret ?? SECRET };
  return {
    config,
    clock,
    logger: new AppLogger(pino({ level: config.logLevel })),
    clear: async () => own?.drop(),
  };
}

/** A database with the demo data, for whoever has to stand between it and the program. */
export async function createDemoDatabase(clock = new TestClock()) {
  const database = await createTestDatabase({ demo: true });
  // Where the run has made a database to copy, it is filled already.
  if (!process.env['TEST_DEMO_DATABASE']) await fill(database, clock);
  return database;
}

async function fill({ url, programUrl }: TestDatabase, clock: TestClock): Promise<void> {
  await bringUpToDate({ databaseUrl: programUrl, databaseMigrationUrl: url });
  const dataSource = await new DataSource(dataSourceOptions(url)).initialize();
  await fillDemoData(dataSource, { demoClientPort: 4000, now: clock.now() });
  await dataSource.destroy();
}

import 'reflect-metadata';
import { createTestDatabase } from '@flixcheck/test-harness';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pino from 'pino';
import { DataSource } from 'typeorm';
import { AppModule } from '../app.module.js';
import { Clock } from '../config/clock.js';
import { parseConfig } from '../config/config.js';
import type { RuntimeConfig } from '../config/config.module.js';
import { createApp } from '../create-app.js';
import { dataSourceOptions } from '../database/data-source.js';
import { fillDemoData } from '../database/demo-data.js';
import { migrate } from '../database/migrate.js';
import { AppLogger } from '../telemetry/app-logger.js';

/** A clock that stands where a test puts it, and otherwise runs. */
export class TestClock extends Clock {
  private offset = 0;

  override now(): Date {
    return new Date(Date.now() + this.offset);
  }

  advance(ms: number): void {
    this.offset += ms;
  }
}

export interface TestApp {
  app: NestFastifyApplication;
  /** Where it listens, on a free port of its own. */
  url: string;
  config: RuntimeConfig;
  clock: TestClock;
  dataSource: DataSource;
  close: () => Promise<void>;
}

const SECRET = 'a secret that only the tests know, 32+';

/**
 * The whole API in this process, on a database with the demo data.
 * @param options.databaseUrl of another test app, for two nodes on one database
 */
export async function createTestApp(
  options: { clock?: TestClock; databaseUrl?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<TestApp> {
  const own =
    options.databaseUrl === undefined ? await createTestDatabase({ demo: true }) : undefined;
  const databaseUrl = options.databaseUrl ?? own?.url ?? '';
  const clock = options.clock ?? new TestClock();
  await migrate(databaseUrl);
  const seed = await new DataSource(dataSourceOptions(databaseUrl)).initialize();
  await fillDemoData(seed, { demoClientPort: 4000, now: clock.now() });
  await seed.destroy();

  const parsed = parseConfig({
    APP_SECRET: SECRET,
    DATABASE_URL: databaseUrl,
    LOG_LEVEL: 'silent',
    ...options.env,
  });
  const config: RuntimeConfig = { ...parsed, databaseUrl, appSecret: parsed.appSecret ?? SECRET };
  const logger = new AppLogger(pino({ level: config.logLevel }));
  const app = await createApp(config, logger, AppModule.with(config, logger, clock));
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.getHttpServer().address() as { port: number };
  return {
    app,
    url: `http://127.0.0.1:${port}`,
    config,
    clock,
    dataSource: app.get(DataSource),
    close: async () => {
      await app.close();
      await own?.drop();
    },
  };
}

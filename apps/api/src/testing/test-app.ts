import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DataSource } from 'typeorm';
import { AppModule } from '../app.module.js';
import { createApp } from '../create-app.js';
import { prepareGround, type TestContext, type TestOptions } from './test-context.js';

export interface TestApp extends TestContext {
  app: NestFastifyApplication;
  /** Where it listens, on a free port of its own. */
  url: string;
}

/** The whole API in this process. A test that sends no request needs less: `createTestModule`. */
export async function createTestApp(options: TestOptions = {}): Promise<TestApp> {
  const { config, clock, logger, clear } = await prepareGround(options);
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
      await clear();
    },
  };
}

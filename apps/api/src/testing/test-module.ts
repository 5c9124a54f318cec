import type { ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { BackgroundModule } from '../background/background.module.js';
import { ConfigModule } from '../config/config.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { TelemetryModule } from '../telemetry/telemetry.module.js';
import { prepareGround, type TestContext, type TestOptions } from './test-context.js';

/**
 * Some modules of the program with those that they import, on a real database and without a
 * server: for what a service decides, whoever asks.
 */
export async function createTestModule(
  modules: ModuleMetadata['imports'] & object,
  options: TestOptions = {},
): Promise<TestContext> {
  const { config, clock, logger, clear } = await prepareGround(options);
  const app = await Test.createTestingModule({
    imports: [
      ConfigModule.with(config, clock),
      TelemetryModule.with(logger),
      DatabaseModule.with(config),
      BackgroundModule,
      ...modules,
    ],
  }).compile();
  await app.init();
  return {
    app,
    config,
    clock,
    dataSource: app.get(DataSource),
    close: async () => {
      await app.close();
      await clear();
    },
  };
}

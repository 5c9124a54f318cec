import type { ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { BackgroundModule } from '../background/background.module.js';
import { ConfigModule } from '../config/config.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { TelemetryModule } from '../telemetry/telemetry.module.js';
import {
  prepareGround,
  type TestContext,
  type TestGround,
  type TestOptions,
} from './test-context.js';

/**
 * Some modules of the program with those that they import, on a real database and without a
 * server: for what a service decides, whoever asks.
 */
export async function createTestModule(
  modules: ModuleMetadata['imports'] & object,
  options: TestOptions = {},
): Promise<TestContext> {
  const ground = await prepareGround(options);
  return initModules(ground, [
    ConfigModule.with(ground.config, ground.clock),
    TelemetryModule.with(ground.logger),
    DatabaseModule.with(ground.config),
    BackgroundModule,
    ...modules,
  ]);
}

export async function initModules(
  { config, clock, clear }: TestGround,
  imports: ModuleMetadata['imports'] & object,
): Promise<TestContext> {
  const app = await Test.createTestingModule({ imports }).compile();
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

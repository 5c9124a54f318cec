import { type DynamicModule, Global, Module } from '@nestjs/common';
import { AppLogger } from './app-logger.js';
import { Metrics } from './metrics.js';

/** What the program says about itself: its log, and the metrics that its modules declare. */
@Global()
@Module({})
export class TelemetryModule {
  static with(logger: AppLogger): DynamicModule {
    return {
      module: TelemetryModule,
      providers: [{ provide: AppLogger, useValue: logger }, Metrics],
      exports: [AppLogger, Metrics],
    };
  }
}

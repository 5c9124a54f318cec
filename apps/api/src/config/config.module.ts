import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Clock } from './clock.js';
import type { Config } from './config.js';

export const CONFIG = Symbol('CONFIG');
/** Config with everything that is known only once the program starts. */
export type RuntimeConfig = Config & { databaseUrl: string; appSecret: string };

/** The address for what needs a connection of its own, such as a migration: past a pooler. */
export function directUrl({
  databaseUrl,
  databaseFeedUrl,
}: Pick<RuntimeConfig, 'databaseUrl'> & { databaseFeedUrl?: string }): string {
  return databaseFeedUrl ?? databaseUrl;
}

@Global()
@Module({})
export class ConfigModule {
  /** @param clock replaced in tests */
  static with(config: RuntimeConfig, clock = new Clock()): DynamicModule {
    return {
      module: ConfigModule,
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: Clock, useValue: clock },
      ],
      exports: [CONFIG, Clock],
    };
  }
}

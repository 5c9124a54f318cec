import { type DynamicModule, Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { RuntimeConfig } from '../config/config.module.js';
import { ChangeFeed } from './change-feed.js';
import { dataSourceOptions } from './data-source.js';

@Global()
@Module({})
export class DatabaseModule {
  static with(config: RuntimeConfig): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [
        TypeOrmModule.forRoot({
          ...dataSourceOptions(config.databaseUrl),
          autoLoadEntities: true,
          retryAttempts: 0,
        }),
      ],
      providers: [ChangeFeed],
      exports: [ChangeFeed],
    };
  }
}

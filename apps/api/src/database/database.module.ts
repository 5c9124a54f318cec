import { type DynamicModule, Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { RuntimeConfig } from '../config/config.module.js';
import { AfterCommit } from './after-commit.js';
import { ChangeFeed } from './change-feed.js';
import { dataSourceOptions, wayOf } from './data-source.js';
import { DatabaseMetrics } from './database-metrics.js';
import { PersonalData } from './personal-data.js';
import { isSlow, StartTasks } from './start-tasks.js';
import { StatementPool } from './statement-pool.js';

@Global()
@Module({})
export class DatabaseModule {
  static with(config: RuntimeConfig): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [
        TypeOrmModule.forRoot({
          ...dataSourceOptions(config.databaseUrl, config.databasePoolSize, wayOf(config)),
          autoLoadEntities: true,
          // An immediate refusal is final; a database that is slow or starting is asked again.
          retryAttempts: 10,
          retryDelay: 1000,
          toRetry: isSlow,
        }),
      ],
      providers: [
        AfterCommit,
        ChangeFeed,
        DatabaseMetrics,
        PersonalData,
        StartTasks,
        StatementPool,
      ],
      exports: [AfterCommit, ChangeFeed, PersonalData, StartTasks, StatementPool],
    };
  }
}

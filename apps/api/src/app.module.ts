import { type DynamicModule, Module } from '@nestjs/common';
import { AccountPolicyModule } from './account-policy/account-policy.module.js';
import { AuthModule } from './auth/auth.module.js';
import { BackgroundModule } from './background/background.module.js';
import { ChecksModule } from './checks/checks.module.js';
import { ClientReportsModule } from './client-reports/client-reports.module.js';
import type { Clock } from './config/clock.js';
import { ConfigModule, type RuntimeConfig } from './config/config.module.js';
import { ConnectionsModule } from './connections/connections.module.js';
import { DatabaseModule } from './database/database.module.js';
import { MailModule } from './mail/mail.module.js';
import { OAuthClientsModule } from './oauth-clients/oauth-clients.module.js';
import { OAuthCodesModule } from './oauth-codes/oauth-codes.module.js';
import { OAuthTokensModule } from './oauth-tokens/oauth-tokens.module.js';
import { OperationsModule } from './operations/operations.module.js';
import { PeopleModule } from './people/people.module.js';
import type { AppLogger } from './telemetry/app-logger.js';
import { TelemetryModule } from './telemetry/telemetry.module.js';
import { UsersModule } from './users/users.module.js';

@Module({})
export class AppModule {
  /** @param clock replaced in tests */
  static with(config: RuntimeConfig, logger: AppLogger, clock?: Clock): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(config, clock),
        TelemetryModule.with(logger),
        DatabaseModule.with(config),
        BackgroundModule,
        MailModule,
        UsersModule,
        OAuthClientsModule,
        ConnectionsModule,
        AccountPolicyModule,
        OAuthCodesModule,
        OAuthTokensModule,
        ChecksModule,
        ClientReportsModule,
        AuthModule,
        PeopleModule,
        OperationsModule,
      ],
    };
  }
}

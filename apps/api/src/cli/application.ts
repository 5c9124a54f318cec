import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import pino from 'pino';
import { AuthModule } from '../auth/auth.module.js';
import { BackgroundModule } from '../background/background.module.js';
import { ClientReportsModule } from '../client-reports/client-reports.module.js';
import { parseConfig } from '../config/config.js';
import { ConfigModule, type RuntimeConfig } from '../config/config.module.js';
import { ConnectionEndings } from '../connections/connection-endings.js';
import { ConnectionsModule } from '../connections/connections.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { joinDatabase } from '../database/running-database.js';
import { OAuthClientsModule } from '../oauth-clients/oauth-clients.module.js';
import { OAuthTokensModule } from '../oauth-tokens/oauth-tokens.module.js';
import { PeopleModule } from '../people/people.module.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { TelemetryModule } from '../telemetry/telemetry.module.js';
import { UsersModule } from '../users/users.module.js';

/** Standard output belongs to the command's answer. */
function quietLogger({ logLevel }: RuntimeConfig): AppLogger {
  const level = logLevel === 'info' ? 'fatal' : logLevel;
  return new AppLogger(pino({ level }, pino.destination(2)));
}

/**
 * The modules that commands use, and those that act on what commands do: ConnectionsModule ends the
 * connections of a client or user that is disabled, AuthModule the user's sessions.
 */
@Module({})
class CommandsModule {
  static with(config: RuntimeConfig): DynamicModule {
    return {
      module: CommandsModule,
      imports: [
        ConfigModule.with(config),
        TelemetryModule.with(quietLogger(config)),
        DatabaseModule.with(config),
        BackgroundModule,
        UsersModule,
        OAuthClientsModule,
        ConnectionsModule,
        ClientReportsModule,
        OAuthTokensModule,
        AuthModule,
        PeopleModule,
      ],
    };
  }
}

export type Resolve = <Service>(service: Type<Service>) => Service;

/**
 * Runs a command's work with the configured database: alongside the running program, or without it.
 */
export async function withDatabase<Result>(
  env: NodeJS.ProcessEnv,
  work: (config: RuntimeConfig) => Promise<Result>,
): Promise<Result> {
  const database = await joinDatabase(parseConfig(env));
  try {
    return await work(database.config);
  } finally {
    await database.stop();
  }
}

/** Runs a command's work with the services of the program, which then need not run itself. */
export function withServices<Result>(
  env: NodeJS.ProcessEnv,
  work: (resolve: Resolve) => Promise<Result>,
): Promise<Result> {
  return withDatabase(env, async (config) => {
    const application = await NestFactory.createApplicationContext(CommandsModule.with(config), {
      logger: false,
      abortOnError: false,
    });
    try {
      const result = await work((service) => application.get(service, { strict: false }));
      // Tokens are refused already; the rows follow here, because no program need be running.
      await application.get(ConnectionEndings, { strict: false }).follow();
      return result;
    } finally {
      await application.close();
    }
  });
}

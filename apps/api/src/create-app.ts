import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { DynamicModule } from '@nestjs/common';
import { AppModule } from './app.module.js';
import type { RuntimeConfig } from './config/config.module.js';
import { StartTasks } from './database/start-tasks.js';
import { serveDocsSite } from './http/docs-site.js';
import { ErrorFilter } from './http/exception.filter.js';
import { servePortal } from './http/portal.js';
import { measureRequests } from './http/request-metrics.js';
import { createAdapter, prepareServer } from './http/server.js';
import { apiExplorer, createOpenApiDocument } from './http/swagger.js';
import { serveSwaggerUi } from './http/swagger-ui.js';
import { validationPipe } from './http/validation.js';
import { ClientEndpoints } from './oauth-clients/client-endpoints.js';
import { ClientLogos } from './oauth-clients/client-logos.js';
import { OAuthClientsService } from './oauth-clients/oauth-clients.service.js';
import { logUnreadRequests } from './oauth-clients/unread-requests.js';
import { SigningKeys } from './oauth-tokens/signing-keys.js';
import { PortalFiles } from './operations/portal-files.js';
import { AppLogger } from './telemetry/app-logger.js';
import { Metrics } from './telemetry/metrics.js';

/**
 * The whole program as an application that does not listen yet.
 * @param root a module in place of AppModule, for tests that override providers
 */
export async function createApp(
  config: RuntimeConfig,
  logger: AppLogger,
  root: DynamicModule = AppModule.with(config, logger),
): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    root,
    await createAdapter(config, logger),
    {
      logger,
      abortOnError: false,
    },
  );
  await configureApp(app, config, logger);
  return app;
}

/** What every instance of the application has, including those that tests assemble. */
export async function configureApp(
  app: NestFastifyApplication,
  config: RuntimeConfig,
  logger: AppLogger,
): Promise<void> {
  app.useGlobalFilters(new ErrorFilter(config.publicUrl, logger));
  app.useGlobalPipes(validationPipe());
  await prepareServer(app, config, logger);
  const server = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  measureRequests(server, app.get(Metrics));
  logUnreadRequests(server, app.get(ClientEndpoints));
  const portalFiles = app.get(PortalFiles);
  await servePortal(server, { former: (name) => portalFiles.find(name) });
  await serveDocsSite(server, config);
  serveSwaggerUi(app, () => createOpenApiDocument(app, config.publicUrl), config.publicUrl);
  await app.init();
  const tasks = app.get(StartTasks);
  const builtIn = apiExplorer(config.publicUrl);
  await Promise.all([
    tasks.run('signing keys', () => app.get(SigningKeys).startSigning()),
    tasks.run('logo addresses', () => app.get(ClientLogos).keepAddresses()),
    tasks.run('portal files', () => portalFiles.keep()),
    tasks.run('API explorer', () => app.get(OAuthClientsService).ensureBuiltIn(builtIn)),
  ]);
}

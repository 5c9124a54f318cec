import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { MailModule } from '../mail/mail.module.js';
import { UsersModule } from '../users/users.module.js';
import { ClientAuthentication } from './client-authentication.js';
import { ClientCache } from './client-cache.js';
import { ClientCardController } from './client-card.controller.js';
import { ClientChangeRequestsController } from './client-change-requests.controller.js';
import { ClientChangeRequests } from './client-change-requests.js';
import { clientChangeRetention } from './client-change-retention.js';
import { ClientDevelopersController } from './client-developers.controller.js';
import { ClientDevelopers } from './client-developers.js';
import { ClientEndpoints } from './client-endpoints.js';
import { ClientLogos } from './client-logos.js';
import { ClientRequestMetrics } from './client-request-metrics.js';
import { ClientSecrets } from './client-secrets.service.js';
import { ClientFailureLimit } from './client-failure-limit.js';
import { DeveloperChangeRequestsController } from './developer-change-requests.controller.js';
import { DeveloperDeskController } from './developer-desk.controller.js';
import { DeveloperInvitationsController } from './developer-invitations.controller.js';
import { DeveloperInvitations } from './developer-invitations.js';
import { developerInvitationsRetention } from './developer-invitations-retention.js';
import { LogoDecoder } from './logo-decoder.js';
import { OAuthClientEntity } from './oauth-client.entity.js';
import { OAuthClientSecretEntity } from './oauth-client-secret.entity.js';
import { OAuthClientsService } from './oauth-clients.service.js';
import { OAuthRequestEntity } from './oauth-request.entity.js';
import { OAuthScopesController } from './oauth-scopes.controller.js';
import { RegistryController } from './registry.controller.js';
import { RecentRequestLog } from './recent-requests.js';
import { ClientRegistry } from './registry.service.js';
import { RequestCounts } from './request-counts.js';
import { RequestLog } from './request-log.js';
import { requestLogRetention } from './request-log-retention.js';
import { SecretExplanations } from './secret-explanations.js';
import { SecretUsage } from './secret-usage.js';
import { clientsPersonalData } from './clients-personal-data.js';

/** The registry of third-party applications, their secrets, and how they authenticate. */
@Module({
  imports: [
    TypeOrmModule.forFeature([OAuthClientEntity, OAuthClientSecretEntity, OAuthRequestEntity]),
    MailModule,
    UsersModule,
  ],
  controllers: [
    RegistryController,
    ClientDevelopersController,
    DeveloperInvitationsController,
    DeveloperDeskController,
    DeveloperChangeRequestsController,
    ClientChangeRequestsController,
    ClientCardController,
    OAuthScopesController,
  ],
  providers: [
    clientsPersonalData,
    OAuthClientsService,
    ClientCache,
    ClientDevelopers,
    ClientChangeRequests,
    clientChangeRetention,
    DeveloperInvitations,
    developerInvitationsRetention,
    ClientLogos,
    LogoDecoder,
    ClientRegistry,
    ClientSecrets,
    ClientAuthentication,
    ClientEndpoints,
    ClientRequestMetrics,
    RecentRequestLog,
    RequestCounts,
    RequestLog,
    requestLogRetention,
    ClientFailureLimit,
    SecretUsage,
    SecretExplanations,
  ],
  exports: [
    OAuthClientsService,
    ClientDevelopers,
    DeveloperInvitations,
    ClientLogos,
    ClientRegistry,
    ClientSecrets,
    ClientEndpoints,
    RecentRequestLog,
    RequestCounts,
    RequestLog,
    ClientFailureLimit,
  ],
})
export class OAuthClientsModule {}

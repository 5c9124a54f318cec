import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccountPolicyModule } from '../account-policy/account-policy.module.js';
import { ConnectionsModule } from '../connections/connections.module.js';
import { OAuthClientsModule } from '../oauth-clients/oauth-clients.module.js';
import { UsersModule } from '../users/users.module.js';
import { AuthorizationCode } from './authorization-code.entity.js';
import { AuthorizationRequestLog } from './authorization-request/authorization-request-log.js';
import { AuthorizationRequests } from './authorization-requests.js';
import { codesRetention } from './codes-retention.js';
import { OAuthCodesController } from './oauth-codes.controller.js';
import { OAuthCodesService } from './oauth-codes.service.js';
import { ClientCodes } from './code-samples.js';
import { codesPersonalData } from './codes-personal-data.js';
import { StateDigests } from './state-digests.js';

@Module({
  imports: [
    TypeOrmModule.forFeature([AuthorizationCode]),
    UsersModule,
    OAuthClientsModule,
    ConnectionsModule,
    AccountPolicyModule,
  ],
  controllers: [OAuthCodesController],
  providers: [
    codesPersonalData,
    AuthorizationRequests,
    OAuthCodesService,
    ClientCodes,
    StateDigests,
    AuthorizationRequestLog,
    codesRetention,
  ],
  exports: [OAuthCodesService, ClientCodes],
})
export class OAuthCodesModule {}

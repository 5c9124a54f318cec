import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/connections.module.js';
import { OAuthCodesModule } from '../oauth-codes/oauth-codes.module.js';
import { OAuthClientsModule } from '../oauth-clients/oauth-clients.module.js';
import { ClientDiagnosis } from './client-diagnosis.js';
import { DeskReportsController, RegistryReportsController } from './client-reports.controller.js';
import { ClientStatistics } from './client-statistics.js';

/** A client's figures, and what is wrong with it, for its developers and for operators. */
@Module({
  imports: [OAuthClientsModule, ConnectionsModule, OAuthCodesModule],
  controllers: [RegistryReportsController, DeskReportsController],
  providers: [ClientDiagnosis, ClientStatistics],
  exports: [ClientDiagnosis],
})
export class ClientReportsModule {}

import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/connections.module.js';
import { OAuthClientsModule } from '../oauth-clients/oauth-clients.module.js';
import { DeskReportsController, RegistryReportsController } from './client-reports.controller.js';
import { ClientStatistics } from './client-statistics.js';

/** What a client's requests and connections add up to, for its developers and for operators. */
@Module({
  imports: [OAuthClientsModule, ConnectionsModule],
  controllers: [RegistryReportsController, DeskReportsController],
  providers: [ClientStatistics],
})
export class ClientReportsModule {}

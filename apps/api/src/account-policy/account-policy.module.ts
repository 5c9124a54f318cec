import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/connections.module.js';
import { OAuthClientsModule } from '../oauth-clients/oauth-clients.module.js';
import { AvailableClients } from './available-clients.js';
import { AvailableClientsController } from './available-clients.controller.js';

/** Which applications the people of an account may connect. */
@Module({
  imports: [OAuthClientsModule, ConnectionsModule],
  controllers: [AvailableClientsController],
  providers: [AvailableClients],
})
export class AccountPolicyModule {}

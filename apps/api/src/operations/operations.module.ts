import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { ConnectionsModule } from '../connections/connections.module.js';
import { OAuthClientsModule } from '../oauth-clients/oauth-clients.module.js';
import { OAuthCodesModule } from '../oauth-codes/oauth-codes.module.js';
import { OAuthTokensModule } from '../oauth-tokens/oauth-tokens.module.js';
import { HealthController } from './health.controller.js';
import { Maintenance } from './maintenance.js';
import { MetricsController } from './metrics.controller.js';

/** What operators watch, and the housekeeping that they need not think of. */
@Module({
  imports: [AuthModule, ConnectionsModule, OAuthClientsModule, OAuthCodesModule, OAuthTokensModule],
  controllers: [HealthController, MetricsController],
  providers: [Maintenance],
})
export class OperationsModule {}

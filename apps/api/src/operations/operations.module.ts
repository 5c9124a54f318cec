import { Module } from '@nestjs/common';
import { OAuthTokensModule } from '../oauth-tokens/oauth-tokens.module.js';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';

/** What operators watch. */
@Module({
  imports: [OAuthTokensModule],
  controllers: [HealthController, MetricsController],
})
export class OperationsModule {}

import { Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { Maintenance } from './maintenance.js';
import { MetricsController } from './metrics.controller.js';

/** What operators watch, and the housekeeping that they need not think of. */
@Module({
  controllers: [HealthController, MetricsController],
  providers: [Maintenance],
})
export class OperationsModule {}

import { Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';

/** What operators watch: whether the process can serve, and the metrics that its modules declare. */
@Module({ controllers: [HealthController, MetricsController] })
export class OperationsModule {}

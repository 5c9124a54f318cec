import { Module } from '@nestjs/common';
import { AnnouncementsHousekeeping } from './announcements-housekeeping.js';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';
import { PortalFiles } from './portal-files.js';

/**
 * What operators watch: whether the process can serve, and the metrics that its modules declare; and
 * what a deployment needs of the build before it.
 */
@Module({
  controllers: [HealthController, MetricsController],
  providers: [AnnouncementsHousekeeping, PortalFiles],
})
export class OperationsModule {}

import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { OAuthClientsModule } from '../oauth-clients/oauth-clients.module.js';
import { UsersModule } from '../users/users.module.js';
import { ClientConnectionsController } from './client-connections.controller.js';
import { ConnectionChanges } from './connection-changes.js';
import { ConnectionCounts } from './connection-counts.js';
import { ConnectionDecisions } from './connection-decisions.js';
import { ConnectionEndings } from './connection-endings.js';
import { ConnectionEntity } from './connection.entity.js';
import { ConnectionEventEntity } from './connection-event.entity.js';
import { ConnectionHistory } from './connection-history.js';
import { ConnectionNotices } from './connection-notices.js';
import { ConnectionMetrics } from './connection-metrics.js';
import { ConnectionSamples } from './connection-samples.js';
import { ConnectionUsage } from './connection-usage.js';
import { ConnectionUsageEntity } from './connection-usage.entity.js';
import { ConnectionsController } from './connections.controller.js';
import { ConnectionsExport } from './connections-export.js';
import { ConnectionsOverview } from './connections-overview.js';
import { connectionsRetention } from './connections-retention.js';
import { ConnectionsService } from './connections.service.js';
import { DailyCounts } from './daily-counts.js';
import { RevocationEntity } from './revocation.entity.js';
import { EndingCauses } from './ending-causes.js';
import { EndReminders } from './end-reminders.js';
import { Revocations } from './revocations.js';
import { TimeLimits } from './time-limits.js';
import { connectionsPersonalData } from './connections-personal-data.js';

/** Who granted what to whom, the history of it, and its end, which reaches every node at once. */
@Module({
  imports: [
    TypeOrmModule.forFeature([
      ConnectionEntity,
      ConnectionEventEntity,
      ConnectionUsageEntity,
      RevocationEntity,
    ]),
    UsersModule,
    OAuthClientsModule,
  ],
  controllers: [ConnectionsController, ClientConnectionsController],
  providers: [
    connectionsPersonalData,
    ConnectionsService,
    ConnectionEndings,
    EndingCauses,
    ConnectionsOverview,
    ConnectionDecisions,
    ConnectionsExport,
    connectionsRetention,
    ConnectionChanges,
    ConnectionCounts,
    ConnectionHistory,
    ConnectionMetrics,
    ConnectionNotices,
    ConnectionSamples,
    ConnectionUsage,
    DailyCounts,
    EndReminders,
    Revocations,
    TimeLimits,
  ],
  exports: [
    ConnectionNotices,
    ConnectionsService,
    ConnectionChanges,
    ConnectionCounts,
    ConnectionEndings,
    ConnectionHistory,
    ConnectionSamples,
    ConnectionUsage,
    DailyCounts,
    EndReminders,
    Revocations,
  ],
})
export class ConnectionsModule {}

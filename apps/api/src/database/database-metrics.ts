import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Metrics } from '../telemetry/metrics.js';
import { ChangeFeed } from './change-feed.js';

/** The part of the driver's pool that is read here. */
interface Pool {
  totalCount: number;
  idleCount: number;
  waitingCount: number;
}

@Injectable()
export class DatabaseMetrics {
  constructor(metrics: Metrics, feed: ChangeFeed, @InjectDataSource() dataSource: DataSource) {
    metrics.gauge(
      'change_feed_live',
      '1 while revocations arrive by LISTEN/NOTIFY, 0 while each request asks the database',
      [],
      (gauge) => gauge.set(feed.isLive() ? 1 : 0),
    );
    const { master } = dataSource.driver as unknown as { master: Pool };
    metrics.gauge(
      'database_pool_connections',
      'Connections to the database that are in use or idle, and requests that wait for one',
      ['state'],
      (gauge) => {
        gauge.set({ state: 'used' }, master.totalCount - master.idleCount);
        gauge.set({ state: 'idle' }, master.idleCount);
        gauge.set({ state: 'waiting' }, master.waitingCount);
      },
    );
  }
}

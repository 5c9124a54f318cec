import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Metrics } from '../telemetry/metrics.js';
import { ChangeFeed } from './change-feed.js';
import { StatementPool } from './statement-pool.js';

/** The part of the driver's pool that is read here. */
interface Pool {
  totalCount: number;
  idleCount: number;
  waitingCount: number;
}

@Injectable()
export class DatabaseMetrics {
  constructor(
    metrics: Metrics,
    feed: ChangeFeed,
    @InjectDataSource() dataSource: DataSource,
    { pool }: StatementPool,
  ) {
    metrics.gauge(
      'change_feed_live',
      '1 while revocations arrive by themselves, 0 while each request asks the database',
      [],
      'min',
      (gauge) => gauge.set(feed.isLive() ? 1 : 0),
    );
    if (feed.natsIsConnected() !== undefined) {
      metrics.gauge(
        'change_feed_nats_connected',
        '1 while nodes wake each other through NATS, 0 while they see changes at the next heartbeat',
        [],
        'min',
        (gauge) => gauge.set(feed.natsIsConnected() ? 1 : 0),
      );
    }
    const { master } = dataSource.driver as unknown as { master: Pool };
    metrics.gauge(
      'database_pool_connections',
      'Connections to the database that are in use or idle, and requests that wait for one',
      ['state'],
      'sum',
      (gauge) => {
        const total = (count: keyof Pool) => master[count] + pool[count];
        gauge.set({ state: 'used' }, total('totalCount') - total('idleCount'));
        gauge.set({ state: 'idle' }, total('idleCount'));
        gauge.set({ state: 'waiting' }, total('waitingCount'));
      },
    );
  }
}

import { Controller, Get, Header, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Gauge, Histogram } from 'prom-client';
import { DataSource } from 'typeorm';
import { BackgroundWork } from '../background/background-work.js';
import { StepRecords } from '../background/step-records.js';
import { Clock, SECOND } from '../config/clock.js';
import { ChangeFeed } from '../database/change-feed.js';
import { AllowAnyone } from '../http/access.js';
import { SigningKeys } from '../oauth-tokens/signing-keys.js';
import { Counters } from './counters.js';

/** The driver's pool, as far as it is of interest here. */
interface Pool {
  totalCount: number;
  idleCount: number;
  waitingCount: number;
}

/** Prometheus: the process, the requests by route, and what `Counters` has counted. */
@ApiTags('Operations')
@Controller('metrics')
export class MetricsController implements OnModuleInit {
  private readonly requests: Histogram<'method' | 'route' | 'status'>;

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly counters: Counters,
    private readonly feed: ChangeFeed,
    private readonly keys: SigningKeys,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly background: BackgroundWork,
    private readonly steps: StepRecords,
  ) {
    const registers = [counters.registry];
    collectDefaultMetrics({ register: counters.registry });
    this.requests = new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time from the first byte of a request to the last of its answer',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    });
    this.gauge(
      'change_feed_live',
      '1 while revocations arrive by LISTEN/NOTIFY, 0 while each request asks the database',
      () => (this.feed.isLive() ? 1 : 0),
    );
    this.gauge('signing_key_age_seconds', 'For how long the key that signs has been signing', () =>
      this.signingKeyAge(),
    );
    this.poolGauge();
    this.stepGauge();
  }

  onModuleInit(): void {
    const server = this.host.httpAdapter.getInstance<FastifyInstance>();
    server.addHook('onResponse', (request, reply, done) => {
      this.requests.observe(
        {
          method: request.method,
          // The pattern, never the path: paths carry ids and would grow without bound.
          route: request.routeOptions.url ?? 'none',
          status: String(reply.statusCode),
        },
        reply.elapsedTime / 1000,
      );
      done();
    });
  }

  @Get()
  @AllowAnyone()
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  @ApiOperation({ summary: 'Prometheus metrics' })
  metrics() {
    return this.counters.registry.metrics();
  }

  private gauge(name: string, help: string, read: () => number): void {
    const registers = [this.counters.registry];
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  }

  private poolGauge(): void {
    const registers = [this.counters.registry];
    const { master } = this.dataSource.driver as unknown as { master: Pool };
    new Gauge({
      name: 'database_pool_connections',
      help: 'Connections to the database that are in use or idle, and requests that wait for one',
      labelNames: ['state'],
      registers,
      collect() {
        this.set({ state: 'used' }, master.totalCount - master.idleCount);
        this.set({ state: 'idle' }, master.idleCount);
        this.set({ state: 'waiting' }, master.waitingCount);
      },
    });
  }

  /** What other nodes have done is one scrape late: no scrape waits for the database. */
  private stepGauge(): void {
    const registers = [this.counters.registry];
    const read = () => {
      void this.steps.refresh().catch(() => undefined);
      const ends = this.steps.lastSuccesses();
      return this.background.stepNames().map((step) => [step, ends.get(step)] as const);
    };
    new Gauge({
      name: 'background_step_last_success_timestamp_seconds',
      help: 'When each step of the background work last ended well, on whichever node',
      labelNames: ['step'],
      registers,
      collect() {
        for (const [step, at] of read()) if (at) this.set({ step }, at.getTime() / SECOND);
      },
    });
  }

  private signingKeyAge(): number {
    const since = this.keys.signsSince();
    return since === undefined ? NaN : (this.clock.now().getTime() - since.getTime()) / SECOND;
  }
}

import { Controller, Get, Header, Inject, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { ChangeFeed } from '../database/change-feed.js';
import { AllowAnyone } from '../http/access.js';

/** Prometheus: the process, the requests by route, and whether the change feed is live. */
@ApiTags('Operations')
@Controller('metrics')
export class MetricsController implements OnModuleInit {
  private readonly registry = new Registry();
  private readonly requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [this.registry],
  });

  constructor(
    private readonly host: HttpAdapterHost,
    @Inject(ChangeFeed) feed: ChangeFeed,
  ) {
    collectDefaultMetrics({ register: this.registry });
    new Gauge({
      name: 'change_feed_live',
      help: '1 while revocations arrive by LISTEN/NOTIFY, 0 while each request asks the database',
      registers: [this.registry],
      collect() {
        this.set(feed.isLive() ? 1 : 0);
      },
    });
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
    return this.registry.metrics();
  }
}

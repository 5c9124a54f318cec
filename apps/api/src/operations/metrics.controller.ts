import { Controller, Get, Header } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { collectDefaultMetrics } from 'prom-client';
import { AllowAnyone } from '../http/access.js';
import { Metrics } from '../telemetry/metrics.js';

/** Prometheus: the process, or all of its workers, and what each module has declared and counted. */
@ApiTags('Operations')
@Controller('metrics')
export class MetricsController {
  constructor(private readonly declared: Metrics) {
    collectDefaultMetrics({ register: declared.registry });
  }

  @Get()
  @AllowAnyone()
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  @ApiOperation({ summary: 'Prometheus metrics' })
  metrics() {
    return this.declared.text();
  }
}

import { Injectable } from '@nestjs/common';
import { SECOND } from '../config/clock.js';
import { Metrics } from '../telemetry/metrics.js';
import { BackgroundWork } from './background-work.js';
import { StepRecords } from './step-records.js';

@Injectable()
export class BackgroundMetrics {
  constructor(metrics: Metrics, work: BackgroundWork, records: StepRecords) {
    metrics.gauge(
      'background_step_last_success_timestamp_seconds',
      'When each background step last succeeded, on any node',
      ['step'],
      'max',
      (gauge) => {
        // Steps run by other nodes show up one scrape late, so that no scrape waits for the
        // database.
        void records.refresh().catch(() => undefined);
        const ends = records.lastSuccesses();
        for (const step of work.stepNames()) {
          const at = ends.get(step);
          if (at) gauge.set({ step }, at.getTime() / SECOND);
        }
      },
    );
  }
}

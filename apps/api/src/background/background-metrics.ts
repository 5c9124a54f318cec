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
      'When each step of the background work last ended well, on whichever node',
      ['step'],
      (gauge) => {
        // What other nodes have done is one scrape late: no scrape waits for the database.
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

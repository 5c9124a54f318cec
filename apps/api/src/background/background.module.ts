import { Global, Module } from '@nestjs/common';
import { BackgroundMetrics } from './background-metrics.js';
import { BackgroundWork } from './background-work.js';
import { StepRecords } from './step-records.js';

/** Work that no request waits for. It knows no rule of the product: their owners declare what to do. */
@Global()
@Module({ providers: [BackgroundMetrics, BackgroundWork, StepRecords], exports: [BackgroundWork] })
export class BackgroundModule {}

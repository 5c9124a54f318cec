import { Global, Module } from '@nestjs/common';
import { BackgroundWork } from './background-work.js';
import { StepRecords } from './step-records.js';

/** Work that no request waits for. It knows no rule of the product: their owners declare what to do. */
@Global()
@Module({ providers: [BackgroundWork, StepRecords], exports: [BackgroundWork, StepRecords] })
export class BackgroundModule {}

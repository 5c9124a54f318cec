import type { FactoryProvider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock, DAY } from '../config/clock.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { deleteInBatches, type Outdated } from '../database/delete-in-batches.js';
import { BackgroundWork } from './background-work.js';

/** Rows that are kept for a time; `$1` of their condition is the moment when that time began. */
export interface KeptRows extends Outdated {
  /** Counted from the time in the condition; 0 for rows that say themselves when they end. */
  keptMs: number;
  /** Where the installation may choose another time, in days. */
  setting?: 'historyDays';
}

/** A step of the housekeeping that only deletes. */
interface RetentionStep {
  /** Unique, `<module>.<what>`, as for every step. */
  name: string;
  /** Cron in UTC, at least hourly. */
  schedule: string;
  rows: readonly KeptRows[];
}

/** What a module lists among its providers, so that these steps are done. */
export function retention(...steps: RetentionStep[]): FactoryProvider {
  return {
    provide: Symbol(steps.map(({ name }) => name).join(', ')),
    inject: [DataSource, Clock, BackgroundWork, CONFIG],
    useFactory: (
      dataSource: DataSource,
      clock: Clock,
      background: BackgroundWork,
      config: RuntimeConfig,
    ) => {
      for (const { name, schedule, rows } of steps) {
        const run = async (signal: AbortSignal): Promise<number> => {
          let deleted = 0;
          for (const kept of rows) {
            const chosen = kept.setting && { keptMs: config[kept.setting] * DAY };
            deleted += await deleteOld(dataSource, { ...kept, ...chosen }, clock.now(), signal);
          }
          return deleted;
        };
        background.step({ name, schedule, run });
      }
      return steps;
    },
  };
}

/**
 * For steps that do more than that.
 * @returns how many rows were deleted
 */
export function deleteOld(
  dataSource: DataSource,
  kept: KeptRows,
  now: Date,
  signal: AbortSignal,
): Promise<number> {
  const before = new Date(now.getTime() - kept.keptMs);
  return deleteInBatches(dataSource, kept, [before], signal);
}

import type { FactoryProvider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock, DAY } from '../config/clock.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { deleteInBatches, type Outdated } from '../database/delete-in-batches.js';
import { dropPartitions, makePartitions } from '../database/partitions.js';
import { BackgroundWork } from './background-work.js';

interface Kept {
  table: string;
  /** Counted from the time in the condition; 0 for rows that say themselves when they end. */
  keptMs: number;
  /** Where the installation may choose another time, in days. */
  setting?: 'historyDays';
}

/** Rows that are kept for a time; `$1` of their condition is the moment when that time began. */
export interface KeptRows extends Outdated, Kept {}

/**
 * The rows of a table that is partitioned by their `at`. A partition is dropped when that time has
 * passed for all of its rows, and those of the next periods are made ahead.
 */
export interface KeptPartitions extends Kept {
  isPartitioned: true;
}

/** A step of the housekeeping that only deletes. */
interface RetentionStep {
  /** Unique, `<module>.<what>`, as for every step. */
  name: string;
  /** Cron in UTC, at least hourly. */
  schedule: string;
  rows: readonly (KeptRows | KeptPartitions)[];
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
 * @returns how many rows were deleted, and partitions made and dropped
 */
export async function deleteOld(
  dataSource: DataSource,
  kept: KeptRows | KeptPartitions,
  now: Date,
  signal: AbortSignal,
): Promise<number> {
  const before = new Date(now.getTime() - kept.keptMs);
  if (!('isPartitioned' in kept)) return deleteInBatches(dataSource, kept, [before], signal);
  const send = (text: string, values: unknown[]) => dataSource.query(text, values);
  const made = await makePartitions(send, kept.table, now, signal);
  return made + (await dropPartitions(send, kept.table, before, signal));
}

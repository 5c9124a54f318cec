import type { FactoryProvider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../config/clock.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { keptSince, type Retained, type RetentionDays } from '../config/retention-periods.js';
import { deleteInBatches, type Outdated } from '../database/delete-in-batches.js';
import { dropPartitions, makePartitions } from '../database/partitions.js';
import { BackgroundWork } from './background-work.js';

/** For how long, counted from the time in the condition. */
type Kept =
  /** What the installation may choose. */
  | { period: Retained }
  /** What follows from a rule; 0 for rows that say themselves when they end. */
  | { keptMs: number };

/** Rows that are kept for a time; `$1` of their condition is the moment when that time began. */
export type KeptRows = Outdated & Kept;

/**
 * The rows of a table that is partitioned by their `at`. A partition is dropped when that time has
 * passed for all of its rows, and those of the next periods are made ahead.
 */
export type KeptPartitions = { table: string; isPartitioned: true } & Kept;

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
          const at = { now: clock.now(), periods: config.retention };
          for (const kept of rows) deleted += await deleteOld(dataSource, kept, at, signal);
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
  { now, periods }: { now: Date; periods: RetentionDays },
  signal: AbortSignal,
): Promise<number> {
  const before =
    'period' in kept ? keptSince(kept.period, periods, now) : new Date(now.getTime() - kept.keptMs);
  if (!('isPartitioned' in kept)) return deleteInBatches(dataSource, kept, [before], signal);
  const send = (text: string, values: unknown[]) => dataSource.query(text, values);
  const made = await makePartitions(send, kept.table, now, signal);
  return made + (await dropPartitions(send, kept.table, before, signal));
}

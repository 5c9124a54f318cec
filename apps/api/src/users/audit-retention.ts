import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { BackgroundWork } from '../background/background-work.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';

const RECORDS_PER_STATEMENT = 5000;

/**
 * Deletes old records of failed attempts. The audit trail is kept for good, except for what was refused
 * to somebody who had to prove who they are: strangers can cause it, and it holds the addresses that
 * they came from. The program's role may not delete records: a function of
 * the schema's owner does, which knows the actions and takes none that is younger than 30 days.
 */
@Injectable()
export class AuditRetention implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly background: BackgroundWork,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
  ) {}

  onModuleInit(): void {
    this.background.step({
      name: 'users.failed-attempts',
      schedule: '9 * * * *',
      run: (signal) => this.deleteOutdated(signal),
    });
  }

  /** @returns how many were deleted */
  private async deleteOutdated(signal: AbortSignal): Promise<number> {
    let total = 0;
    let deleted = 1;
    while (deleted > 0 && !signal.aborted) {
      const [row]: { deleted: number }[] = await this.dataSource.query(
        'SELECT delete_failed_attempts(make_interval(days => $1), $2) AS deleted',
        [this.config.retention.failedAttempts, RECORDS_PER_STATEMENT],
      );
      deleted = row?.deleted ?? 0;
      total += deleted;
    }
    return total;
  }
}

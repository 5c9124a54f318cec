import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { BackgroundWork } from '../background/background-work.js';
import { Clock } from '../config/clock.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { keptSince } from '../config/retention-periods.js';
import { UserErasure } from '../users/user-erasure.js';

/** Erases the people of companies that have been closed for long enough, one after the other. */
@Injectable()
export class CompaniesRetention implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly erasure: UserErasure,
    private readonly clock: Clock,
    private readonly background: BackgroundWork,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
  ) {}

  onModuleInit(): void {
    this.background.step({
      name: 'people.closed-companies',
      schedule: '43 * * * *',
      run: (signal) => this.eraseDue(signal),
    });
  }

  /**
   * @returns how many people it has erased
   * @throws the first failure, once everybody else is erased
   */
  async eraseDue(signal: AbortSignal): Promise<number> {
    const closedBefore = keptSince('closedCompanies', this.config.retention, this.clock.now());
    const due: { id: string }[] = await this.dataSource.query(
      `SELECT u.id FROM users u JOIN accounts a ON a.id = u.account_id
        WHERE a.closed_at <= $1 AND u.erased_at IS NULL ORDER BY u.id`,
      [closedBefore],
    );
    let erased = 0;
    const failures: unknown[] = [];
    for (const { id } of due) {
      if (signal.aborted) break;
      try {
        if (await this.erasure.erase(id, null)) erased += 1;
      } catch (failure) {
        failures.push(failure);
      }
    }
    if (failures.length > 0) throw failures[0];
    return erased;
  }
}

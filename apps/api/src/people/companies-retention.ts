import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { BackgroundWork } from '../background/background-work.js';
import { Clock, DAY } from '../config/clock.js';
import { UserErasure } from '../users/user-erasure.js';

/** How long the data of a closed company is kept, in which it can be opened again. */
export const CLOSED_KEPT_MS = 90 * DAY;

/** Whether it is too late to open a company again. */
export const isGone = (closedAt: Date | null, now: Date): boolean =>
  closedAt !== null && closedAt.getTime() + CLOSED_KEPT_MS <= now.getTime();

/** Erases the people of companies that have been closed for long enough, one after the other. */
@Injectable()
export class CompaniesRetention implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly erasure: UserErasure,
    private readonly clock: Clock,
    private readonly background: BackgroundWork,
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
    const closedBefore = new Date(this.clock.now().getTime() - CLOSED_KEPT_MS);
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

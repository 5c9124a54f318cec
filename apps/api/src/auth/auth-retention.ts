import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BackgroundWork } from '../background/background-work.js';
import { Clock, DAY } from '../config/clock.js';
import { deleteInBatches } from '../database/delete-in-batches.js';
import { IDLE_MS } from './sessions.service.js';
import { WINDOW_MS } from './sign-in-limits.js';

const EXPIRED = { table: 'sessions', condition: 'expires_at <= $1' };
const IDLE = { table: 'sessions', condition: 'last_seen_at <= $1' };
const FAILURES = { table: 'sign_in_failures', condition: 'at <= $1' };

/** The audit trail is kept for good, except for the records that strangers can cause. */
const KEEP_FAILED_MS = 90 * DAY;
const FAILED_SIGN_INS = {
  table: 'audit_records',
  condition: `at <= $1
    AND action IN ('sign_in_failed', 'sign_in_limited', 'password_change_failed')`,
};

/** Deletes sessions that have ended, and failed sign-ins that no longer count. */
@Injectable()
export class AuthRetention implements OnModuleInit {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly background: BackgroundWork,
  ) {}

  onModuleInit(): void {
    this.background.step({
      name: 'auth.sessions',
      schedule: '3 * * * *',
      run: async (signal) => {
        const expired = await deleteInBatches(this.dataSource, EXPIRED, [this.before(0)], signal);
        const idle = [this.before(IDLE_MS)];
        return expired + (await deleteInBatches(this.dataSource, IDLE, idle, signal));
      },
    });
    this.background.step({
      name: 'auth.sign-in-failures',
      schedule: '8 * * * *',
      run: (signal) => deleteInBatches(this.dataSource, FAILURES, [this.before(WINDOW_MS)], signal),
    });
    this.background.step({
      name: 'auth.failed-sign-ins',
      schedule: '9 * * * *',
      run: (signal) =>
        deleteInBatches(this.dataSource, FAILED_SIGN_INS, [this.before(KEEP_FAILED_MS)], signal),
    });
  }

  private before(age: number): Date {
    return new Date(this.clock.now().getTime() - age);
  }
}

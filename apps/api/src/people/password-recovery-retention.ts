import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { BackgroundWork } from '../background/background-work.js';
import { Clock } from '../config/clock.js';
import { deleteInBatches } from '../database/delete-in-batches.js';
import { RECOVERY_WINDOW_MS } from './password-recovery-limits.js';

const LINKS = { table: 'password_recoveries', condition: 'expires_at <= $1' };
const REQUESTS = { table: 'recovery_requests', condition: 'at <= $1' };

/** Deletes links to set a new password that have expired, and requests that no longer count. */
@Injectable()
export class PasswordRecoveryRetention implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly background: BackgroundWork,
  ) {}

  onModuleInit(): void {
    this.background.step({
      name: 'people.password-recovery',
      schedule: '23 * * * *',
      run: async (signal) => {
        const now = this.clock.now();
        const counted = new Date(now.getTime() - RECOVERY_WINDOW_MS);
        const links = await deleteInBatches(this.dataSource, LINKS, [now], signal);
        return links + (await deleteInBatches(this.dataSource, REQUESTS, [counted], signal));
      },
    });
  }
}

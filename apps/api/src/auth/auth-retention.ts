import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BackgroundWork } from '../background/background-work.js';
import { Clock } from '../config/clock.js';
import { deleteInBatches } from '../database/delete-in-batches.js';
import { IDLE_MS } from './sessions.service.js';
import { WINDOW_MS } from './sign-in-limits.js';

/** Forgets sessions that have ended and failures to sign in that count no longer. */
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
      run: async (signal) =>
        (await this.delete('sessions', 'expires_at <= $1', 0, signal)) +
        (await this.delete('sessions', 'last_seen_at <= $1', IDLE_MS, signal)),
    });
    this.background.step({
      name: 'auth.sign-in-failures',
      schedule: '5 * * * *',
      run: (signal) => this.delete('sign_in_failures', 'at <= $1', WINDOW_MS, signal),
    });
  }

  private delete(table: string, condition: string, age: number, signal: AbortSignal) {
    const before = new Date(this.clock.now().getTime() - age);
    return deleteInBatches(this.dataSource, table, condition, [before], signal);
  }
}

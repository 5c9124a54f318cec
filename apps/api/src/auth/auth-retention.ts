import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../config/clock.js';
import { IDLE_MS } from './sessions.service.js';
import { WINDOW_MS } from './sign-in-limits.js';

/** Forgets sessions that have ended and failures to sign in that count no longer. */
@Injectable()
export class AuthRetention {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  async prune(): Promise<void> {
    const now = this.clock.now();
    const before = (age: number) => new Date(now.getTime() - age);
    // Skips what somebody is just ending, so that neither waits for the other.
    await this.dataSource.query(
      `DELETE FROM sessions WHERE id IN (
         SELECT id FROM sessions WHERE expires_at <= $1 OR last_seen_at <= $2
         FOR UPDATE SKIP LOCKED)`,
      [now, before(IDLE_MS)],
    );
    await this.dataSource.query('DELETE FROM sign_in_failures WHERE at <= $1', [before(WINDOW_MS)]);
  }
}

import {
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Clock, SECOND } from '../config/clock.js';
import { AppLogger } from '../telemetry/app-logger.js';

/** How late a use may appear in the registry. */
const FLUSH_INTERVAL_MS = 15 * SECOND;

/**
 * Waits for nobody: a locked row is being removed, or written by another node just now, and the
 * next use is written later.
 */
const WRITE = `
  WITH used AS (
    SELECT s.id, u.at
    FROM oauth_client_secrets s JOIN unnest($1::uuid[], $2::timestamptz[]) AS u (id, at) USING (id)
    FOR NO KEY UPDATE OF s SKIP LOCKED
  )
  UPDATE oauth_client_secrets s SET last_used_at = GREATEST(s.last_used_at, used.at)
  FROM used WHERE s.id = used.id`;

/**
 * Records which secrets are in use, so that operators see when the old one can be removed. Uses are
 * collected in memory and written in batches: however busy a client is, it costs a write now and
 * then.
 */
@Injectable()
export class SecretUsage implements OnApplicationBootstrap, OnApplicationShutdown {
  /** The latest use of each secret that is not yet written (epoch, ms). */
  private pending = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly logger: AppLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.flush(), FLUSH_INTERVAL_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  record(secretId: string): void {
    this.pending.set(secretId, this.clock.now().getTime());
  }

  /** Writes all uses so far. Never rejects: what cannot be written now is written later. */
  async flush(): Promise<void> {
    if (this.pending.size === 0) return;
    const uses = this.pending;
    this.pending = new Map();
    try {
      const moments = [...uses.values()].map((at) => new Date(at));
      await this.dataSource.query(WRITE, [[...uses.keys()], moments]);
    } catch (error) {
      this.pending = new Map([...uses, ...this.pending]);
      this.logger.warn(`the use of secrets cannot be written: ${(error as Error).message}`);
    }
  }
}

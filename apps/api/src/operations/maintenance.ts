import {
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Clock, DAY, HOUR, MINUTE } from '../config/clock.js';
import { ConnectionsRetention } from '../connections/connections-retention.js';
import { AppLogger } from '../http/app-logger.js';
import { RequestLog } from '../oauth-clients/request-log.js';
import { OAuthCodesService } from '../oauth-codes/oauth-codes.service.js';
import { RefreshTokenFamilies } from '../oauth-tokens/refresh-token-families.js';
import { SigningKeys } from '../oauth-tokens/signing-keys.js';

const FIRST_RUN_MS = MINUTE;
const INTERVAL_MS = HOUR;
const MAINTENANCE_LOCK = 7_304_003;

const KEEP = {
  requestLog: 30 * DAY,
  /** A code must be recognised when it is repeated as long as its tokens may live. */
  codes: 90 * DAY,
  families: 30 * DAY,
} as const;

/** Hourly, on one node at a time: rotates signing keys and forgets what nothing needs any more. */
@Injectable()
export class Maintenance implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly logger: AppLogger,
    private readonly keys: SigningKeys,
    private readonly codes: OAuthCodesService,
    private readonly families: RefreshTokenFamilies,
    private readonly connections: ConnectionsRetention,
    private readonly requests: RequestLog,
  ) {}

  onApplicationBootstrap(): void {
    this.schedule(FIRST_RUN_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    clearTimeout(this.timer);
    await this.running;
  }

  /** Runs everything that is due, unless another node is at it. */
  async run(): Promise<void> {
    const runner = this.dataSource.createQueryRunner();
    try {
      const [{ locked }] = await runner.query('SELECT pg_try_advisory_lock($1) AS locked', [
        MAINTENANCE_LOCK,
      ]);
      if (!locked) return;
      try {
        await this.tasks();
      } finally {
        await runner.query('SELECT pg_advisory_unlock($1)', [MAINTENANCE_LOCK]);
      }
    } finally {
      await runner.release();
    }
  }

  private async tasks(): Promise<void> {
    const now = this.clock.now();
    const before = (age: number) => new Date(now.getTime() - age);
    await this.keys.maintain();
    await this.codes.prune(before(KEEP.codes));
    await this.families.prune(before(KEEP.families));
    await this.connections.prune();
    await this.requests.prune(before(KEEP.requestLog));
  }

  private schedule(delay: number): void {
    this.timer = setTimeout(() => {
      this.running = this.run()
        .catch((error: unknown) => this.logger.error(error))
        .finally(() => this.schedule(INTERVAL_MS));
    }, delay).unref();
  }
}

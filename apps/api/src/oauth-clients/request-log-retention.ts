import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { BackgroundWork } from '../background/background-work.js';
import { Clock, DAY } from '../config/clock.js';
import { deleteInBatches } from '../database/delete-in-batches.js';

export const REQUESTS_KEPT_MS = 30 * DAY;
const OLD = { table: 'oauth_requests', condition: 'at < $1', oldestBy: 'id' };

/** Deletes requests that nobody asks for any more. */
@Injectable()
export class RequestLogRetention implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly background: BackgroundWork,
  ) {}

  onModuleInit(): void {
    this.background.step({
      name: 'oauth-clients.requests',
      schedule: '28 * * * *',
      run: (signal) => {
        const before = new Date(this.clock.now().getTime() - REQUESTS_KEPT_MS);
        return deleteInBatches(this.dataSource, OLD, [before], signal);
      },
    });
  }
}

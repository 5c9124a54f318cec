import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { BackgroundWork } from '../background/background-work.js';
import { Clock, DAY } from '../config/clock.js';
import { deleteInBatches } from '../database/delete-in-batches.js';

/** A user who has had no answer by then asks again. */
const KEEP_MS = 180 * DAY;

const REQUESTS = { table: 'approval_requests', condition: 'requested_at < $1' };
const CONTINUATIONS = { table: 'approval_continuations', condition: 'expires_at < $1' };

/** Deletes old requests, and authorization requests that are too old to go on with. */
@Injectable()
export class ApprovalRetention implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly background: BackgroundWork,
  ) {}

  onModuleInit(): void {
    this.background.step({
      name: 'account-policy.requests',
      schedule: '38 * * * *',
      run: (signal) => {
        const before = new Date(this.clock.now().getTime() - KEEP_MS);
        return deleteInBatches(this.dataSource, REQUESTS, [before], signal);
      },
    });
    this.background.step({
      name: 'account-policy.continuations',
      schedule: '8 * * * *',
      run: (signal) => deleteInBatches(this.dataSource, CONTINUATIONS, [this.clock.now()], signal),
    });
  }
}

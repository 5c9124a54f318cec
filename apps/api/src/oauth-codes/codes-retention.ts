import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { BackgroundWork } from '../background/background-work.js';
import { Clock, DAY } from '../config/clock.js';
import { deleteInBatches } from '../database/delete-in-batches.js';

const KEEP_MS = 90 * DAY;
/**
 * A code is kept as long as its family, to recognise a repeat, and because the order of a
 * connection's grants is that of their codes.
 */
const OLD = { table: 'authorization_codes', condition: 'created_at < $1 AND family_id IS NULL' };

/** Deletes codes whose repetition would have no effect any more. */
@Injectable()
export class CodesRetention implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly background: BackgroundWork,
  ) {}

  onModuleInit(): void {
    this.background.step({
      name: 'oauth-codes.codes',
      schedule: '33 * * * *',
      run: (signal) => {
        const before = new Date(this.clock.now().getTime() - KEEP_MS);
        return deleteInBatches(this.dataSource, OLD, [before], signal);
      },
    });
  }
}

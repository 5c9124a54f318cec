import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { BackgroundWork } from '../background/background-work.js';
import { Clock, DAY } from '../config/clock.js';
import { deleteInBatches } from '../database/delete-in-batches.js';

/** Of history and figures of use: a year, and a month to ask questions about it. */
export const RECORDS_KEPT_MS = 400 * DAY;

const EVENTS = { table: 'connection_events', condition: 'at < $1', oldestBy: 'id' };
const USAGE = { table: 'connection_usage', condition: 'day < $1' };
const REVOCATIONS = { table: 'revocations', condition: 'expires_at < $1' };

/** Deletes old history and figures of use, and revocations whose tokens have all expired. */
@Injectable()
export class ConnectionsRetention implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly background: BackgroundWork,
  ) {}

  onModuleInit(): void {
    this.background.step({
      name: 'connections.events',
      schedule: '13 * * * *',
      run: (signal) => deleteInBatches(this.dataSource, EVENTS, [this.horizon()], signal),
    });
    this.background.step({
      name: 'connections.usage',
      schedule: '18 * * * *',
      run: (signal) => {
        const day = this.horizon().toISOString().slice(0, 10);
        return deleteInBatches(this.dataSource, USAGE, [day], signal);
      },
    });
    this.background.step({
      name: 'connections.revocations',
      schedule: '23 * * * *',
      run: (signal) => deleteInBatches(this.dataSource, REVOCATIONS, [this.clock.now()], signal),
    });
  }

  private horizon(): Date {
    return new Date(this.clock.now().getTime() - RECORDS_KEPT_MS);
  }
}

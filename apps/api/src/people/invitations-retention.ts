import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { BackgroundWork } from '../background/background-work.js';
import { Clock, DAY } from '../config/clock.js';
import { deleteInBatches } from '../database/delete-in-batches.js';
import { INVITATION_WINDOW_MS } from './invitation-limits.js';

/** As long as somebody may want to see that an invitation was not taken up, and send it again. */
export const EXPIRED_KEPT_MS = 30 * DAY;

const EXPIRED = { table: 'invitations', condition: 'expires_at <= $1' };
const MAILS = { table: 'invitation_mails', condition: 'at <= $1' };

/** Deletes invitations that expired long ago, and mails that no longer count. */
@Injectable()
export class InvitationsRetention implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly background: BackgroundWork,
  ) {}

  onModuleInit(): void {
    this.background.step({
      name: 'people.invitations',
      schedule: '37 * * * *',
      run: async (signal) => {
        const now = this.clock.now().getTime();
        const [expired, counted] = [EXPIRED_KEPT_MS, INVITATION_WINDOW_MS].map(
          (ms) => new Date(now - ms),
        );
        const invitations = await deleteInBatches(this.dataSource, EXPIRED, [expired], signal);
        return invitations + (await deleteInBatches(this.dataSource, MAILS, [counted], signal));
      },
    });
  }
}

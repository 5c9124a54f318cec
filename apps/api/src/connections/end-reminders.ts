import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { BackgroundWork } from '../background/background-work.js';
import { Clock, DAY } from '../config/clock.js';
import { OAuthClientsService } from '../oauth-clients/oauth-clients.service.js';
import { Notices } from '../users/notices.js';
import { NOT_COVERED } from './connection-endings.js';

/** How long before its end people are reminded of a connection; in the portal, too. */
export const REMIND_MS = 14 * DAY;

const PER_BATCH = 100;

/** Of active connections `c`: they end by themselves between the moments $1 and $2. */
const ENDS_SOON = `c.revoked_at IS NULL AND c.expires_at > $1 AND c.expires_at <= $2
  AND ${NOT_COVERED}`;

interface Ending {
  id: string;
  userId: string;
  oauthClientId: string;
  expiresAt: Date;
}

/** Tells whoever granted a connection, by one mail, that it is about to end by itself. */
@Injectable()
export class EndReminders implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly background: BackgroundWork,
    private readonly clients: OAuthClientsService,
    private readonly notices: Notices,
  ) {}

  onModuleInit(): void {
    this.background.step({
      name: 'connections.end-reminders',
      schedule: '33 * * * *',
      run: (signal) => this.remindAll(signal),
    });
  }

  /** How many of the user's connections end by themselves before long. */
  async count(userId: string): Promise<number> {
    const now = this.clock.now();
    const [{ count }]: [{ count: number }] = await this.dataSource.query(
      `SELECT count(*)::integer AS count FROM connections c
        WHERE ${ENDS_SOON} AND c.user_id = $3`,
      [now, new Date(now.getTime() + REMIND_MS), userId],
    );
    return count;
  }

  private async remindAll(signal: AbortSignal): Promise<number> {
    let all = 0;
    for (;;) {
      const reminded = await this.batch();
      all += reminded;
      if (reminded < PER_BATCH || signal.aborted) return all;
    }
  }

  private batch(): Promise<number> {
    const now = this.clock.now();
    return this.dataSource.transaction(async (tx) => {
      const ending: Ending[] = await tx.query(
        `SELECT c.id, c.user_id AS "userId", c.oauth_client_id AS "oauthClientId",
                c.expires_at AS "expiresAt"
           FROM connections c
          WHERE ${ENDS_SOON} AND c.reminded_of IS DISTINCT FROM c.expires_at
          ORDER BY c.id LIMIT ${PER_BATCH} FOR NO KEY UPDATE`,
        [now, new Date(now.getTime() + REMIND_MS)],
      );
      const clientIds = ending.map(({ oauthClientId }) => oauthClientId);
      const clients = await this.clients.byIds(clientIds, tx);
      await this.notices.tellEach(
        tx,
        'connection-ends',
        ending.map(({ id, userId, oauthClientId, expiresAt }) => {
          const application = clients.get(oauthClientId)?.name ?? '';
          return { userId, data: { connectionId: id, application, at: expiresAt.toISOString() } };
        }),
      );
      await tx.query('UPDATE connections SET reminded_of = expires_at WHERE id = ANY ($1)', [
        ending.map(({ id }) => id),
      ]);
      return ending.length;
    });
  }
}

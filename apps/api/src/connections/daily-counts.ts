import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { BackgroundWork } from '../background/background-work.js';
import { Clock, toDay } from '../config/clock.js';
import { currentConnections } from './find-connections.js';

/** Each has an index of its active connections, which is all that is read. */
const CLIENTS_PER_STATEMENT = 50;

/** How many active connections each client has had, day by day: nobody can tell that afterwards. */
@Injectable()
export class DailyCounts implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly background: BackgroundWork,
  ) {}

  onModuleInit(): void {
    this.background.step({
      name: 'connections.daily-counts',
      schedule: '58 * * * *',
      run: (signal) => this.count(signal),
    });
  }

  /**
   * The active connections of a client at the end of each day, as far as that was counted.
   * @param since YYYY-MM-DD, UTC
   */
  async of(oauthClientId: string, since: string): Promise<Map<string, number>> {
    const rows: { day: string; active: number }[] = await this.dataSource.query(
      `SELECT day::text AS day, active FROM connection_counts
        WHERE oauth_client_id = $1 AND day >= $2`,
      [oauthClientId, since],
    );
    return new Map(rows.map(({ day, active }) => [day, active]));
  }

  private async count(signal: AbortSignal): Promise<number> {
    const now = this.clock.now();
    const today = toDay(now);
    const connections = await currentConnections(this.dataSource.manager);
    let all = 0;
    let last: string | null = null;
    do {
      const counted: { id: string }[] = await this.dataSource.query(countOf(connections), [
        today,
        last,
        now,
      ]);
      all += counted.length;
      last = counted.at(-1)?.id ?? null;
    } while (last !== null && !signal.aborted);
    return all;
  }
}

function countOf(connections: string): string {
  return `
    WITH clients AS (
      SELECT id FROM oauth_clients
       WHERE deleted_at IS NULL AND ($2::uuid IS NULL OR id > $2)
       ORDER BY id LIMIT ${CLIENTS_PER_STATEMENT}
    ), counted AS (
      INSERT INTO connection_counts (oauth_client_id, day, active)
      SELECT id, $1, (SELECT count(*) FROM ${connections}
                       WHERE oauth_client_id = clients.id AND revoked_at IS NULL
                         AND (expires_at IS NULL OR expires_at > $3))
        FROM clients ORDER BY id
      ON CONFLICT (oauth_client_id, day) DO UPDATE SET active = excluded.active
    )
    SELECT id FROM clients ORDER BY id`;
}

import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Clock } from '../config/clock.js';
import { currentConnections } from './find-connections.js';

/** So many of a client's active connections are looked at, however many there are. */
const MOST = 1000;

/** What some of a client's connections tell about all of them. */
@Injectable()
export class ConnectionSamples {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** How many of a client's active connections have which scope; 1,000 are looked at. */
  async scopesOf(oauthClientId: string): Promise<Map<string, number>> {
    const { manager } = this.dataSource;
    const connections = await currentConnections(manager);
    const rows: { scope: string; count: number }[] = await manager.query(
      `SELECT scope, count(*)::integer AS count
         FROM (SELECT scope FROM ${connections}
                WHERE oauth_client_id = $1 AND revoked_at IS NULL
                  AND (expires_at IS NULL OR expires_at > $2) LIMIT ${MOST}) looked
        GROUP BY scope`,
      [oauthClientId, this.clock.now()],
    );
    return new Map(rows.map(({ scope, count }) => [scope, count]));
  }

  /** Which of these have ended because their user was disabled. */
  async endedByDisabling(ids: readonly string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const rows: { id: string }[] = await this.dataSource.query(
      `SELECT id FROM current_connections
        WHERE id = ANY ($1) AND revocation_reason = 'user_disabled'`,
      [ids],
    );
    return new Set(rows.map(({ id }) => id));
  }
}

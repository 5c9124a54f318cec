import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { Clock } from '../config/clock.js';
import { currentConnections } from './find-connections.js';

/** How many connections there are, for pages that say so. */
@Injectable()
export class ConnectionCounts {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** How many active connections each user has; users without any are left out. */
  async ofUsers(userIds: readonly string[]): Promise<Map<string, number>> {
    return userIds.length === 0 ? new Map() : this.active('user_id', 'user_id = ANY ($1)', userIds);
  }

  /** How many active connections each company has; those without any are left out. */
  async ofAccounts(accountIds: readonly string[]): Promise<Map<string, number>> {
    return accountIds.length === 0
      ? new Map()
      : this.active('account_id', 'account_id = ANY ($1)', accountIds);
  }

  /**
   * How many active connections a client has, and of how many companies. Both come from one index,
   * however many there are, unless an ending is being followed just now.
   * @param except companies that do not count
   */
  async ofClient(
    oauthClientId: string,
    except: readonly string[] = [],
  ): Promise<{ activeConnections: number; accounts: number }> {
    const { manager } = this.dataSource;
    const connections = await currentConnections(manager);
    const [counted]: [{ activeConnections: number; accounts: number }] = await manager.query(
      `SELECT coalesce(sum(active), 0)::integer AS "activeConnections", count(*)::integer AS accounts
         FROM (SELECT count(*) AS active FROM ${connections}
                WHERE oauth_client_id = $1 AND revoked_at IS NULL AND account_id <> ALL ($2::uuid[])
                GROUP BY account_id) of_account`,
      [oauthClientId, except],
    );
    return counted;
  }

  /**
   * How many active connections the account has to each client, by its database id.
   * @param tx in which they are to be counted, where there is one
   */
  byClient(accountId: string, tx?: EntityManager): Promise<Map<string, number>> {
    return this.active('oauth_client_id', 'account_id = $1', accountId, tx);
  }

  private async active(
    owner: 'user_id' | 'account_id' | 'oauth_client_id',
    condition: string,
    value: unknown,
    tx: EntityManager = this.dataSource.manager,
  ): Promise<Map<string, number>> {
    const rows: { owner: string; count: number }[] = await tx.query(
      `SELECT ${owner} AS owner, count(*)::integer AS count FROM current_connections
       WHERE ${condition} AND revoked_at IS NULL
         AND (expires_at IS NULL OR expires_at > $2) GROUP BY ${owner}`,
      [value, this.clock.now()],
    );
    return new Map(rows.map(({ owner, count }) => [owner, count]));
  }
}

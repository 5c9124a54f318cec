import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { ChangeFeed } from '../database/change-feed.js';
import { CLIENT_COLUMNS, CLIENT_ID, type OAuthClient } from './oauth-client.js';

/** What authenticating a client takes. Expired secrets are kept, to be told from wrong ones. */
export interface RegisteredClient {
  readonly client: OAuthClient;
  readonly secrets: readonly {
    readonly id: string;
    readonly hash: Buffer;
    readonly expiresAt: Date | null;
  }[];
}

type Row = OAuthClient & {
  secretId: string | null;
  secretHash: Buffer | null;
  secretExpiresAt: Date | null;
};

const BY_CLIENT_ID = `
  SELECT ${CLIENT_COLUMNS}, s.id AS "secretId", s.secret_hash AS "secretHash",
    s.expires_at AS "secretExpiresAt"
  FROM oauth_clients c LEFT JOIN oauth_client_secrets s ON s.oauth_client_id = c.id
  WHERE c.client_id = $1 AND c.deleted_at IS NULL`;

/**
 * The registered clients that this process has met, disabled ones too. While the change feed is
 * down they are asked of the database, and once it is back all are read anew. Unknown ids are not kept: a guesser could fill the
 * memory with them.
 */
@Injectable()
export class ClientCache {
  private readonly clients = new Map<string, RegisteredClient>();
  private readonly clientIds = new Map<string, string>();
  /** Counts the changes heard of, so that a read which began before one is not kept after it. */
  private changes = 0;

  constructor(
    private readonly feed: ChangeFeed,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {
    feed.subscribe({
      channel: 'oauth_clients',
      onChange: (id) => this.forget(id),
      catchUp: (_, reconnected) => {
        if (reconnected) this.forgetAll();
        return Promise.resolve();
      },
    });
  }

  /** The client of this id, or null when there is none or it has been deleted. */
  async find(clientId: string): Promise<RegisteredClient | null> {
    if (this.feed.isLive()) {
      const known = this.clients.get(clientId);
      if (known) return known;
    }
    if (!CLIENT_ID.test(clientId)) return null;
    const { changes } = this;
    const found = await this.read(clientId);
    if (found && changes === this.changes) {
      this.clients.set(clientId, found);
      this.clientIds.set(found.client.id, clientId);
    }
    return found;
  }

  /** Called by whoever changes a client, so that its own process sees the change at once. */
  forget(id: string): void {
    this.changes += 1;
    const clientId = this.clientIds.get(id);
    if (clientId === undefined) return;
    this.clients.delete(clientId);
    this.clientIds.delete(id);
  }

  private forgetAll(): void {
    this.changes += 1;
    this.clients.clear();
    this.clientIds.clear();
  }

  private async read(clientId: string): Promise<RegisteredClient | null> {
    const rows: Row[] = await this.dataSource.query(BY_CLIENT_ID, [clientId]);
    const [first] = rows;
    if (!first) return null;
    const { secretId: _id, secretHash: _hash, secretExpiresAt: _expiry, ...client } = first;
    return {
      client,
      secrets: rows.flatMap(({ secretId, secretHash, secretExpiresAt }) =>
        secretId && secretHash
          ? [{ id: secretId, hash: secretHash, expiresAt: secretExpiresAt }]
          : [],
      ),
    };
  }
}

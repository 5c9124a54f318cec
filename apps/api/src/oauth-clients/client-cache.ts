import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { type DataSource, IsNull } from 'typeorm';
import { ChangeFeed } from '../database/change-feed.js';
import { CLIENT_ID } from './client-rules.js';
import type { OAuthClient } from './oauth-client.js';
import { OAuthClientEntity } from './oauth-client.entity.js';
import { OAuthClientSecretEntity } from './oauth-client-secret.entity.js';

/**
 * What it takes to authenticate a client. Expired secrets are kept to tell them from wrong ones.
 */
export interface RegisteredClient {
  readonly client: OAuthClient;
  readonly secrets: readonly {
    readonly id: string;
    readonly hash: Buffer;
    readonly expiresAt: Date | null;
  }[];
}

/**
 * The registered clients that this process has seen, disabled ones too. While the change feed is
 * down, the database is asked each time, and once it is back, everything is read again. Unknown ids
 * are not cached, because guessing could fill the memory with them.
 */
@Injectable()
export class ClientCache {
  private readonly clients = new Map<string, RegisteredClient>();
  private readonly clientIds = new Map<string, string>();
  /** Counts the changes so far, so that a read that started before one is not cached after it. */
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

  /** The client with this id, or null if there is none or it has been deleted. */
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

  /** To be called after a change to a client, so that this process and others see it at once. */
  changed(id: string): void {
    this.forget(id);
    this.feed.tellOthers();
  }

  /** After the feed has told of a change. */
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
    const found = await this.dataSource
      .getRepository(OAuthClientEntity)
      .createQueryBuilder('client')
      .leftJoinAndMapMany(
        'client.secrets',
        OAuthClientSecretEntity,
        'secret',
        'secret.oauthClientId = client.id',
      )
      .addSelect('secret.secretHash')
      .where({ clientId, deletedAt: IsNull() })
      .getOne();
    if (!found) return null;
    const { secrets, ...client } = found as OAuthClientEntity & {
      secrets: OAuthClientSecretEntity[];
    };
    return {
      client,
      secrets: secrets.map(({ id, secretHash: hash, expiresAt }) => ({ id, hash, expiresAt })),
    };
  }
}

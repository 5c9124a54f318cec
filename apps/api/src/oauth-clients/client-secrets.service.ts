import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { hashSecret, randomSecret } from '@flixcheck/oauth-protocol';
import { isUUID } from 'class-validator';
import { randomUUID } from 'node:crypto';
import { type DataSource, type EntityManager, In } from 'typeorm';
import { Clock, DAY, SECOND } from '../config/clock.js';
import { ApiError, notFound } from '../http/api-error.js';
import { AuditLog } from '../users/audit-log.js';
import { ClientCache } from './client-cache.js';
import { OAuthClientEntity } from './oauth-client.entity.js';
import { OAuthClientSecretEntity } from './oauth-client-secret.entity.js';
import { SecretUsage } from './secret-usage.js';

/** Enough to rotate without an outage, and too few for forgotten ones to pile up. */
const MAX_LIVE_SECRETS = 2;
/** For this long the request log can tell an expired secret from a wrong one. */
export const EXPIRED_SECRETS_KEPT_MS = 30 * DAY;

export interface ClientSecret {
  id: string;
  name: string | null;
  lastFour: string;
  createdAt: Date;
  expiresAt: Date | null;
  /** null: not used since this is recorded. */
  lastUsedAt: Date | null;
}

/** A new secret, at the only time that its value is known. */
export type NewClientSecret = Omit<ClientSecret, 'lastUsedAt'> & { value: string };

/** The secrets of confidential clients: two live ones at most, stored as hashes. */
@Injectable()
export class ClientSecrets {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly cache: ClientCache,
    private readonly usage: SecretUsage,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /**
   * The live secrets of several clients by the clients' ids, oldest first, including uses that this
   * process has not written yet.
   */
  async listLive(oauthClientIds: readonly string[]): Promise<Map<string, ClientSecret[]>> {
    await this.usage.flush();
    const secrets = await this.dataSource.getRepository(OAuthClientSecretEntity).find({
      where: { oauthClientId: In([...oauthClientIds]) },
      order: { createdAt: 'ASC', id: 'ASC' },
    });
    const byClient = new Map<string, ClientSecret[]>(oauthClientIds.map((id) => [id, []]));
    for (const { oauthClientId, ...secret } of this.live(secrets)) {
      byClient.get(oauthClientId)?.push(toSecret(secret));
    }
    return byClient;
  }

  /**
   * Adds a secret beside the present one.
   * @param expireOthersAfterSeconds makes the other one expire, unless it does so earlier
   * @throws ApiError not_found; conflict for a public client, or when two are live
   */
  async rotate(
    oauthClientId: string,
    options: { name?: string | undefined; expireOthersAfterSeconds?: number | undefined },
    actorId: string | null,
  ): Promise<NewClientSecret> {
    const at = this.clock.now();
    const secret = await this.dataSource.transaction(async (tx) => {
      const client = await this.lockConfidentialClient(tx, oauthClientId);
      const live = await this.liveSecrets(tx, oauthClientId);
      if (live.length >= MAX_LIVE_SECRETS) {
        throw new ApiError(
          'conflict',
          `This client has ${MAX_LIVE_SECRETS} live secrets already. First remove the one that is no longer used.`,
        );
      }
      await forgetLongExpired(tx, oauthClientId, new Date(at.getTime() - EXPIRED_SECRETS_KEPT_MS));
      if (options.expireOthersAfterSeconds !== undefined) {
        const expiry = new Date(at.getTime() + options.expireOthersAfterSeconds * SECOND);
        await expireNoLaterThan(tx, live, expiry);
      }
      const added = await this.insert(tx, oauthClientId, at, options.name);
      await this.audit.record(tx, {
        actorId,
        action: 'client_secret_created',
        subjectId: oauthClientId,
        detail: {
          clientId: client.clientId,
          secretId: added.id,
          lastFour: added.lastFour,
          ...options,
        },
        at,
      });
      return added;
    });
    this.cache.changed(oauthClientId);
    return secret;
  }

  /**
   * Removes a secret; it stops working at once.
   * @throws ApiError not_found; conflict for the last live one
   */
  async remove(oauthClientId: string, secretId: string, actorId: string | null): Promise<void> {
    const at = this.clock.now();
    await this.dataSource.transaction(async (tx) => {
      const client = await this.lockConfidentialClient(tx, oauthClientId);
      const secret = isUUID(secretId)
        ? await tx.findOneBy(OAuthClientSecretEntity, { id: secretId, oauthClientId })
        : null;
      if (!secret) throw notFound('This secret');
      const others = (await this.liveSecrets(tx, oauthClientId)).filter(
        ({ id }) => id !== secretId,
      );
      if (others.length === 0) {
        throw new ApiError(
          'conflict',
          'This is the client’s last live secret. Add another one first, or disable the client.',
        );
      }
      await tx.delete(OAuthClientSecretEntity, { id: secretId });
      await this.audit.record(tx, {
        actorId,
        action: 'client_secret_removed',
        subjectId: oauthClientId,
        detail: { clientId: client.clientId, secretId, lastFour: secret.lastFour },
        at,
      });
    });
    this.cache.changed(oauthClientId);
  }

  /** For the registry: the first secret of a new client, in the transaction that creates it. */
  async insert(
    tx: EntityManager,
    oauthClientId: string,
    at: Date,
    name?: string,
  ): Promise<NewClientSecret> {
    const value = randomSecret();
    const secret = {
      id: randomUUID(),
      name: name ?? null,
      lastFour: value.slice(-4),
      createdAt: at,
      expiresAt: null,
    };
    await tx.insert(OAuthClientSecretEntity, {
      ...secret,
      oauthClientId,
      secretHash: hashSecret(value),
    });
    return { ...secret, value };
  }

  /** Locks the client, so that rotations and removals of its secrets happen one after the other. */
  private async lockConfidentialClient(tx: EntityManager, id: string): Promise<OAuthClientEntity> {
    const client = await lockClient(tx, id);
    if (client.kind === 'public') {
      throw new ApiError('conflict', 'A public client has no secrets: it proves itself by PKCE.');
    }
    return client;
  }

  private async liveSecrets(tx: EntityManager, oauthClientId: string) {
    return this.live(await tx.findBy(OAuthClientSecretEntity, { oauthClientId }));
  }

  private live<T extends { expiresAt: Date | null }>(secrets: T[]): T[] {
    const now = this.clock.now();
    return secrets.filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
  }
}

/**
 * The client, locked against other changes until the transaction ends.
 * @throws ApiError not_found for unknown and deleted ones
 */
export async function lockClient(tx: EntityManager, id: string): Promise<OAuthClientEntity> {
  const client = isUUID(id)
    ? await tx.findOne(OAuthClientEntity, { where: { id }, lock: { mode: 'for_no_key_update' } })
    : null;
  if (!client || client.deletedAt) throw notFound('This OAuth client');
  return client;
}

async function expireNoLaterThan(
  tx: EntityManager,
  secrets: readonly { id: string; expiresAt: Date | null }[],
  expiry: Date,
): Promise<void> {
  const later = secrets.filter(({ expiresAt }) => expiresAt === null || expiresAt > expiry);
  if (later.length === 0) return;
  await tx.update(
    OAuthClientSecretEntity,
    { id: In(later.map(({ id }) => id)) },
    { expiresAt: expiry },
  );
}

async function forgetLongExpired(tx: EntityManager, id: string, before: Date): Promise<void> {
  await tx.query(
    'DELETE FROM oauth_client_secrets WHERE oauth_client_id = $1 AND expires_at < $2',
    [id, before],
  );
}

function toSecret(secret: ClientSecret): ClientSecret {
  const { id, name, lastFour, createdAt, expiresAt, lastUsedAt } = secret;
  return { id, name, lastFour, createdAt, expiresAt, lastUsedAt };
}

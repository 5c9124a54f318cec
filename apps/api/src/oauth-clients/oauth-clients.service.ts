import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { randomUUID } from 'node:crypto';
import { type DataSource, type EntityManager, In, IsNull } from 'typeorm';
import { Clock } from '../config/clock.js';
import { searchable } from '../database/search-text.js';
import { notFound } from '../http/api-error.js';
import { ClientCache } from './client-cache.js';
import type { OAuthClient } from './oauth-client.js';
import { OAuthClientEntity } from './oauth-client.entity.js';

export type { OAuthClient } from './oauth-client.js';

export interface Deactivation {
  oauthClientId: string;
  /** The operator; null for the command line. */
  actorId: string | null;
  reason: 'client_disabled' | 'client_deleted';
  at: Date;
}

type DeactivationHook = (tx: EntityManager, event: Deactivation) => Promise<void>;

export interface Limitation {
  oauthClientId: string;
  /** The companies that the client is meant for from now on; the others lose it. */
  accountIds: readonly string[];
  /** The operator; null for the command line. */
  actorId: string | null;
  at: Date;
}

type LimitationHook = (tx: EntityManager, event: Limitation) => Promise<void>;

/** A client that belongs to the program itself, such as the API explorer. */
export type BuiltInClient = Pick<
  OAuthClient,
  'clientId' | 'name' | 'description' | 'publisher' | 'redirectUris' | 'scopes' | 'homepageUri'
>;

/**
 * Relation `(id, client_id, name, search_text)` of all clients, deleted ones too. This module
 * publishes it instead of its table, for others to sort and search their rows by.
 */
export const NAMED_CLIENTS = `(SELECT id, client_id, name,
  ${searchable(`name || ' ' || publisher`)} AS search_text FROM oauth_clients)`;

/** Relation `(id)` of the clients whose publisher is verified, for other modules' conditions. */
export const VERIFIED_CLIENTS = '(SELECT id FROM oauth_clients WHERE publisher_verified)';

/** Relation `(id, account_ids)` of the clients that are meant for chosen companies alone. */
export const LIMITED_CLIENTS =
  '(SELECT id, account_ids FROM oauth_clients WHERE account_ids IS NOT NULL)';

/** Whether the client is meant for the account. */
export const isMeantFor = (
  accountId: string,
  { accountIds }: Pick<OAuthClient, 'accountIds'>,
): boolean => accountIds === null || accountIds.includes(accountId);

/**
 * Sorts clients or companies in place, in the order of German dictionaries; those of the same name by
 * their ids.
 */
export function byName<Named extends { id: string; name: string }>(named: Named[]): Named[] {
  const { compare } = new Intl.Collator('de', { numeric: true });
  return named.sort((a, b) => compare(a.name, b.name) || (a.id < b.id ? -1 : 1));
}

/** What the other modules may ask of the registry. */
@Injectable()
export class OAuthClientsService {
  private readonly hooks: DeactivationHook[] = [];
  private readonly limitationHooks: LimitationHook[] = [];

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly cache: ClientCache,
    private readonly clock: Clock,
  ) {}

  /** The client, active or disabled; null for unknown and deleted ones alike. */
  async findByClientId(clientId: string): Promise<OAuthClient | null> {
    return (await this.cache.find(clientId))?.client ?? null;
  }

  /** The client, if it is active; null for unknown, disabled and deleted ones alike. */
  async findActiveByClientId(clientId: string): Promise<OAuthClient | null> {
    const client = await this.findByClientId(clientId);
    return client?.status === 'active' ? client : null;
  }

  /**
   * The public card of an active client.
   * @throws ApiError not_found
   */
  async card(clientId: string): Promise<OAuthClient> {
    const client = await this.findActiveByClientId(clientId);
    if (!client) throw notFound('This application');
    return client;
  }

  /** Clients by database id, disabled and deleted ones too, because histories show them. */
  async byIds(
    ids: readonly string[],
    tx: EntityManager = this.clients.manager,
  ): Promise<Map<string, OAuthClient>> {
    if (ids.length === 0) return new Map();
    const clients = await tx.findBy(OAuthClientEntity, { id: In([...new Set(ids)]) });
    return new Map(clients.map((client) => [client.id, client]));
  }

  /** What users of the account are offered: active and listed clients, by name. */
  async listAvailable(accountId: string): Promise<OAuthClient[]> {
    const listed = await this.clients.findBy({
      status: 'active',
      listed: true,
      deletedAt: IsNull(),
    });
    return byName(listed.filter((client) => isMeantFor(accountId, client)));
  }

  /**
   * Locks the client's row until the transaction ends, so that it cannot be disabled in between: a
   * grant either comes first, and is ended with the client, or finds the client disabled.
   * @returns the client as it is now, if it is active
   */
  lockActive(tx: EntityManager, id: string): Promise<OAuthClient | null> {
    return tx.findOne(OAuthClientEntity, {
      where: { id, status: 'active', deletedAt: IsNull() },
      lock: { mode: 'pessimistic_read' },
    });
  }

  /**
   * Runs the hook in the transaction that disables or deletes a client, after its row is locked.
   */
  onDeactivated(hook: DeactivationHook): void {
    this.hooks.push(hook);
  }

  /** For the registry: runs the registered hooks. */
  async announceDeactivation(tx: EntityManager, event: Deactivation): Promise<void> {
    for (const hook of this.hooks) await hook(tx, event);
  }

  /**
   * Runs the hook in the transaction that limits a client to some companies, after its row is locked.
   */
  onLimited(hook: LimitationHook): void {
    this.limitationHooks.push(hook);
  }

  /** For the registry: runs the registered hooks. */
  async announceLimitation(tx: EntityManager, event: Limitation): Promise<void> {
    for (const hook of this.limitationHooks) await hook(tx, event);
  }

  /**
   * Registers a public client of this program itself, or updates it. If an operator has disabled or
   * deleted it, it stays so.
   */
  async ensureBuiltIn(client: BuiltInClient): Promise<void> {
    const rows: { id: string }[] = await this.dataSource.query(
      `INSERT INTO oauth_clients AS c (id, client_id, name, description, publisher,
         publisher_verified, kind, redirect_uris, scopes, require_pkce, status, listed, homepage_uri,
         created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, true, 'public', $6, $7, true, 'active', false, $8, $9, $9)
       ON CONFLICT (client_id) DO UPDATE
         SET name = EXCLUDED.name, description = EXCLUDED.description,
           publisher = EXCLUDED.publisher, redirect_uris = EXCLUDED.redirect_uris,
           scopes = EXCLUDED.scopes, homepage_uri = EXCLUDED.homepage_uri,
           updated_at = EXCLUDED.updated_at, version = c.version + 1
         WHERE c.kind = 'public' AND c.deleted_at IS NULL
           AND (c.name, c.description, c.publisher, c.redirect_uris, c.scopes, c.homepage_uri)
             IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.description, EXCLUDED.publisher,
               EXCLUDED.redirect_uris, EXCLUDED.scopes, EXCLUDED.homepage_uri)
       RETURNING c.id`,
      [
        randomUUID(),
        client.clientId,
        client.name,
        client.description,
        client.publisher,
        client.redirectUris,
        client.scopes,
        client.homepageUri,
        this.clock.now(),
      ],
    );
    for (const { id } of rows) this.cache.changed(id);
  }

  private get clients() {
    return this.dataSource.getRepository(OAuthClientEntity);
  }
}

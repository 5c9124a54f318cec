import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { isUUID } from 'class-validator';
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type DataSource, type EntityManager, IsNull, Not } from 'typeorm';
import { Clock } from '../config/clock.js';
import { ApiError, notFound } from '../http/api-error.js';
import {
  DEFAULT_LIMIT,
  decodeCursor,
  type PageQuery,
  type ResourcesEnvelope,
  toPage,
} from '../http/envelope.js';
import { validationFailed } from '../http/validation.js';
import { AuditLog } from '../users/audit-log.js';
import { ClientCache } from './client-cache.js';
import {
  type ClientProfile,
  type ClientRecord,
  pickFields,
  PROFILE_FIELDS,
} from './client-record.js';
import { clientErrors, type ClientStatus } from './client-rules.js';
import { lookAlikeErrors } from './look-alikes.js';
import {
  type ClientSecret,
  ClientSecrets,
  lockClient,
  type NewClientSecret,
} from './client-secrets.service.js';
import type { OAuthClient } from './oauth-client.js';
import { OAuthClientEntity } from './oauth-client.entity.js';
import { OAuthClientSecretEntity } from './oauth-client-secret.entity.js';
import { OAuthClientsService } from './oauth-clients.service.js';
import type { OAuthClientCreateInput, OAuthClientUpdateInput } from './registry.dto.js';

/** A client as operators see it. */
export type RegistryClient = Readonly<ClientRecord> & { secrets: ClientSecret[] };

type Undefinable<Type> = { [Key in keyof Type]: Type[Key] | undefined };
export type NewClient = Undefinable<OAuthClientCreateInput>;
export type ClientPatch = Undefinable<OAuthClientUpdateInput>;

const PROFILE = PROFILE_FIELDS.map(({ name }) => name);
const CHANGEABLE = [...PROFILE, 'status'] as const;
const SHOWN = ['id', 'clientId', 'kind', 'status', ...PROFILE, 'createdAt', 'updatedAt'] as const;

/**
 * The registry of OAuth clients, for operators. The DTOs have checked each field; the rules here
 * need several of them, or the database. Every change leaves an audit record.
 */
@Injectable()
export class ClientRegistry {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly service: OAuthClientsService,
    private readonly secrets: ClientSecrets,
    private readonly cache: ClientCache,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /** All clients except deleted ones, newest first. */
  async list(page: PageQuery): Promise<ResourcesEnvelope<RegistryClient>> {
    const limit = page.limit ?? DEFAULT_LIMIT;
    const after = decodeCursor(page.cursor);
    const query = this.clients
      .createQueryBuilder('client')
      .where('client.deletedAt IS NULL')
      .orderBy('client.createdAt', 'DESC')
      .addOrderBy('client.id', 'DESC')
      .limit(limit + 1);
    if (after) {
      query.andWhere(
        // A cursor holds milliseconds.
        `(date_trunc('milliseconds', client.createdAt), client.id) < (:at::timestamptz, :id::uuid)`,
        { at: after[0], id: after[1] },
      );
    }
    const rows = await query.getMany();
    const secrets = await this.secrets.listLive(rows.map(({ id }) => id));
    return toPage(
      rows,
      limit,
      (client) => [client.createdAt.toISOString(), client.id],
      (client) => toRegistryClient(client, secrets.get(client.id)),
    );
  }

  /** @throws ApiError not_found, for deleted ones too */
  async get(id: string): Promise<RegistryClient> {
    const client = isUUID(id) ? await this.clients.findOneBy({ id, deletedAt: IsNull() }) : null;
    if (!client) throw notFound('This OAuth client');
    return this.withSecrets(client);
  }

  /**
   * The client with this public id, for the command line.
   * @throws ApiError not_found
   */
  async getByClientId(clientId: string): Promise<RegistryClient> {
    const client = await this.clients.findOneBy({ clientId, deletedAt: IsNull() });
    if (!client) throw notFound(`The OAuth client '${clientId}'`);
    return this.withSecrets(client);
  }

  /**
   * @returns the client; for a confidential one with its first secret, whose value is shown only
   *   here
   * @throws ApiError validation_failed; conflict when the clientId is or was in use
   */
  async create(
    input: NewClient,
    actorId: string | null,
  ): Promise<RegistryClient & { secret?: Omit<NewClientSecret, 'expiresAt'> }> {
    const at = this.clock.now();
    const client = newClient(input, at);
    const errors = clientErrors(client);
    if (errors.length > 0) throw validationFailed(errors);
    return this.dataSource.transaction(async (tx) => {
      await refuseLookAlikes(tx, client);
      await insertUnlessTaken(tx, client);
      const secret =
        client.kind === 'confidential' ? await this.secrets.insert(tx, client.id, at) : undefined;
      await this.audit.record(tx, {
        actorId,
        action: 'client_created',
        subjectId: client.id,
        detail: { clientId: client.clientId, kind: client.kind, redirectUris: client.redirectUris },
        at,
      });
      if (!secret) return toRegistryClient(client, []);
      const { value, ...stored } = secret;
      const { expiresAt: _never, ...first } = stored;
      return {
        ...toRegistryClient(client, [{ ...stored, lastUsedAt: null }]),
        secret: { ...first, value },
      };
    });
  }

  /**
   * Changes the fields that are given. Disabling ends the client's connections in the same
   * transaction; enabling brings none of them back.
   * @throws ApiError not_found, validation_failed
   */
  async update(id: string, patch: ClientPatch, actorId: string | null): Promise<RegistryClient> {
    const at = this.clock.now();
    const client = await this.dataSource.transaction(async (tx) => {
      const before = await lockClient(tx, id);
      const changes = changesOf(before, patch);
      if (Object.keys(changes).length === 0) return before;
      const after = Object.assign(new OAuthClientEntity(), before, changes, { updatedAt: at });
      const errors = clientErrors(after);
      if (errors.length > 0) throw validationFailed(errors);
      if (changes.name !== undefined || changes.publisher !== undefined) {
        await refuseLookAlikes(tx, after);
      }
      await tx.update(OAuthClientEntity, { id }, { ...changes, updatedAt: at });
      if (changes.status === 'disabled') {
        await this.service.announceDeactivation(tx, {
          oauthClientId: id,
          actorId,
          reason: 'client_disabled',
          at,
        });
      }
      await this.audit.record(tx, {
        actorId,
        action: actionOf(changes.status),
        subjectId: id,
        detail: { clientId: before.clientId, changes: describeChanges(before, changes) },
        at,
      });
      return after;
    });
    this.cache.forget(id);
    return this.withSecrets(client);
  }

  /**
   * Deletes the client for good: its connections end, its secrets are removed, its clientId is
   * never given out again. The row stays, because histories name it.
   * @throws ApiError not_found, for deleted ones too
   */
  async remove(id: string, actorId: string | null): Promise<void> {
    const at = this.clock.now();
    await this.dataSource.transaction(async (tx) => {
      const client = await lockClient(tx, id);
      await tx.update(
        OAuthClientEntity,
        { id },
        { status: 'disabled', deletedAt: at, updatedAt: at },
      );
      await tx.delete(OAuthClientSecretEntity, { oauthClientId: id });
      await this.service.announceDeactivation(tx, {
        oauthClientId: id,
        actorId,
        reason: 'client_deleted',
        at,
      });
      await this.audit.record(tx, {
        actorId,
        action: 'client_deleted',
        subjectId: id,
        detail: { clientId: client.clientId },
        at,
      });
    });
    this.cache.forget(id);
  }

  private get clients() {
    return this.dataSource.getRepository(OAuthClientEntity);
  }

  private async withSecrets(client: OAuthClient): Promise<RegistryClient> {
    const secrets = await this.secrets.listLive([client.id]);
    return toRegistryClient(client, secrets.get(client.id));
  }
}

function newClient(input: NewClient, at: Date): OAuthClientEntity {
  const profile = PROFILE_FIELDS.map(({ name, initial }) => [name, input[name] ?? initial]);
  return Object.assign(new OAuthClientEntity(), Object.fromEntries(profile) as ClientProfile, {
    id: randomUUID(),
    clientId: input.clientId ?? randomUUID(),
    kind: input.kind,
    status: 'active' as const,
    listed: true,
    createdAt: at,
    updatedAt: at,
    deletedAt: null,
  });
}

/** @throws ApiError validation_failed where users could take the client for another one */
async function refuseLookAlikes(tx: EntityManager, client: OAuthClientEntity): Promise<void> {
  const verified = await tx.findBy(OAuthClientEntity, {
    id: Not(client.id),
    publisherVerified: true,
    deletedAt: IsNull(),
  });
  const errors = lookAlikeErrors(client, verified);
  if (errors.length > 0) throw validationFailed(errors);
}

async function insertUnlessTaken(tx: EntityManager, client: OAuthClientEntity): Promise<void> {
  const inserted = await tx
    .createQueryBuilder()
    .insert()
    .into(OAuthClientEntity)
    .values(client)
    .orIgnore()
    .returning('id')
    .execute();
  if ((inserted.raw as unknown[]).length === 1) return;
  const taken = 'This clientId is in use, or was in use by a client that has been deleted.';
  throw new ApiError('conflict', `${taken} Choose another one.`, {
    errors: [{ field: 'clientId', code: 'taken', message: taken }],
  });
}

function changesOf(before: OAuthClientEntity, patch: ClientPatch): Partial<OAuthClientEntity> {
  const changed = CHANGEABLE.filter(
    (field) => patch[field] !== undefined && !isDeepStrictEqual(patch[field], before[field]),
  );
  return Object.fromEntries(changed.map((field) => [field, patch[field]]));
}

function describeChanges(before: OAuthClientEntity, changes: Partial<OAuthClientEntity>) {
  return Object.fromEntries(
    Object.entries(changes).map(([field, to]) => [
      field,
      { from: before[field as keyof OAuthClientEntity], to },
    ]),
  );
}

function actionOf(status: ClientStatus | undefined): string {
  if (status === 'disabled') return 'client_disabled';
  return status === 'active' ? 'client_enabled' : 'client_changed';
}

function toRegistryClient(client: OAuthClient, secrets: ClientSecret[] = []): RegistryClient {
  return { ...pickFields(client, SHOWN), secrets };
}

import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { isUUID } from 'class-validator';
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type DataSource, type EntityManager, In, IsNull, Not } from 'typeorm';
import { Clock } from '../config/clock.js';
import { ApiError, notFound } from '../http/api-error.js';
import { requireUnchanged } from '../http/entity-tag.js';
import { type CountedEnvelope, DEFAULT_LIMIT } from '../http/envelope.js';
import { inOrder } from '../http/searched-list.js';
import { validationFailed } from '../http/validation.js';
import { type AuditAction, AuditLog } from '../users/audit-log.js';
import { type AccountName, Accounts } from '../users/accounts.service.js';
import { UsersService } from '../users/users.service.js';
import { ClientCache } from './client-cache.js';
import {
  type ClientProfile,
  type ClientRecord,
  pickFields,
  PROFILE_FIELDS,
} from './client-record.js';
import { clientErrors, type ClientStatus } from './client-rules.js';
import { type ClientSearch, findClients } from './find-clients.js';
import { dropLogoUnlessAt } from './logo-rows.js';
import { lookAlikeErrors } from './look-alikes.js';
import {
  type ClientSecret,
  ClientSecrets,
  lockClient,
  type NewClientSecret,
} from './client-secrets.service.js';
import { OAuthClientEntity } from './oauth-client.entity.js';
import { OAuthClientSecretEntity } from './oauth-client-secret.entity.js';
import { byName, OAuthClientsService } from './oauth-clients.service.js';
import type {
  OAuthClientCreateInput,
  OAuthClientUpdateInput,
  PublisherVerificationDto,
} from './registry.dto.js';

/** A client as operators see it. */
export type RegistryClient = Readonly<ClientRecord> & {
  publisherVerification: PublisherVerificationDto | null;
  /** Those of `accountIds`, by name; null: it is meant for every company. */
  accounts: AccountName[] | null;
  version: number;
  secrets: ClientSecret[];
};

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
    private readonly users: UsersService,
    private readonly accounts: Accounts,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /** All clients except deleted ones, or those that are searched for. */
  async list(search: ClientSearch): Promise<CountedEnvelope<RegistryClient>> {
    const limit = search.limit ?? DEFAULT_LIMIT;
    const { ids, meta } = await findClients(this.dataSource.manager, { ...search, limit });
    const rows = ids.length === 0 ? [] : await this.clients.findBy({ id: In(ids) });
    return { resources: inOrder(ids, await this.describe(rows)), meta };
  }

  /** @throws ApiError not_found, for deleted ones too */
  async get(id: string): Promise<RegistryClient> {
    const client = isUUID(id) ? await this.clients.findOneBy({ id, deletedAt: IsNull() }) : null;
    if (!client) throw notFound('This OAuth client');
    return this.describeOne(client);
  }

  /**
   * The client with this public id, for the command line.
   * @throws ApiError not_found
   */
  async getByClientId(clientId: string): Promise<RegistryClient> {
    const client = await this.clients.findOneBy({ clientId, deletedAt: IsNull() });
    if (!client) throw notFound(`The OAuth client '${clientId}'`);
    return this.describeOne(client);
  }

  /**
   * @returns the client; for a confidential one with its first secret, whose value is shown only
   *   here
   * @throws ApiError validation_failed; conflict when the clientId is or was in use
   */
  async create(
    input: NewClient,
    actorId: string | null,
  ): Promise<RegistryClient & { secret?: Omit<NewClientSecret, 'expiresAt' | 'name'> }> {
    const at = this.clock.now();
    const client = newClient(input, at, actorId);
    const errors = clientErrors(client);
    if (errors.length > 0) throw validationFailed(errors);
    const secret = await this.dataSource.transaction(async (tx) => {
      await this.refuseUnknownAccounts(tx, client.accountIds);
      await refuseLookAlikes(tx, client);
      await insertUnlessTaken(tx, client);
      const first =
        client.kind === 'confidential' ? await this.secrets.insert(tx, client.id, at) : undefined;
      await this.audit.record(tx, {
        actorId,
        action: 'client_created',
        subjectId: client.id,
        detail: { clientId: client.clientId, kind: client.kind, redirectUris: client.redirectUris },
        at,
      });
      return first;
    });
    const created = await this.describeOne(client);
    if (!secret) return created;
    const { expiresAt: _never, name: _unnamed, ...shown } = secret;
    return { ...created, secret: shown };
  }

  /**
   * Changes the fields that are given. Disabling ends the client's connections in the same
   * transaction; enabling brings none of them back. Naming the companies that the client is meant
   * for ends the connections of all others, also where they are the same as before.
   * @param ifMatch the entity tag of what the change was made on
   * @param alongside what else is decided in the same transaction, with the client locked; what it
   *   throws leaves everything as it is
   * @throws ApiError not_found, validation_failed, precondition_failed
   */
  async update(
    id: string,
    patch: ClientPatch,
    actorId: string | null,
    ifMatch?: string,
    alongside?: (tx: EntityManager, client: OAuthClientEntity) => void | Promise<void>,
  ): Promise<RegistryClient> {
    const at = this.clock.now();
    const client = await this.dataSource.transaction(async (tx) => {
      const before = await lockClient(tx, id);
      requireUnchanged(ifMatch, before.version, 'This OAuth client');
      await alongside?.(tx, before);
      const { accountIds } = patch;
      // Unchanged ones too: a node of before chosen companies lets others in. Goes once none is left.
      if (accountIds) {
        await this.service.announceLimitation(tx, { oauthClientId: id, accountIds, actorId, at });
      }
      const changes = changesOf(before, patch);
      if (Object.keys(changes).length === 0) return before;
      const noted = {
        ...verification(before, changes, at, actorId),
        updatedAt: at,
        version: before.version + 1,
      };
      const after = Object.assign(new OAuthClientEntity(), before, changes, noted);
      const errors = clientErrors(after);
      if (errors.length > 0) throw validationFailed(errors);
      if (changes.name !== undefined || changes.publisher !== undefined) {
        await refuseLookAlikes(tx, after);
      }
      await this.refuseUnknownAccounts(tx, changes.accountIds);
      await tx.update(OAuthClientEntity, { id }, { ...changes, ...noted });
      if (changes.logoUri !== undefined) await dropLogoUnlessAt(tx, id, after.logoUri);
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
    this.cache.changed(id);
    return this.describeOne(client);
  }

  /** Since when the client has been switched off; null where it is not, or nobody knows. */
  async disabledSince({ id, status }: Pick<RegistryClient, 'id' | 'status'>): Promise<Date | null> {
    return status === 'disabled' ? this.audit.lastAt('client_disabled', id) : null;
  }

  /**
   * Deletes the client for good: its connections end, its secrets are removed, its clientId is
   * never given out again. The row stays, because histories name it.
   * @param ifMatch the entity tag of what was decided on
   * @throws ApiError not_found, for deleted ones too; precondition_failed
   */
  async remove(id: string, actorId: string | null, ifMatch?: string): Promise<void> {
    const at = this.clock.now();
    await this.dataSource.transaction(async (tx) => {
      const client = await lockClient(tx, id);
      requireUnchanged(ifMatch, client.version, 'This OAuth client');
      await tx.update(
        OAuthClientEntity,
        { id },
        { status: 'disabled', deletedAt: at, updatedAt: at, version: client.version + 1 },
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
    this.cache.changed(id);
  }

  private get clients() {
    return this.dataSource.getRepository(OAuthClientEntity);
  }

  private async describeOne(client: OAuthClientEntity): Promise<RegistryClient> {
    const [described] = await this.describe([client]);
    if (!described) throw new Error('one client in, one out');
    return described;
  }

  /** @throws ApiError validation_failed */
  private async refuseUnknownAccounts(
    tx: EntityManager,
    ids: readonly string[] | null | undefined,
  ): Promise<void> {
    const known = await this.accounts.names(ids ?? [], tx);
    const errors = (ids ?? []).flatMap((id, index) =>
      known.has(id)
        ? []
        : {
            field: `accountIds.${index}`,
            code: 'unknown_account',
            message: 'There is no company with this id. GET /admin/v7/accounts has them all.',
          },
    );
    if (errors.length > 0) throw validationFailed(errors);
  }

  private async describe(clients: readonly OAuthClientEntity[]): Promise<RegistryClient[]> {
    const [secrets, people, accounts] = await Promise.all([
      this.secrets.listLive(clients.map(({ id }) => id)),
      this.users.people(clients.flatMap(({ publisherVerifiedBy: by }) => by ?? [])),
      this.accounts.names(clients.flatMap(({ accountIds }) => accountIds ?? [])),
    ]);
    return clients.map((client) => {
      const { publisherVerifiedAt: at, publisherVerifiedBy } = client;
      const person = people.get(publisherVerifiedBy ?? '');
      const by = person && {
        id: person.id,
        firstName: person.firstName,
        lastName: person.lastName,
      };
      return {
        ...pickFields(client, SHOWN),
        publisherVerification: at && { at, by: by ?? null },
        accounts:
          client.accountIds && byName(client.accountIds.flatMap((id) => accounts.get(id) ?? [])),
        version: client.version,
        secrets: secrets.get(client.id) ?? [],
      };
    });
  }
}

function newClient(input: NewClient, at: Date, actorId: string | null): OAuthClientEntity {
  const profile = PROFILE_FIELDS.map(({ name, initial }) => [name, input[name] ?? initial]);
  return Object.assign(new OAuthClientEntity(), Object.fromEntries(profile) as ClientProfile, {
    id: randomUUID(),
    clientId: input.clientId ?? randomUUID(),
    kind: input.kind,
    status: 'active' as const,
    publisherVerifiedAt: input.publisherVerified ? at : null,
    publisherVerifiedBy: input.publisherVerified ? actorId : null,
    version: 1,
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

/**
 * Who has verified the publisher, and when. Whoever changes the name of a verified one vouches for
 * the new name.
 */
function verification(
  { publisherVerified }: OAuthClientEntity,
  changes: Partial<OAuthClientEntity>,
  at: Date,
  actorId: string | null,
): Partial<OAuthClientEntity> {
  if (changes.publisherVerified === undefined && changes.publisher === undefined) return {};
  return (changes.publisherVerified ?? publisherVerified)
    ? { publisherVerifiedAt: at, publisherVerifiedBy: actorId }
    : { publisherVerifiedAt: null, publisherVerifiedBy: null };
}

function describeChanges(before: OAuthClientEntity, changes: Partial<OAuthClientEntity>) {
  return Object.fromEntries(
    Object.entries(changes).map(([field, to]) => [
      field,
      { from: before[field as keyof OAuthClientEntity], to },
    ]),
  );
}

function actionOf(status: ClientStatus | undefined): AuditAction {
  if (status === 'disabled') return 'client_disabled';
  return status === 'active' ? 'client_enabled' : 'client_changed';
}

import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { isUUID } from 'class-validator';
import { randomUUID } from 'node:crypto';
import { type DataSource, type EntityManager, In } from 'typeorm';
import { Clock } from '../config/clock.js';
import { ApiError, notFound } from '../http/api-error.js';
import { refuseOverHourlyLimit } from '../http/attempt-limits.js';
import { type CountedEnvelope, DEFAULT_LIMIT, type PageQuery } from '../http/envelope.js';
import { byTime, findPage, inOrder, orderOf } from '../http/searched-list.js';
import { validationFailed } from '../http/validation.js';
import { AuditLog } from '../users/audit-log.js';
import { Notices } from '../users/notices.js';
import { type Person, UsersService } from '../users/users.service.js';
import {
  changesOf,
  onlyChanges,
  outdatedFields,
  patchOf,
  type RequestedChanges,
  type WantedChanges,
} from './client-changes.js';
import { clientErrors } from './client-rules.js';
import { lockClient } from './client-secrets.service.js';
import { OAuthClientEntity } from './oauth-client.entity.js';
import { OAuthClientsService } from './oauth-clients.service.js';
import { ClientRegistry } from './registry.service.js';

/** Of one developer, withdrawn ones counted: more would be pestering. */
export const MAX_CHANGE_REQUESTS_PER_HOUR = 20;
const LIMIT = {
  table: 'client_change_requests',
  user: 'requested_by',
  at: 'requested_at',
  most: MAX_CHANGE_REQUESTS_PER_HOUR,
  describe: (seconds: number) =>
    `You have asked for ${MAX_CHANGE_REQUESTS_PER_HOUR} changes within an hour. Wait for the answer, or try again in ${seconds} seconds.`,
};

export const CHANGE_REQUEST_STATUSES = ['open', 'accepted', 'declined'] as const;
export type ChangeRequestStatus = (typeof CHANGE_REQUEST_STATUSES)[number];

interface ChangeRequestRow {
  id: string;
  oauthClientId: string;
  requestedBy: string;
  requestedAt: Date;
  /** '' if there is none, as for the answer. */
  note: string;
  changes: RequestedChanges;
  status: ChangeRequestStatus;
  decidedBy: string | null;
  decidedAt: Date | null;
  answer: string;
}

export interface ChangeRequest extends Omit<ChangeRequestRow, 'requestedBy' | 'decidedBy'> {
  client: OAuthClientEntity;
  requestedBy: Person;
  decidedBy: Person | null;
  /** Open, but the registry no longer has what the request was made on: it cannot be accepted. */
  outdated: boolean;
}

export type NewChangeRequest = WantedChanges & { note?: string | undefined };

export interface ChangeRequestAnswer {
  status: 'accepted' | 'declined';
  answer: string;
  /** The operator. */
  by: string;
}

type Search = PageQuery & {
  oauthClientId?: string | undefined;
  status?: ChangeRequestStatus | undefined;
};

const COLUMNS = `id, oauth_client_id AS "oauthClientId", requested_by AS "requestedBy",
  requested_at AS "requestedAt", note, changes, status, decided_by AS "decidedBy",
  decided_at AS "decidedAt", answer`;
/** Withdrawn ones only count for the limit. */
const SHOWN = `status <> 'withdrawn'`;
const LATEST_FIRST = orderOf(
  { requestedAt: { columns: [byTime('requested_at')] } },
  '-requestedAt',
);

/**
 * What the developers of a client ask operators to change about it. One request per client is open
 * at a time; a new one takes its place.
 */
@Injectable()
export class ClientChangeRequests implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly registry: ClientRegistry,
    private readonly clients: OAuthClientsService,
    private readonly users: UsersService,
    private readonly audit: AuditLog,
    private readonly notices: Notices,
    private readonly clock: Clock,
  ) {}

  /** Nobody waits any more for what can no longer be met. */
  onModuleInit(): void {
    this.users.onDisabled((tx, { userId, ...by }) => this.withdrawOpen(tx, { userId }, by));
    this.clients.onDeactivated(async (tx, { oauthClientId, reason, ...by }) => {
      if (reason === 'client_deleted') await this.withdrawOpen(tx, { oauthClientId }, by);
    });
  }

  /** Of one client or of all, the latest first; withdrawn ones are left out. */
  async list({
    oauthClientId,
    status,
    limit = DEFAULT_LIMIT,
    cursor,
  }: Search): Promise<CountedEnvelope<ChangeRequest>> {
    const { ids, meta } = await findPage(
      this.dataSource.manager,
      {
        from: 'client_change_requests',
        order: LATEST_FIRST,
        conditions: (bind) => [
          SHOWN,
          ...(oauthClientId === undefined ? [] : [`oauth_client_id = ${bind(oauthClientId)}`]),
          ...(status === undefined ? [] : [`status = ${bind(status)}`]),
        ],
      },
      { limit, cursor },
    );
    const rows: ChangeRequestRow[] = await this.dataSource.query(
      `SELECT ${COLUMNS} FROM client_change_requests WHERE id = ANY ($1) AND ${SHOWN}`,
      [ids],
    );
    return { resources: await this.describe(inOrder(ids, rows)), meta };
  }

  /** @throws ApiError not_found, for withdrawn ones too */
  async get(id: string): Promise<ChangeRequest> {
    return this.describeOne(await this.read(id));
  }

  /**
   * Asks for a change; an open request for the same client is withdrawn.
   * @throws ApiError not_found for who is no developer of the client; validation_failed by the
   *   registry's rules, or when nothing would change; too_many_attempts
   */
  async open(
    oauthClientId: string,
    { note = '', ...wanted }: NewChangeRequest,
    userId: string,
  ): Promise<ChangeRequest> {
    const at = this.clock.now();
    const id = randomUUID();
    // Read before the lock is released: the next request withdraws this one.
    const row = await this.dataSource.transaction(async (tx) => {
      const client = await lockClient(tx, oauthClientId);
      const user = await this.users.lockActive(tx, userId);
      // Both are looked at under the lock under which a developer is removed.
      if (!user || !(await isDeveloper(tx, client.id, userId))) throw notFound('This OAuth client');
      await refuseOverHourlyLimit(tx, LIMIT, userId, at);
      const changes = changesOf(client, wanted);
      const redirectUris = changes.redirectUris?.to ?? client.redirectUris;
      const errors = clientErrors({ ...client, redirectUris });
      if (errors.length > 0) throw validationFailed(errors);
      await this.withdrawOpen(tx, { oauthClientId: client.id }, { actorId: userId, at });
      await tx.query(
        `INSERT INTO client_change_requests
           (id, oauth_client_id, requested_by, requested_at, note, changes, status)
         VALUES ($1, $2, $3, $4, $5, $6, 'open')`,
        [id, client.id, userId, at, note, JSON.stringify(changes)],
      );
      await this.audit.record(tx, {
        actorId: userId,
        action: 'client_change_requested',
        subjectId: client.id,
        detail: { clientId: client.clientId, request: id, changes: onlyChanges(changes) },
        at,
      });
      await this.notices.tellOperators(tx, 'client-change-requested', {
        person: `${user.firstName} ${user.lastName}`,
        application: client.name,
        note,
      });
      return this.read(id, tx);
    });
    return this.describeOne(row);
  }

  /**
   * Takes the client's open request back; any of its developers may.
   * @throws ApiError not_found for another client's; conflict for one that has been answered
   */
  async withdraw(oauthClientId: string, id: string, userId: string): Promise<void> {
    const at = this.clock.now();
    await this.dataSource.transaction(async (tx) => {
      const client = await lockClient(tx, oauthClientId);
      const request = await this.read(id, tx);
      if (request.oauthClientId !== client.id) throw notFound('The change request');
      if (request.status !== 'open') throw answered();
      await this.withdrawOpen(tx, { oauthClientId: client.id }, { actorId: userId, at });
    });
  }

  /**
   * Accepts the request, which changes the client as the registry would, or declines it.
   * @param ifMatch the entity tag of the client that was decided on
   * @throws ApiError not_found; conflict if it is no longer open, or the client no longer has what
   *   it was made on; what changing the client throws. Then nothing is changed
   */
  async answer(id: string, given: ChangeRequestAnswer, ifMatch?: string): Promise<ChangeRequest> {
    const { oauthClientId, changes } = await this.read(id);
    if (given.status === 'accepted') {
      await this.registry.update(
        oauthClientId,
        patchOf(changes),
        given.by,
        ifMatch,
        async (tx, client) => {
          await this.decide(tx, id, client, given);
          const errors = outdatedFields(client, changes).map((field) => ({
            field,
            code: 'outdated',
            message: 'is no longer what the request was made on.',
          }));
          if (errors.length === 0) return;
          const message =
            'The client has been changed since this was asked for, so the request no longer fits. Nothing was changed. Decline it, and ask the developer for a new one.';
          throw new ApiError('conflict', message, { errors });
        },
      );
    } else {
      await this.dataSource.transaction(async (tx) =>
        this.decide(tx, id, await lockClient(tx, oauthClientId), given),
      );
    }
    return this.get(id);
  }

  /**
   * Takes back what is open of a client, of a developer, or of both together, each on record.
   * @param by who has it taken back, whether they asked for just that or for what leads to it
   */
  async withdrawOpen(
    tx: EntityManager,
    { oauthClientId, userId }: { oauthClientId?: string; userId?: string },
    { actorId, at }: { actorId: string | null; at: Date },
  ): Promise<void> {
    const [withdrawn]: [{ id: string; subjectId: string; clientId: string }[], number] =
      await tx.query(
        `UPDATE client_change_requests r SET status = 'withdrawn', decided_at = $3
           FROM oauth_clients c
          WHERE c.id = r.oauth_client_id AND r.status = 'open'
            AND ($1::uuid IS NULL OR r.oauth_client_id = $1)
            AND ($2::uuid IS NULL OR r.requested_by = $2)
         RETURNING r.id, c.id AS "subjectId", c.client_id AS "clientId"`,
        [oauthClientId ?? null, userId ?? null, at],
      );
    const records = withdrawn.map(({ id, subjectId, clientId }) => ({
      ...{ actorId, action: 'client_change_withdrawn' as const, subjectId, at },
      detail: { clientId, request: id },
    }));
    await this.audit.recordAll(tx, records);
  }

  private async decide(
    tx: EntityManager,
    id: string,
    client: OAuthClientEntity,
    { status, answer, by }: ChangeRequestAnswer,
  ): Promise<void> {
    const at = this.clock.now();
    const [[request]]: [{ requestedBy: string }[], number] = await tx.query(
      `UPDATE client_change_requests SET status = $2, answer = $3, decided_by = $4, decided_at = $5
        WHERE id = $1 AND status = 'open' RETURNING requested_by AS "requestedBy"`,
      [id, status, answer, by, at],
    );
    if (!request) throw answered();
    await this.audit.record(tx, {
      actorId: by,
      action: `client_change_${status}`,
      subjectId: client.id,
      detail: { clientId: client.clientId, request: id },
      at,
    });
    await this.notices.tell(tx, 'client-change-decided', [request.requestedBy], {
      oauthClientId: client.id,
      application: client.name,
      status,
      answer,
    });
  }

  private async read(id: string, tx = this.dataSource.manager): Promise<ChangeRequestRow> {
    const [row] = isUUID(id)
      ? await tx.query<ChangeRequestRow[]>(
          `SELECT ${COLUMNS} FROM client_change_requests WHERE id = $1 AND ${SHOWN}`,
          [id],
        )
      : [];
    if (!row) throw notFound('The change request');
    return row;
  }

  private async describeOne(row: ChangeRequestRow): Promise<ChangeRequest> {
    const [request] = await this.describe([row]);
    if (!request) throw notFound('The change request');
    return request;
  }

  private async describe(rows: readonly ChangeRequestRow[]): Promise<ChangeRequest[]> {
    if (rows.length === 0) return [];
    const [clients, people] = await Promise.all([
      this.dataSource
        .getRepository(OAuthClientEntity)
        .findBy({ id: In(rows.map(({ oauthClientId }) => oauthClientId)) }),
      this.users.people(
        rows.flatMap(({ requestedBy, decidedBy }) => [
          requestedBy,
          ...(decidedBy ? [decidedBy] : []),
        ]),
      ),
    ]);
    return rows.map((row) => {
      const client = clients.find(({ id }) => id === row.oauthClientId);
      const requestedBy = people.get(row.requestedBy);
      if (!client || !requestedBy) throw new Error('a request without its client or developer');
      return {
        ...row,
        client,
        requestedBy,
        decidedBy: people.get(row.decidedBy ?? '') ?? null,
        outdated: row.status === 'open' && outdatedFields(client, row.changes).length > 0,
      };
    });
  }
}

async function isDeveloper(tx: EntityManager, oauthClientId: string, userId: string) {
  const rows: unknown[] = await tx.query(
    'SELECT 1 FROM client_developers WHERE oauth_client_id = $1 AND user_id = $2',
    [oauthClientId, userId],
  );
  return rows.length > 0;
}

function answered(): ApiError {
  const message = 'The request has been answered, withdrawn or replaced in the meantime.';
  return new ApiError('conflict', message, {
    errors: [{ field: 'status', code: 'answered', message }],
  });
}

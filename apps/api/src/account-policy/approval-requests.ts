import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { randomUUID } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { Clock, HOUR } from '../config/clock.js';
import { ApiError, notFound } from '../http/api-error.js';
import { refuseOverHourlyLimit } from '../http/attempt-limits.js';
import type { CursorKey } from '../http/envelope.js';
import { type OAuthClient, OAuthClientsService } from '../oauth-clients/oauth-clients.service.js';
import { AuditLog } from '../users/audit-log.js';
import { Notices } from '../users/notices.js';
import { type UserRecord, UsersService } from '../users/users.service.js';
import { allowedByAccount } from './account-policy.js';

/**
 * How long an authorization request is kept so that the user can go on after the approval. The
 * application does not wait longer either: `state` and the like live in a session of its own.
 */
export const CONTINUATION_MS = HOUR;

/** More would be pestering. */
export const MAX_REQUESTS_PER_HOUR = 20;
const LIMIT = {
  table: 'approval_requests',
  user: 'user_id',
  at: 'requested_at',
  most: MAX_REQUESTS_PER_HOUR,
  describe: (seconds: number) =>
    `You have asked ${MAX_REQUESTS_PER_HOUR} times within an hour. Wait for the answers, or try again in ${seconds} seconds.`,
};

export const REQUEST_STATUSES = ['open', 'approved', 'declined'] as const;
export type RequestStatus = (typeof REQUEST_STATUSES)[number];

export interface ApprovalRequest {
  id: string;
  accountId: string;
  userId: string;
  oauthClientId: string;
  /** '' if there is none, as for the answer. */
  note: string;
  status: RequestStatus;
  requestedAt: Date;
  decidedAt: Date | null;
  decidedBy: string | null;
  answer: string;
  /** The query of the authorize page to go on with, while it is kept. */
  query: string | null;
  queryUntil: Date | null;
}

export interface NewApprovalRequest {
  user: UserRecord;
  client: OAuthClient;
  note: string;
  /** The validated query of the authorize page, without `?`. */
  query: string;
}

export interface Answer {
  status: 'approved' | 'declined';
  answer: string;
  by: string;
  at: Date;
  /** The account has blocked the application, and its connections have ended. */
  blocked?: boolean;
}

const COLUMNS = `
  r.id, r.account_id AS "accountId", r.user_id AS "userId", r.oauth_client_id AS "oauthClientId",
  r.note, r.status, r.requested_at AS "requestedAt", r.decided_at AS "decidedAt",
  r.decided_by AS "decidedBy", r.answer, k.query, k.expires_at AS "queryUntil"`;
/** Withdrawn ones only count for the limit. */
const SHOWN = `status <> 'withdrawn'`;
/** @param now SQL expression for the present */
const rowsAt = (now: string) => `approval_requests r
  LEFT JOIN approval_continuations k ON k.approval_request_id = r.id AND k.expires_at > ${now}`;

/** What users ask their account to allow, and the answers. */
@Injectable()
export class ApprovalRequests implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly users: UsersService,
    private readonly clients: OAuthClientsService,
    private readonly audit: AuditLog,
    private readonly notices: Notices,
    private readonly clock: Clock,
  ) {}

  /** Requests that nobody wants any more, or that cannot be met, are left out. */
  onModuleInit(): void {
    this.users.onDisabled((tx, { userId, at }) => withdrawOpen(tx, at, 'user_id = $2', userId));
    this.clients.onDeactivated((tx, { oauthClientId, at }) =>
      withdrawOpen(tx, at, 'oauth_client_id = $2', oauthClientId),
    );
    this.clients.onLimited((tx, { oauthClientId, accountIds, at }) =>
      withdrawOpen(
        tx,
        at,
        'oauth_client_id = $2 AND account_id <> ALL ($3::uuid[])',
        oauthClientId,
        accountIds,
      ),
    );
  }

  /**
   * @param tx in which the user is locked as active
   * @throws ApiError conflict if the user has already asked; too_many_attempts
   */
  async open(tx: EntityManager, asked: NewApprovalRequest): Promise<string> {
    const at = this.clock.now();
    const { user, client, note, query } = asked;
    await refuseOverHourlyLimit(tx, LIMIT, user.id, at);
    const [row]: { id: string }[] = await tx.query(
      `WITH asked AS (
         INSERT INTO approval_requests
           (id, account_id, user_id, oauth_client_id, note, status, requested_at, answer)
         VALUES ($1, $2, $3, $4, $5, 'open', $6, '')
         ON CONFLICT (user_id, oauth_client_id) WHERE status = 'open' DO NOTHING
         RETURNING id
       ), kept AS (
         INSERT INTO approval_continuations (approval_request_id, query, expires_at)
         SELECT id, $7, $8 FROM asked
       )
       SELECT id FROM asked`,
      [
        randomUUID(),
        user.accountId,
        user.id,
        client.id,
        note,
        at,
        query,
        new Date(at.getTime() + CONTINUATION_MS),
      ],
    );
    if (!row) throw new ApiError('conflict', 'You have already asked. Wait for the answer.');
    await this.audit.record(tx, {
      actorId: user.id,
      action: 'approval_requested',
      subjectId: client.id,
      at,
    });
    await this.notices.tellAdmins(tx, 'approval-requested', user.accountId, {
      person: `${user.firstName} ${user.lastName}`,
      application: client.name,
      note,
    });
    return row.id;
  }

  /** Of these requests, the latest first. */
  list(
    accountId: string,
    where: { userId?: string | undefined; status?: RequestStatus | undefined },
    { limit, after }: { limit: number; after?: CursorKey | undefined },
  ): Promise<ApprovalRequest[]> {
    return this.dataSource.query(
      `SELECT ${COLUMNS} FROM ${rowsAt('$7')}
        WHERE r.account_id = $1 AND r.${SHOWN} AND ($2::uuid IS NULL OR r.user_id = $2)
          AND ($3::text IS NULL OR r.status = $3)
          AND ($4::timestamptz IS NULL OR (r.requested_at, r.id) < ($4, $5::uuid))
        ORDER BY r.requested_at DESC, r.id DESC LIMIT $6`,
      [
        accountId,
        where.userId ?? null,
        where.status ?? null,
        after?.[0] ?? null,
        after?.[1] ?? null,
        limit,
        this.clock.now(),
      ],
    );
  }

  /** @throws ApiError not_found */
  async get(accountId: string, id: string): Promise<ApprovalRequest> {
    const rows: ApprovalRequest[] = await this.dataSource.query(
      `SELECT ${COLUMNS} FROM ${rowsAt('$3')} WHERE r.account_id = $1 AND r.id = $2 AND r.${SHOWN}`,
      [accountId, id, this.clock.now()],
    );
    if (!rows[0]) throw notFound('The request');
    return rows[0];
  }

  /** The user's latest request; an approval that no longer holds does not count. */
  async latest(userId: string, oauthClientId: string): Promise<ApprovalRequest | null> {
    const [row]: ApprovalRequest[] = await this.dataSource.query(
      `SELECT ${COLUMNS} FROM ${rowsAt('$3')}
        WHERE r.user_id = $1 AND r.oauth_client_id = $2 AND r.${SHOWN}
        ORDER BY r.requested_at DESC, r.id DESC LIMIT 1`,
      [userId, oauthClientId, this.clock.now()],
    );
    return row && row.status !== 'approved' ? row : null;
  }

  /** The user's latest request of each client. */
  latestOfEach(userId: string): Promise<ApprovalRequest[]> {
    return this.dataSource.query(
      `SELECT DISTINCT ON (r.oauth_client_id) ${COLUMNS} FROM ${rowsAt('$2')}
        WHERE r.user_id = $1 AND r.${SHOWN}
        ORDER BY r.oauth_client_id, r.requested_at DESC, r.id DESC`,
      [userId, this.clock.now()],
    );
  }

  /** How many wait for each client, by its database id. */
  async openByClient(accountId: string): Promise<Map<string, number>> {
    const rows: { id: string; count: number }[] = await this.dataSource.query(
      `SELECT oauth_client_id AS id, count(*)::integer AS count FROM approval_requests
        WHERE account_id = $1 AND status = 'open' GROUP BY oauth_client_id`,
      [accountId],
    );
    return new Map(rows.map(({ id, count }) => [id, count]));
  }

  async countOpen(accountId: string): Promise<number> {
    const [{ count }]: [{ count: number }] = await this.dataSource.query(
      `SELECT count(*)::integer AS count FROM approval_requests
        WHERE account_id = $1 AND status = 'open'`,
      [accountId],
    );
    return count;
  }

  /**
   * Answers one request.
   * @returns whether it was open
   */
  async answer(tx: EntityManager, id: string, answer: Answer): Promise<boolean> {
    const ids = await this.answerThose(tx, 'r.id = $5', [id], answer);
    return ids.length > 0;
  }

  /**
   * Answers what a decision has answered: requests for what is allowed by now are approved.
   * @param tx in which the decision is made
   * @returns how many
   */
  async approveAllowed(
    tx: EntityManager,
    accountId: string,
    by: string,
    at: Date,
  ): Promise<number> {
    const allowed = allowedByAccount('r.account_id', 'r.oauth_client_id');
    const answer = { status: 'approved', answer: '', by, at } as const;
    const ids = await this.answerThose(tx, `r.account_id = $5 AND ${allowed}`, [accountId], answer);
    return ids.length;
  }

  /** Declines what is asked for an application that the account has blocked. */
  async declineAll(
    tx: EntityManager,
    accountId: string,
    oauthClientId: string,
    by: string,
    at: Date,
  ): Promise<void> {
    const answer = { status: 'declined', answer: '', by, at, blocked: true } as const;
    await this.answerThose(
      tx,
      'r.account_id = $5 AND r.oauth_client_id = $6',
      [accountId, oauthClientId],
      answer,
    );
  }

  /**
   * Takes an open request back.
   * @throws ApiError not_found for somebody else's, conflict for one that has been answered
   */
  async withdraw(userId: string, id: string): Promise<void> {
    const at = this.clock.now();
    await this.dataSource.transaction(async (tx) => {
      const [row]: { open: boolean; oauthClientId: string }[] = await tx.query(
        `SELECT status = 'open' AS open, oauth_client_id AS "oauthClientId"
           FROM approval_requests WHERE id = $1 AND user_id = $2 AND ${SHOWN} FOR UPDATE`,
        [id, userId],
      );
      if (!row) throw notFound('The request');
      if (!row.open)
        throw new ApiError('conflict', 'The request has been answered in the meantime.');
      await withdrawOpen(tx, at, 'id = $2', id);
      await this.audit.record(tx, {
        actorId: userId,
        action: 'approval_request_withdrawn',
        subjectId: row.oauthClientId,
        at,
      });
    });
  }

  /** A grant has been given: there is nothing left to go on with. */
  async forgetContinuations(tx: EntityManager, userId: string, oauthClientId: string) {
    await tx.query(
      `DELETE FROM approval_continuations WHERE approval_request_id IN (
         SELECT id FROM approval_requests WHERE user_id = $1 AND oauth_client_id = $2)`,
      [userId, oauthClientId],
    );
  }

  /** Forgets the authorization request: the user has gone back to the application without it. */
  async giveUpContinuation(userId: string, id: string): Promise<void> {
    await this.dataSource.query(
      `DELETE FROM approval_continuations k USING approval_requests r
        WHERE k.approval_request_id = $1 AND r.id = $1 AND r.user_id = $2`,
      [id, userId],
    );
  }

  private async answerThose(
    tx: EntityManager,
    condition: string,
    values: unknown[],
    { status, answer, by, at, blocked = false }: Answer,
  ): Promise<string[]> {
    const rows: { id: string; userId: string; oauthClientId: string }[] = await tx.query(
      `WITH answered AS (
         UPDATE approval_requests r
            SET status = $1, answer = $2, decided_by = $3, decided_at = $4
          WHERE r.status = 'open' AND ${condition}
         RETURNING r.id, r.user_id AS "userId", r.oauth_client_id AS "oauthClientId"
       ), forgotten AS (
         DELETE FROM approval_continuations
          WHERE $1 = 'declined' AND approval_request_id IN (SELECT id FROM answered)
       )
       SELECT * FROM answered`,
      [status, answer, by, at, ...values],
    );
    await this.audit.recordAll(
      tx,
      rows.map(({ id, userId, oauthClientId }) => ({
        actorId: by,
        action: `approval_request_${status}`,
        subjectId: oauthClientId,
        detail: { request: id, userId },
        at,
      })),
    );
    const ids = rows.map(({ oauthClientId }) => oauthClientId);
    const clients = await this.clients.byIds(ids, tx);
    await this.notices.tellEach(
      tx,
      'approval-decided',
      rows.map(({ userId, oauthClientId }) => {
        const application = clients.get(oauthClientId)?.name ?? '';
        return { userId, data: { application, status, answer, blocked } };
      }),
    );
    return rows.map(({ id }) => id);
  }
}

/** @param condition SQL for which ones, of the values as `$2`, `$3` … */
async function withdrawOpen(
  tx: EntityManager,
  at: Date,
  condition: string,
  ...values: unknown[]
): Promise<void> {
  await tx.query(
    `WITH withdrawn AS (
       UPDATE approval_requests SET status = 'withdrawn', decided_at = $1
        WHERE ${condition} AND status = 'open' RETURNING id
     )
     DELETE FROM approval_continuations
      WHERE approval_request_id IN (SELECT id FROM withdrawn)`,
    [at, ...values],
  );
}

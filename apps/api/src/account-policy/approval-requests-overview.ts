import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.js';
import { ConnectionsService } from '../connections/connections.service.js';
import type { SessionCaller } from '../http/access.js';
import { notFound } from '../http/api-error.js';
import { DEFAULT_LIMIT, decodeCursor, type ResourcesEnvelope, toPage } from '../http/envelope.js';
import { pickFields } from '../oauth-clients/client-record.js';
import { OAuthClientsService } from '../oauth-clients/oauth-clients.service.js';
import { UsersService } from '../users/users.service.js';
import { type ApprovalRequest, ApprovalRequests } from './approval-requests.js';
import {
  type ApprovalRequestDto,
  type ApprovalRequestsQuery,
  NEWS_MS,
  REQUESTED_CLIENT,
} from './approval-requests.dto.js';

/** The authorize page of the portal. */
const AUTHORIZE_PAGE = '/portal/oauth/authorize';

/** What the portal shows of requests: an admin all of the account, everybody else their own. */
@Injectable()
export class ApprovalRequestsOverview {
  constructor(
    private readonly requests: ApprovalRequests,
    private readonly clients: OAuthClientsService,
    private readonly users: UsersService,
    private readonly connections: ConnectionsService,
    private readonly clock: Clock,
  ) {}

  async list(
    caller: SessionCaller,
    query: ApprovalRequestsQuery,
  ): Promise<ResourcesEnvelope<ApprovalRequestDto>> {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const after = decodeCursor(query.cursor);
    const { role, userId, accountId } = caller;
    // Somebody else's do not exist for the caller.
    if (role !== 'admin' && (query.userId ?? userId) !== userId) return { resources: [], meta: {} };
    const of = role === 'admin' ? query.userId : userId;
    const rows = await this.requests.list(
      accountId,
      { userId: of, status: query.status },
      { limit: limit + 1, after },
    );
    const describe = await this.describer(caller, rows);
    return toPage(rows, limit, ({ requestedAt, id }) => [requestedAt.toISOString(), id], describe);
  }

  /** @throws ApiError not_found, also for one that the caller may not see */
  async find(caller: SessionCaller, id: string): Promise<ApprovalRequestDto> {
    const row = await this.requests.get(caller.accountId, id);
    if (caller.role !== 'admin' && row.userId !== caller.userId) throw notFound('The request');
    return (await this.describer(caller, [row]))(row);
  }

  /** For how many applications the user's latest request is open, or its answer news. */
  async countCurrent(userId: string): Promise<number> {
    const rows = await this.requests.latestOfEach(userId);
    if (rows.length === 0) return 0;
    const concerns = await this.currentFor(userId);
    return rows.filter(concerns).length;
  }

  /** @returns whether a request is one of the user's that is open, or was answered not long ago and not used since */
  private async currentFor(userId: string): Promise<(row: ApprovalRequest) => boolean> {
    const granted = await this.connections.grantedAtByClient(userId);
    const newsSince = this.clock.now().getTime() - NEWS_MS;
    return ({ userId: of, status, decidedAt, oauthClientId }) => {
      if (of !== userId) return false;
      if (decidedAt === null) return true;
      const grantedAt = granted.get(oauthClientId);
      const used = status === 'approved' && grantedAt !== undefined && grantedAt >= decidedAt;
      return !used && decidedAt.getTime() > newsSince;
    };
  }

  private async describer(
    caller: SessionCaller,
    rows: ApprovalRequest[],
  ): Promise<(row: ApprovalRequest) => ApprovalRequestDto> {
    const [clients, people, mine, isCurrent] = await Promise.all([
      this.clients.byIds(rows.map(({ oauthClientId }) => oauthClientId)),
      this.users.people(
        rows.flatMap(({ userId, decidedBy }) => (decidedBy ? [userId, decidedBy] : userId)),
      ),
      this.connections.activeByClient(caller.userId),
      this.currentFor(caller.userId),
    ]);
    return (row) => {
      const client = clients.get(row.oauthClientId);
      const requestedBy = people.get(row.userId);
      if (!client || !requestedBy) throw new Error('a request without its client or user');
      const goesOn =
        row.status === 'approved' && row.userId === caller.userId && row.query !== null;
      return {
        id: row.id,
        client: pickFields(client, REQUESTED_CLIENT),
        requestedBy,
        requestedAt: row.requestedAt.toISOString(),
        note: row.note,
        status: row.status,
        decidedBy: people.get(row.decidedBy ?? '') ?? null,
        decidedAt: row.decidedAt?.toISOString() ?? null,
        answer: row.answer,
        connected: mine.has(client.id),
        current: isCurrent(row),
        continueTo: goesOn ? `${AUTHORIZE_PAGE}?${row.query}` : null,
      };
    };
  }
}

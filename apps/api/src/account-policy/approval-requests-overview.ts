import { Injectable } from '@nestjs/common';
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

  private async describer(
    caller: SessionCaller,
    rows: ApprovalRequest[],
  ): Promise<(row: ApprovalRequest) => ApprovalRequestDto> {
    const [clients, people, mine] = await Promise.all([
      this.clients.byIds(rows.map(({ oauthClientId }) => oauthClientId)),
      this.users.people(
        rows.flatMap(({ userId, decidedBy }) => (decidedBy ? [userId, decidedBy] : userId)),
      ),
      this.connections.activeByClient(caller.userId),
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
        continueTo: goesOn ? `${AUTHORIZE_PAGE}?${row.query}` : null,
      };
    };
  }
}

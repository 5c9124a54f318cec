import { redirectHost, scopeCovers, splitScope } from '@flixcheck/oauth-protocol';
import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { createHash } from 'node:crypto';
import { parse } from 'node:querystring';
import { DataSource, type EntityManager } from 'typeorm';
import {
  AccountPolicyStore,
  type OwnAdvanceGrant,
} from '../account-policy/account-policy-store.js';
import { REFUSALS } from '../account-policy/account-policy.js';
import { type ApprovalRequest, ApprovalRequests } from '../account-policy/approval-requests.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import type { ConnectionRecord } from '../connections/connection.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { ApiError } from '../http/api-error.js';
import type { SessionCaller } from '../http/access.js';
import { ClientDevelopers } from '../oauth-clients/client-developers.js';
import { nearestClientId } from '../oauth-clients/near-client-id.js';
import { pickFields } from '../oauth-clients/client-record.js';
import { type OAuthClient, OAuthClientsService } from '../oauth-clients/oauth-clients.service.js';
import { KNOWN_SCOPES } from '../oauth-clients/oauth-scopes.js';
import { UsersService } from '../users/users.service.js';
import {
  AuthorizationRequestError,
  denialRedirect,
  notAllowed,
  unknownClient,
} from './authorization-request/authorization-refusals.js';
import {
  AuthorizationAttempt,
  type AuthorizationRequest,
  validateAuthorizationRequest,
} from './authorization-request/authorization-request.js';
import {
  type ApprovalRequestInput,
  type AskedDto,
  type AuthorizationRequestDto,
  REQUESTING_CLIENT,
} from './oauth-codes.dto.js';

/** What the authorize page shows, and what the user asks for instead of granting access. */
@Injectable()
export class AuthorizationRequests {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    private readonly users: UsersService,
    private readonly clients: OAuthClientsService,
    private readonly developers: ClientDevelopers,
    private readonly connections: ConnectionsService,
    private readonly policies: AccountPolicyStore,
    private readonly approvalRequests: ApprovalRequests,
  ) {}

  /**
   * Validates the query of the authorize page and returns what the page shows. Changes nothing.
   * @param attempt is told the refusal, where the user's account does not allow the client
   * @throws ApiError as `validateAuthorizationRequest` does
   */
  async describe(
    query: unknown,
    caller: SessionCaller,
    attempt: AuthorizationAttempt,
  ): Promise<AuthorizationRequestDto> {
    const request = await this.validate(query, true, attempt).catch(async (error: unknown) => {
      throw await this.withHint(error, query, caller);
    });
    const { client, redirectUri } = request;
    const [user, existing, { refusal: reason, advance }] = await Promise.all([
      this.users.findById(caller.userId),
      this.connections.findActive(client.id, caller.userId),
      this.policies.standing(caller, client),
    ]);
    if (!user || redirectUri === null) throw sessionEnded();
    const refusal =
      reason === null ? undefined : notAllowed(request, reason, this.config.publicUrl);
    attempt.refusal = refusal;
    const adminMayAllow = reason !== null && REFUSALS[reason].adminMayAllow;
    const asked = adminMayAllow && (await this.approvalRequests.latest(user.id, client.id));
    return {
      client: pickFields(client, REQUESTING_CLIENT),
      redirectUri,
      redirectHost: redirectHost(redirectUri),
      scope: request.scope,
      scopes: splitScope(request.scope),
      knownScopes: [...KNOWN_SCOPES],
      state: request.state ?? null,
      codeChallenge: request.codeChallenge ?? null,
      codeChallengeMethod: request.codeChallenge === undefined ? null : 'S256',
      clientVersion: versionOf(client),
      user: {
        id: user.id,
        email: user.email,
        firstName: user.firstName,
        lastName: user.lastName,
      },
      account: user.account,
      existingConnection: existing && {
        id: existing.id,
        scope: existing.scope,
        grantedAt: existing.grantedAt.toISOString(),
        lastUsedAt: existing.lastUsedAt?.toISOString() ?? null,
        expiresAt: existing.expiresAt?.toISOString() ?? null,
      },
      connectionVersion: connectionVersionOf(existing),
      denyRedirectTo:
        refusal?.options.redirectTo ?? denialRedirect(request, this.config.publicUrl) ?? '',
      grantedInAdvance: await this.describeAdvance(
        await this.inAdvance(request, user.id, advance, existing),
      ),
      refusal: reason && {
        reason,
        mayDecide: caller.role === 'admin' && adminMayAllow,
        request: asked ? toAskedDto(asked) : null,
      },
    };
  }

  /**
   * What an admin has granted, where that answers this request: no more is asked for, the connection
   * that is there stays as it is, and neither the user nor an admin has ended one since.
   */
  async inAdvance(
    { client, scope }: AuthorizationRequest,
    userId: string,
    advance: OwnAdvanceGrant | null,
    existing: ConnectionRecord | null,
    tx?: EntityManager,
  ): Promise<OwnAdvanceGrant | null> {
    if (!advance || client.kind === 'public' || !scopeCovers(advance.scope, scope)) return null;
    if (existing && (existing.scope !== scope || existing.expiresAt)) return null;
    const ended = await this.connections.endedByPersonSince(client.id, userId, advance.at, tx);
    return ended ? null : advance;
  }

  /**
   * Asks the admins of the user's account to allow the client, and keeps the authorization request
   * for a while, to go on with once they have.
   * @returns the id of the request
   * @throws ApiError as `validateAuthorizationRequest` does; conflict where the client is allowed, or
   *   the user has asked already; too_many_attempts
   */
  async askForApproval(
    { query, note = '' }: ApprovalRequestInput,
    caller: SessionCaller,
  ): Promise<string> {
    const asked = await this.validate(parseQuery(query), true, new AuthorizationAttempt());
    return this.dataSource.transaction(async (tx) => {
      const user = await this.users.lockActive(tx, caller.userId);
      if (!user) throw sessionEnded();
      const client = await this.clients.lockActive(tx, asked.client.id);
      if (!client) throw switchedOff();
      const whose = { accountId: user.accountId, userId: user.id };
      const { refusal } = await this.policies.standingForGrant(tx, whose, client);
      if (refusal === null) {
        throw new ApiError('conflict', 'Your company allows the application. Go on with it.');
      }
      const { adminMayAllow, detail } = REFUSALS[refusal];
      if (!adminMayAllow) throw new ApiError('conflict', `${detail} No admin can change that.`);
      return this.approvalRequests.open(tx, {
        user,
        client,
        note: note.trim(),
        query: query.replace(/^\?/, ''),
      });
    });
  }

  /**
   * @param page whether it comes from the page, which needs somewhere to send the browser to
   * @param locked the client, where its row is locked; otherwise as this node knows it
   * @throws ApiError as `validateAuthorizationRequest` does
   */
  validate(
    input: unknown,
    page: boolean,
    attempt: AuthorizationAttempt,
    locked?: OAuthClient,
  ): Promise<AuthorizationRequest> {
    const rules = {
      publicUrl: this.config.publicUrl,
      findClient: (clientId: string) =>
        locked ? Promise.resolve(locked) : this.clients.findByClientId(clientId),
      page,
    };
    return validateAuthorizationRequest(input, rules, attempt);
  }

  /** Who looks after an application is told its id, where the link nearly has it. */
  private async withHint(error: unknown, query: unknown, caller: SessionCaller): Promise<unknown> {
    if (!(error instanceof AuthorizationRequestError && error.reason === 'unknown_client')) {
      return error;
    }
    const { clientId, client_id: standard } = Object(query) as Record<string, unknown>;
    const sent = clientId ?? standard;
    if (typeof sent !== 'string') return error;
    const meant = nearestClientId(sent, await this.developers.clientIdsOf(caller.userId));
    return meant === undefined
      ? error
      : unknownClient('unknown_client', ` You look after ${meant}: is that the one you mean?`);
  }

  private async describeAdvance(
    advance: OwnAdvanceGrant | null,
  ): Promise<AuthorizationRequestDto['grantedInAdvance']> {
    if (!advance) return null;
    const people = await this.users.people(advance.by ? [advance.by] : []);
    return { at: advance.at.toISOString(), by: people.get(advance.by ?? '') ?? null };
  }
}

/** Another one where what the page shows of the client is another. */
export function versionOf(client: OAuthClient): string {
  return shortHash(pickFields(client, REQUESTING_CLIENT));
}

/** Another one where the answer would do something else: open, renew, narrow, widen or limit. */
export function connectionVersionOf(existing: ConnectionRecord | null): string {
  return shortHash(existing && [existing.id, existing.scope, existing.expiresAt]);
}

export function switchedOff(): ApiError {
  return new ApiError('unknown_client', 'The application has been switched off in the meantime.');
}

export function sessionEnded(): ApiError {
  return new ApiError('session_required', 'The session has ended. Sign in and try again.');
}

/** As the address line has it, so that a parameter that comes twice is noticed. */
function parseQuery(query: string): Record<string, unknown> {
  return { ...parse(query.replace(/^\?/, '')) };
}

function toAskedDto({ id, status, requestedAt, decidedAt, answer }: ApprovalRequest): AskedDto {
  return {
    id,
    status: status === 'declined' ? status : 'open',
    requestedAt: requestedAt.toISOString(),
    decidedAt: decidedAt?.toISOString() ?? null,
    answer,
  };
}

function shortHash(shown: unknown): string {
  return createHash('sha256').update(JSON.stringify(shown)).digest('base64url').slice(0, 22);
}

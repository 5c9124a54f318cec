import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { Clock } from '../config/clock.js';
import { ConnectionCounts } from '../connections/connection-counts.js';
import { ConnectionsService } from '../connections/connections.service.js';
import type { SessionCaller } from '../http/access.js';
import { ApiError, notFound } from '../http/api-error.js';
import type { PageQuery, ResourcesEnvelope } from '../http/envelope.js';
import { pageOfClients } from '../oauth-clients/client-pages.js';
import { pickFields } from '../oauth-clients/client-record.js';
import {
  byName,
  type OAuthClient,
  OAuthClientsService,
} from '../oauth-clients/oauth-clients.service.js';
import { AuditLog } from '../users/audit-log.js';
import { type Person, UsersService } from '../users/users.service.js';
import { AdvanceGrants, isSameGrant } from './advance-grants.js';
import { type Policy, refusalOf } from './account-policy.js';
import {
  AccountPolicyStore,
  type StoredDecision,
  type StoredPolicy,
} from './account-policy-store.js';
import {
  type AccountPolicyDto,
  type ChangedPolicyDto,
  type DecidedClientDto,
  type DecisionInput,
  POLICY_CLIENT,
  type PolicyClientDto,
  type PolicyEffectDto,
  type PolicyInput,
} from './account-policy.dto.js';
import { ApprovalRequests } from './approval-requests.js';

interface Consequences {
  endedConnections: number;
  approvedRequests: number;
}

/** What the admins of an account decide about applications, each decision on record. */
@Injectable()
export class AccountPolicies {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly store: AccountPolicyStore,
    private readonly requests: ApprovalRequests,
    private readonly advanceGrants: AdvanceGrants,
    private readonly connections: ConnectionsService,
    private readonly counts: ConnectionCounts,
    private readonly clients: OAuthClientsService,
    private readonly users: UsersService,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  async find({ accountId }: SessionCaller): Promise<AccountPolicyDto> {
    const [{ allows, updatedAt, updatedBy }, openRequests] = await Promise.all([
      this.store.read(accountId),
      this.requests.countOpen(accountId),
    ]);
    const people = await this.users.people(updatedBy ? [updatedBy] : []);
    return {
      allows,
      updatedAt: updatedAt?.toISOString() ?? null,
      updatedBy: people.get(updatedBy ?? '') ?? null,
      openRequests,
    };
  }

  /**
   * What is connected although this policy would not allow it, and what it would approve. Changes
   * nothing.
   * @param allows the current one by default
   */
  async effect({ accountId }: SessionCaller, allows?: Policy): Promise<PolicyEffectDto> {
    const policy = { ...(await this.store.read(accountId)), ...(allows && { allows }) };
    const [refused, approved] = await Promise.all([
      this.connectedAgainst(policy, accountId),
      this.askedForAndAllowed(policy, accountId),
    ]);
    const clients = byName(refused).map(({ clientId, name, activeConnections }) => ({
      clientId,
      name,
      activeConnections,
    }));
    const approvedClients = byName(approved).map(({ clientId, name, openRequests }) => ({
      clientId,
      name,
      openRequests,
    }));
    return {
      connections: clients.reduce((sum, { activeConnections }) => sum + activeConnections, 0),
      clients,
      approvedRequests: approvedClients.reduce((sum, { openRequests }) => sum + openRequests, 0),
      approvedClients,
    };
  }

  async change(
    caller: SessionCaller,
    { allows, endConnections = false }: PolicyInput,
  ): Promise<ChangedPolicyDto> {
    const { accountId, userId: by } = caller;
    const at = this.clock.now();
    const consequences = await this.dataSource.transaction(async (tx) => {
      const before = await this.store.lock(tx, accountId);
      if (before.allows !== allows) await this.store.writePolicy(tx, accountId, { allows, by, at });
      const endedConnections = endConnections
        ? await this.endRefused(tx, caller, { ...before, allows }, at)
        : 0;
      const approvedRequests = await this.requests.approveAllowed(tx, accountId, by, at);
      if (before.allows !== allows || endedConnections > 0) {
        await this.audit.record(tx, {
          actorId: by,
          action: 'account_policy_changed',
          subjectId: accountId,
          detail: { from: before.allows, to: allows, endedConnections },
          at,
        });
      }
      return { endedConnections, approvedRequests };
    });
    return { ...(await this.find(caller)), ...consequences };
  }

  /**
   * The applications that concern the account, by name: those that are offered, connected, decided
   * about or asked for.
   */
  async list(
    { accountId }: SessionCaller,
    page: PageQuery,
  ): Promise<ResourcesEnvelope<PolicyClientDto>> {
    const [offered, policy, active, requests] = await Promise.all([
      this.clients.listAvailable(accountId),
      this.store.read(accountId),
      this.counts.byClient(accountId),
      this.requests.openByClient(accountId),
    ]);
    const others = await this.clients.byIds([
      ...active.keys(),
      ...policy.decisions.keys(),
      ...requests.keys(),
    ]);
    const known = new Map([...others, ...offered.map((client) => [client.id, client] as const)]);
    const clients = byName([...known.values()].filter(({ deletedAt }) => deletedAt === null));
    const shown = pageOfClients(clients, page, (client) => client);
    const decisions = shown.resources.flatMap(({ id }) => policy.decisions.get(id) ?? []);
    const people = await this.users.people(decisions.flatMap(named));
    return {
      ...shown,
      resources: shown.resources.map((client) =>
        toDto(accountId, client, policy, active.get(client.id) ?? 0, people),
      ),
    };
  }

  /**
   * Allows an application for the account, blocks it, or leaves it to the policy.
   * @param id the database id of the client
   * @throws ApiError not_found; validation_failed for what cannot be granted in advance
   */
  async decide(caller: SessionCaller, id: string, input: DecisionInput): Promise<DecidedClientDto> {
    const client = (await this.clients.byIds([id])).get(id);
    if (!client || client.deletedAt !== null) throw notFound('The application');
    const { accountId } = caller;
    const consequences = await this.dataSource.transaction(async (tx) => {
      await this.advanceGrants.lockPeople(tx, accountId, input);
      return this.decideWithin(tx, caller, client, input);
    });
    const policy = await this.store.read(accountId);
    const active = await this.counts.byClient(accountId);
    const people = await this.users.people([policy.decisions.get(id) ?? []].flat().flatMap(named));
    return { ...toDto(accountId, client, policy, active.get(id) ?? 0, people), ...consequences };
  }

  /**
   * Allows an application that somebody has asked for, for everybody in the account.
   * @throws ApiError not_found, conflict for one that has been answered
   */
  async approve(caller: SessionCaller, requestId: string, answer: string): Promise<void> {
    const { accountId, userId: by } = caller;
    const { oauthClientId } = await this.requests.get(accountId, requestId);
    const client = (await this.clients.byIds([oauthClientId])).get(oauthClientId);
    if (!client) throw notFound('The application');
    const at = this.clock.now();
    await this.dataSource.transaction(async (tx) => {
      // In the order in which a grant and who disables the application lock.
      if (!(await this.clients.lockActive(tx, client.id))) throw notFound('The application');
      await this.store.lock(tx, accountId);
      const answered = { status: 'approved', answer, by, at } as const;
      if (!(await this.requests.answer(tx, requestId, answered))) throw answeredAlready();
      await this.decideWithin(tx, caller, client, { decision: 'allowed' });
    });
  }

  /** @throws ApiError not_found, conflict for one that has been answered */
  async decline({ accountId, userId: by }: SessionCaller, requestId: string, answer: string) {
    await this.requests.get(accountId, requestId);
    const at = this.clock.now();
    await this.dataSource.transaction(async (tx) => {
      const answered = { status: 'declined', answer, by, at } as const;
      if (!(await this.requests.answer(tx, requestId, answered))) throw answeredAlready();
    });
  }

  private async decideWithin(
    tx: EntityManager,
    caller: SessionCaller,
    client: OAuthClient,
    input: DecisionInput,
  ): Promise<Consequences> {
    const { decision, endConnections = false } = input;
    const { accountId, userId: by } = caller;
    const at = this.clock.now();
    const before = await this.store.lock(tx, accountId);
    const { decision: last = null, advance: lastAdvance = null } =
      before.decisions.get(client.id) ?? {};
    const advance = this.advanceGrants.requested(client, input, lastAdvance);
    const sameAdvance = isSameGrant(advance, lastAdvance);
    if (last !== decision || !sameAdvance) {
      const subject = { accountId, clientId: client.id };
      await this.store.writeDecision(tx, subject, { decision, advance, by, at });
      await this.advanceGrants.write(tx, subject, advance, { by, at });
    }
    const ends =
      decision === 'blocked' || (endConnections && isRefused(accountId, before, client, decision));
    const endedConnections = ends
      ? await this.connections.endDisallowed(tx, accountId, [client.id], { actorId: by, at })
      : 0;
    if (decision === 'blocked') {
      await this.requests.declineAll(tx, accountId, client.id, by, at);
    }
    const approvedRequests = await this.requests.approveAllowed(tx, accountId, by, at);
    const subject = { actorId: by, subjectId: client.id, at };
    // Of what is allowed, or blocked, together with a grant in advance, one record says both.
    const granted = !sameAdvance && advance !== null;
    const decided = last !== decision && !(decision === 'allowed' && granted);
    if (decided || endedConnections > 0) {
      await this.audit.record(tx, {
        ...subject,
        action: decision === null ? 'application_left_to_policy' : `application_${decision}`,
        detail: { accountId, from: last, endedConnections },
      });
    }
    if (granted || (!sameAdvance && !decided)) {
      await this.audit.record(tx, {
        ...subject,
        action: advance === null ? 'advance_grant_withdrawn' : 'application_granted_in_advance',
        detail: {
          accountId,
          from: lastAdvance?.scope ?? null,
          fromUserIds: lastAdvance?.userIds ?? null,
          scope: advance?.scope ?? null,
          userIds: advance?.userIds ?? null,
        },
      });
    }
    return { endedConnections, approvedRequests };
  }

  private async endRefused(
    tx: EntityManager,
    { accountId, userId: actorId }: SessionCaller,
    policy: StoredPolicy,
    at: Date,
  ): Promise<number> {
    const refused = await this.connectedAgainst(policy, accountId, tx);
    const ids = refused.map(({ id }) => id);
    return this.connections.endDisallowed(tx, accountId, ids, { actorId, at });
  }

  /** The applications that are connected although the policy does not allow them. */
  private async connectedAgainst(
    policy: StoredPolicy,
    accountId: string,
    tx?: EntityManager,
  ): Promise<(OAuthClient & { activeConnections: number })[]> {
    const active = await this.counts.byClient(accountId, tx);
    const connected = await this.clients.byIds([...active.keys()], tx);
    return [...connected.values()].flatMap((client) => {
      const decision = policy.decisions.get(client.id)?.decision ?? null;
      const activeConnections = active.get(client.id) ?? 0;
      return isRefused(accountId, policy, client, decision)
        ? [{ ...client, activeConnections }]
        : [];
    });
  }

  /** The applications that somebody waits for and that the policy allows. */
  private async askedForAndAllowed(
    policy: StoredPolicy,
    accountId: string,
  ): Promise<(OAuthClient & { openRequests: number })[]> {
    const asked = await this.requests.openByClient(accountId);
    const clients = await this.clients.byIds([...asked.keys()]);
    return [...clients.values()].flatMap((client) => {
      const decision = policy.decisions.get(client.id)?.decision ?? null;
      const openRequests = asked.get(client.id) ?? 0;
      return isRefused(accountId, policy, client, decision) ? [] : [{ ...client, openRequests }];
    });
  }
}

const answeredAlready = () =>
  new ApiError(
    'conflict',
    'The request has been answered or withdrawn in the meantime. Read it again.',
  );

/** Whom a decision names. */
function named({ decidedBy, advance }: StoredDecision): string[] {
  return [...(decidedBy ? [decidedBy] : []), ...(advance?.userIds ?? [])];
}

function isRefused(
  accountId: string,
  { allows }: StoredPolicy,
  client: OAuthClient,
  decision: DecisionInput['decision'],
): boolean {
  return refusalOf(accountId, { policy: allows, decision }, client) !== null;
}

function toDto(
  accountId: string,
  client: OAuthClient,
  { allows, decisions }: StoredPolicy,
  activeConnections: number,
  people: Map<string, Person>,
): PolicyClientDto {
  const decided = decisions.get(client.id);
  const decision = decided?.decision ?? null;
  const refusal = refusalOf(accountId, { policy: allows, decision }, client);
  return {
    ...pickFields(client, POLICY_CLIENT),
    allowed: refusal === null,
    refusal,
    decision,
    decidedAt: decided?.decidedAt.toISOString() ?? null,
    decidedBy: people.get(decided?.decidedBy ?? '') ?? null,
    advanceScope: decided?.advance?.scope ?? null,
    advanceUsers: decided?.advance?.userIds?.flatMap((userId) => people.get(userId) ?? []) ?? null,
    activeConnections,
  };
}

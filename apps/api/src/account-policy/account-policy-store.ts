import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { LIMITED_CLIENTS, type OAuthClient } from '../oauth-clients/oauth-clients.service.js';
import { ADVANCE_FOR_PEOPLE, type AdvanceGrant } from './advance-grants.js';
import { type Decision, type Policy, type RefusalReason, refusalOf } from './account-policy.js';

const POLICY_LOCK = 7_304_006;

export interface StoredDecision {
  decision: Decision;
  decidedAt: Date;
  decidedBy: string | null;
  /** What the application is granted without a question to its users; null: they are asked. */
  advance: AdvanceGrant | null;
}

/** What holds for one application. */
export interface Standing {
  /** Why the account does not allow it; null if it does. */
  refusal: RefusalReason | null;
  advance: OwnAdvanceGrant | null;
}

/** What an account has granted an application in advance for one of its people. */
export interface OwnAdvanceGrant {
  scope: string;
  at: Date;
  by: string | null;
}

/** Everything that an account has decided. */
export interface StoredPolicy {
  allows: Policy;
  /** null: never changed. */
  updatedAt: Date | null;
  updatedBy: string | null;
  /** By the database id of the client. */
  decisions: Map<string, StoredDecision>;
}

/** Reads and writes what accounts have decided, and keeps grants and decisions in order. */
@Injectable()
export class AccountPolicyStore {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** @param tx sees its own changes; without it, what is committed */
  async read(
    accountId: string,
    tx: EntityManager = this.dataSource.manager,
  ): Promise<StoredPolicy> {
    const rows: (Omit<StoredPolicy, 'decisions'> &
      Omit<StoredDecision, 'advance'> & {
        clientId: string | null;
        scope: string | null;
        userIds: string[] | null;
      })[] = await tx.query(
      `SELECT p.allows, p.updated_at AS "updatedAt", p.updated_by AS "updatedBy",
              d.oauth_client_id AS "clientId", d.decision, d.decided_at AS "decidedAt",
              d.decided_by AS "decidedBy", coalesce(d.advance_scope, chosen.scope) AS scope,
              chosen.user_ids AS "userIds"
         FROM account_policies p
         LEFT JOIN account_policy_decisions d USING (account_id)
         LEFT JOIN ${ADVANCE_FOR_PEOPLE} chosen USING (account_id, oauth_client_id)
        WHERE p.account_id = $1`,
      [accountId],
    );
    const [{ allows, updatedAt, updatedBy } = NEVER_CHANGED] = rows;
    const decisions = new Map(
      rows.flatMap(({ clientId, decision, decidedAt, decidedBy, scope, userIds }) => {
        if (clientId === null) return [];
        const advance = scope === null ? null : { scope, userIds };
        return [[clientId, { decision, decidedAt, decidedBy, advance }] as const];
      }),
    );
    return { allows, updatedAt, updatedBy, decisions };
  }

  /**
   * Why the account does not allow the application; null if it does.
   * @param client as the caller knows it: whether it is verified may be a moment old, but not which
   *   companies it is meant for
   */
  async refusal(accountId: string, client: OAuthClient): Promise<RefusalReason | null> {
    return (await this.findStanding(this.dataSource.manager, { accountId }, client)).refusal;
  }

  /** The same, with what the account has granted the application in advance for this user. */
  async standing(
    user: { accountId: string; userId: string },
    client: OAuthClient,
  ): Promise<Standing> {
    return this.findStanding(this.dataSource.manager, user, client);
  }

  /**
   * The same for a grant. Until its transaction ends, the account decides nothing else: a decision
   * either comes first and is seen here, or finds the connection that this transaction opens.
   */
  async standingForGrant(
    tx: EntityManager,
    user: { accountId: string; userId: string },
    client: OAuthClient,
  ): Promise<Standing> {
    await tx.query('SELECT pg_advisory_xact_lock_shared(hashtextextended($1, $2))', [
      user.accountId,
      POLICY_LOCK,
    ]);
    // A statement of its own, because its snapshot must be taken after the lock.
    return this.findStanding(tx, user, client);
  }

  /** Lets no grant and no other decision of the account in between, until the transaction ends. */
  async lock(tx: EntityManager, accountId: string): Promise<StoredPolicy> {
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, $2))', [
      accountId,
      POLICY_LOCK,
    ]);
    return this.read(accountId, tx);
  }

  /** @param tx in which the account is locked */
  async writePolicy(
    tx: EntityManager,
    accountId: string,
    { allows, by, at }: { allows: Policy; by: string; at: Date },
  ): Promise<void> {
    await tx.query(
      `INSERT INTO account_policies (account_id, allows, updated_at, updated_by)
       VALUES ($1, $2, $4, $3)
       ON CONFLICT (account_id) DO UPDATE
         SET allows = EXCLUDED.allows, updated_at = EXCLUDED.updated_at,
           updated_by = EXCLUDED.updated_by`,
      [accountId, allows, by, at],
    );
  }

  /**
   * What is granted in advance for some people is written by AdvanceGrants.
   * @param tx in which the account is locked
   */
  async writeDecision(
    tx: EntityManager,
    { accountId, clientId }: { accountId: string; clientId: string },
    {
      decision,
      advance,
      by,
      at,
    }: { decision: Decision | null; advance: AdvanceGrant | null; by: string; at: Date },
  ): Promise<void> {
    if (decision === null) {
      await tx.query(
        'DELETE FROM account_policy_decisions WHERE account_id = $1 AND oauth_client_id = $2',
        [accountId, clientId],
      );
      return;
    }
    const forEverybody = advance?.userIds === null ? advance.scope : null;
    await tx.query(
      `WITH policy AS (
         INSERT INTO account_policies (account_id, allows, updated_at, updated_by)
         VALUES ($1, 'every', NULL, NULL) ON CONFLICT (account_id) DO NOTHING
       )
       INSERT INTO account_policy_decisions
         (account_id, oauth_client_id, decision, decided_at, decided_by, advance_scope)
       VALUES ($1, $2, $3, $5, $4, $6)
       ON CONFLICT (account_id, oauth_client_id) DO UPDATE
         SET decision = EXCLUDED.decision, decided_at = EXCLUDED.decided_at,
           decided_by = EXCLUDED.decided_by, advance_scope = EXCLUDED.advance_scope`,
      [accountId, clientId, decision, by, at, forEverybody],
    );
  }

  private async findStanding(
    tx: EntityManager,
    { accountId, userId }: { accountId: string; userId?: string },
    { id, publisherVerified }: OAuthClient,
  ): Promise<Standing> {
    const [row]: [
      {
        allows: Policy | null;
        decision: Decision | null;
        accountIds: string[] | null;
        scope: string | null;
        at: Date;
        by: string | null;
      },
    ] = await tx.query(
      `SELECT p.allows, d.decision, limited.account_ids AS "accountIds",
              coalesce(d.advance_scope, own.scope) AS scope,
              CASE WHEN d.advance_scope IS NULL THEN own.granted_at ELSE d.decided_at END AS at,
              CASE WHEN d.advance_scope IS NULL THEN own.granted_by ELSE d.decided_by END AS by
         FROM (SELECT $1::uuid AS account_id, $2::uuid AS client_id) asked
         LEFT JOIN account_policies p USING (account_id)
         LEFT JOIN account_policy_decisions d
           ON d.account_id = p.account_id AND d.oauth_client_id = asked.client_id
         LEFT JOIN account_policy_advance_users own
           ON own.account_id = p.account_id AND own.oauth_client_id = asked.client_id
             AND own.user_id = $3
         LEFT JOIN ${LIMITED_CLIENTS} limited ON limited.id = asked.client_id`,
      [accountId, id, userId ?? null],
    );
    const { allows, decision, accountIds, scope, at, by } = row;
    const decided = { policy: allows ?? NEVER_CHANGED.allows, decision };
    return {
      refusal: refusalOf(accountId, decided, { publisherVerified, accountIds }),
      advance: scope === null ? null : { scope, at, by },
    };
  }
}

const NEVER_CHANGED = { allows: 'every', updatedAt: null, updatedBy: null } as const;

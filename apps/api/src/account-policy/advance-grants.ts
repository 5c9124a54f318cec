import { Injectable, type OnModuleInit } from '@nestjs/common';
import { resolveRequestedScope } from '@flixcheck/oauth-protocol';
import type { EntityManager } from 'typeorm';
import { validationFailed } from '../http/validation.js';
import type { OAuthClient } from '../oauth-clients/oauth-clients.service.js';
import { UsersService } from '../users/users.service.js';
import type { DecisionInput } from './account-policy.dto.js';

/** What an account has granted an application in advance, and for whom. */
export interface AdvanceGrant {
  scope: string;
  /** Ids; null: everybody in the account, whoever joins later included. */
  userIds: readonly string[] | null;
}

/** Relation `(account_id, oauth_client_id, scope, user_ids)` of what is for some people only. */
export const ADVANCE_FOR_PEOPLE = `(
  SELECT account_id, oauth_client_id, min(scope) AS scope,
         array_agg(user_id ORDER BY granted_at, user_id) AS user_ids
    FROM account_policy_advance_users GROUP BY account_id, oauth_client_id)`;

/** For whom applications have been granted in advance. */
@Injectable()
export class AdvanceGrants implements OnModuleInit {
  constructor(private readonly users: UsersService) {}

  /** Whoever may not act falls out, and is not granted anything by being enabled again. */
  onModuleInit(): void {
    this.users.onDisabled(async (tx, { userId }) => {
      await tx.query('DELETE FROM account_policy_advance_users WHERE user_id = $1', [userId]);
    });
  }

  /**
   * What an admin asks for, given what there is.
   * @throws ApiError validation_failed for what cannot be granted in advance
   */
  requested(
    client: OAuthClient,
    { decision, advanceScope, advanceUserIds }: DecisionInput,
    before: AdvanceGrant | null,
  ): AdvanceGrant | null {
    if (advanceUserIds && !advanceScope) {
      const message = 'Send `advanceScope` too: what the application is granted for these people.';
      throw validationFailed([{ field: 'advanceUserIds', code: 'scope_missing', message }]);
    }
    if (advanceScope === undefined) return decision === 'allowed' ? before : null;
    if (advanceScope === null) return null;
    assertPossible(client, decision, advanceScope);
    // Left out, it stays for whom it was: who does not know of them widens nothing.
    if (advanceUserIds === undefined)
      return { scope: advanceScope, userIds: before?.userIds ?? null };
    const userIds = advanceUserIds && [...new Set(advanceUserIds.map((id) => id.toLowerCase()))];
    return { scope: advanceScope, userIds };
  }

  /**
   * Locks the people whom a grant is for against being disabled meanwhile. To be called before the
   * account is locked, in the order in which a grant locks.
   * @throws ApiError validation_failed for everybody who is no active user of the account
   */
  async lockPeople(
    tx: EntityManager,
    accountId: string,
    { advanceUserIds }: DecisionInput,
  ): Promise<void> {
    if (!advanceUserIds) return;
    const active = await this.users.lockActiveOf(tx, accountId, advanceUserIds);
    const unknown = advanceUserIds.flatMap((id, index) =>
      active.has(id.toLowerCase()) ? [] : [`advanceUserIds.${index}`],
    );
    if (unknown.length === 0) return;
    const message = 'is no active user of your account.';
    throw validationFailed(unknown.map((field) => ({ field, code: 'unknown_user', message })));
  }

  /**
   * Writes for whom it is. Whoever had it already keeps the time since when, so that adding somebody
   * else does not grant again what they have ended.
   * @param tx in which the account is locked
   */
  async write(
    tx: EntityManager,
    { accountId, clientId }: { accountId: string; clientId: string },
    grant: AdvanceGrant | null,
    { by, at }: { by: string; at: Date },
  ): Promise<void> {
    const userIds = grant?.userIds ?? [];
    await tx.query(
      `DELETE FROM account_policy_advance_users
        WHERE account_id = $1 AND oauth_client_id = $2
          AND NOT (scope IS NOT DISTINCT FROM $3 AND user_id = ANY ($4::uuid[]))`,
      [accountId, clientId, grant?.scope ?? null, userIds],
    );
    if (!grant || userIds.length === 0) return;
    await tx.query(
      `INSERT INTO account_policy_advance_users
         (account_id, oauth_client_id, user_id, scope, granted_at, granted_by)
       SELECT $1, $2, id, $3, $5, $6 FROM unnest($4::uuid[]) id
       ON CONFLICT DO NOTHING`,
      [accountId, clientId, grant.scope, userIds, at, by],
    );
  }
}

export function isSameGrant(one: AdvanceGrant | null, other: AdvanceGrant | null): boolean {
  if (one?.scope !== other?.scope) return false;
  const [some, others] = [one?.userIds ?? null, other?.userIds ?? null];
  if (some === null || others === null) return some === others;
  return some.length === others.length && some.every((id) => others.includes(id));
}

/** A program on somebody's device could be imitated there, so its users are asked (RFC 8252 §8.6). */
function assertPossible(
  client: OAuthClient,
  decision: DecisionInput['decision'],
  scope: string,
): void {
  const refuse = (code: string, message: string) =>
    validationFailed([{ field: 'advanceScope', code, message }]);
  if (decision !== 'allowed') {
    throw refuse('not_allowed', 'Only what is allowed can be granted in advance.');
  }
  if (client.kind === 'public') {
    throw refuse(
      'public_client',
      'The application runs on the devices of its users, who are asked in any case.',
    );
  }
  const asked = resolveRequestedScope(scope, client.scopes);
  if (!asked.ok) throw refuse('scope_invalid', asked.reason);
}

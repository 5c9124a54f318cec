import type { FailureReason } from '../http/failure-reasons.js';
import {
  isMeantFor,
  LIMITED_CLIENTS,
  type OAuthClient,
  VERIFIED_CLIENTS,
} from '../oauth-clients/oauth-clients.service.js';

/** Which applications an account allows that it has not decided about one by one. */
export const POLICIES = ['every', 'verified', 'selected'] as const;
export type Policy = (typeof POLICIES)[number];

/** What an account has decided about one application; it takes precedence over the policy. */
export const DECISIONS = ['allowed', 'blocked'] as const;
export type Decision = (typeof DECISIONS)[number];

/** Why an account cannot use an application: the first has been decided by Flixcheck. */
export const REFUSAL_REASONS = [
  'not_for_account',
  'blocked',
  'not_verified',
  'not_selected',
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/**
 * Whether an account may use an application, and allows it.
 * @returns null: it does
 */
export function refusalOf(
  accountId: string,
  { policy, decision }: { policy: Policy; decision: Decision | null },
  client: Pick<OAuthClient, 'publisherVerified' | 'accountIds'>,
): RefusalReason | null {
  if (!isMeantFor(accountId, client)) return 'not_for_account';
  if (decision !== null) return decision === 'blocked' ? 'blocked' : null;
  if (policy === 'selected') return 'not_selected';
  return policy === 'verified' && !client.publisherVerified ? 'not_verified' : null;
}

/**
 * The same as an SQL condition, for the statement of a grant.
 * @param account SQL expression for the account's id
 * @param client SQL expression for the database id of the client
 */
export const allowedByAccount = (account: string, client: string): string => `
  NOT EXISTS (
    SELECT FROM account_policies policy
      LEFT JOIN account_policy_decisions chosen
        ON chosen.account_id = policy.account_id AND chosen.oauth_client_id = ${client}
     WHERE policy.account_id = ${account}
       AND CASE WHEN chosen.decision IS NOT NULL THEN chosen.decision = 'blocked'
                WHEN policy.allows = 'selected' THEN true
                WHEN policy.allows = 'verified' THEN NOT EXISTS (
                  SELECT FROM ${VERIFIED_CLIENTS} verified WHERE verified.id = ${client})
                ELSE false END)
  AND NOT EXISTS (
    SELECT FROM ${LIMITED_CLIENTS} limited
     WHERE limited.id = ${client} AND ${account} <> ALL (limited.account_ids))`;

interface Refusal {
  /** What the request log of a client calls it: one stable code for each reason. */
  reason: FailureReason;
  detail: string;
  /** Whether admins of the account can allow the application all the same. */
  adminMayAllow: boolean;
  /** What somebody can do about it. */
  remedy: string;
}

const ASK_ADMINS = 'An admin of the company can allow it; the authorize page lets the user ask.';

/** All that depends on why an application is refused. */
export const REFUSALS: Readonly<Record<RefusalReason, Refusal>> = {
  not_for_account: {
    reason: 'client_not_for_account',
    detail:
      'Flixcheck has registered this application for chosen companies, and the company of the user is none of them.',
    adminMayAllow: false,
    remedy: 'Ask the publisher of the application to have it registered for the company too.',
  },
  blocked: {
    reason: 'client_blocked_by_account',
    detail: 'The company of the user has blocked this application.',
    adminMayAllow: true,
    remedy: ASK_ADMINS,
  },
  not_verified: {
    reason: 'client_not_verified_for_account',
    detail:
      'The company of the user allows only applications whose publisher Flixcheck has verified, and those that its admins allow.',
    adminMayAllow: true,
    remedy: ASK_ADMINS,
  },
  not_selected: {
    reason: 'client_not_selected_by_account',
    detail: 'The company of the user allows only applications that its admins have allowed.',
    adminMayAllow: true,
    remedy: ASK_ADMINS,
  },
};

import { isScope, scopeIncludes } from '@flixcheck/oauth-protocol';
import { DAY, toDay } from '../config/clock.js';
import type { RecentRequests } from '../oauth-clients/recent-requests.js';
import type { RegistryClient } from '../oauth-clients/registry.service.js';
import type { RequestCount } from '../oauth-clients/request-counts.js';
import type { CodeExchanges, CodeSamples } from '../oauth-codes/code-samples.js';
import { ACCESS_TOKEN_LIFETIME_MS } from '../oauth-tokens/token-rules.js';

/** The figures that belong to each finding. */
export interface FindingParameters {
  secret_missing: Record<string, never>;
  redirect_without_tls: { redirectUri: string };
  redirect_only_local: Record<string, never>;
  codes_not_exchanged: { granted: number; notExchanged: number };
  refresh_token_reused: { requests: number };
  failures_frequent: { reason: string; requests: number; percent: number };
  secret_expires: { lastFour: string; expiresAt: string; days: number };
  refresh_too_often: { refreshes: number; early: number };
  users_disabled: { requests: number; connections: number };
  calls_expired: { requests: number; refreshes: number };
  calls_after_end: { requests: number };
  calls_beyond_scope: { requests: number };
  pkce_not_used: { looked: number; withoutPkce: number };
  pkce_not_required: { looked: number };
  state_missing: { looked: number; missing: number };
  state_constant: { looked: number; repeated: number; withoutPkce: number };
  second_secret_old: { lastFour: string; days: number };
  secret_unused: { lastFour: string; days: number };
  scope_unused: { scope: string; looked: number };
  no_traffic: { days: number };
}
export type FindingCode = keyof FindingParameters;

export const SEVERITIES = ['critical', 'warning', 'notice'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What is known of a client when it is examined. */
export interface Symptoms {
  now: Date;
  client: Pick<
    RegistryClient,
    'kind' | 'status' | 'redirectUris' | 'scopes' | 'requirePkce' | 'secrets' | 'createdAt'
  >;
  /** of the last 30 days */
  counts: readonly RequestCount[];
  /** of the newest requests, and of the last 24 hours */
  recent: Pick<RecentRequests, 'refreshes' | 'earlyRefreshes'>;
  /** of the connections that the newest exchanges belong to */
  codes: CodeSamples;
  /** of what users have granted lately */
  exchanges: CodeExchanges;
  /** Whether the server is on the machine of whoever tries it, so that everything else may be, too. */
  serverIsLocal: boolean;
  /** Requests for connections that have ended because their user was disabled. */
  afterDisabling: { requests: number; connections: number };
  /** How many active connections have which scope, of at most 1,000. */
  scopes: ReadonlyMap<string, number>;
}

export interface Finding<Code extends FindingCode = FindingCode> {
  code: Code;
  severity: Severity;
  /** the figures of what was seen */
  parameters: FindingParameters[Code];
}

type Rule = (symptoms: Symptoms) => Finding[];

/** Two secrets are for the days of a rotation. */
export const ROTATION_DAYS = 30;
/** Handing a new client's secret over and putting it to use takes some days. */
export const UNUSED_DAYS = 7;
export const EXPIRY_DAYS = 14;
const URGENT_DAYS = 3;
export const QUIET_DAYS = 30;
export const REUSE_MS = 7 * DAY;
/** Half of the time for which the token before is valid. */
export const EARLY_MS = ACCESS_TOKEN_LIFETIME_MS / 2;
/** With fewer, one user who tries twice would already be a finding. */
const FEWEST_REFRESHES = 20;
const FEWEST_FAILURES = 20;
/** Who refreshes once a call is refused has one refused call for each refresh, or some at a time. */
const EXPIRED_PER_REFRESH = 3;
const FEWEST_CONNECTIONS = 5;
/** Fewer may be somebody who tries the link by hand. */
const FEWEST_WITHOUT_STATE = 3;

/** RFC 9700 §2.1.1: confidential clients should use PKCE, too. */
const pkce: Rule = ({ client, codes: { looked, withoutPkce } }) => {
  if (client.requirePkce) return [];
  if (withoutPkce > 0) {
    return [{ code: 'pkce_not_used', severity: 'warning', parameters: { looked, withoutPkce } }];
  }
  return [{ code: 'pkce_not_required', severity: 'notice', parameters: { looked } }];
};

/**
 * RFC 6749 §10.12. With PKCE, a code is of no use in another browser either, as long as the verifier is
 * kept like a state (RFC 9700 §2.1): the same state is then only worth a look, and none is fine.
 */
const states: Rule = ({ codes }) => {
  const { looked, repeated, repeatedWithoutPkce: withoutPkce, missing } = codes.states;
  const findings: Finding[] = [];
  if (missing >= FEWEST_WITHOUT_STATE) {
    const parameters = { looked, missing };
    findings.push({ code: 'state_missing', severity: 'warning', parameters });
  }
  if (repeated > 0) {
    findings.push({
      code: 'state_constant',
      severity: withoutPkce > 0 ? 'warning' : 'notice',
      parameters: { looked, repeated, withoutPkce },
    });
  }
  return findings;
};

/** The registry refuses it; an older entry may still have it. */
const tls: Rule = ({ client }) =>
  client.redirectUris.filter(isOpenToAll).map((redirectUri) => ({
    code: 'redirect_without_tls',
    severity: 'critical',
    parameters: { redirectUri },
  }));

const LOOPBACK = ['127.0.0.1', '[::1]', 'localhost'];

function isOpenToAll(redirectUri: string): boolean {
  if (!URL.canParse(redirectUri)) return false;
  const { protocol, hostname } = new URL(redirectUri);
  return protocol === 'http:' && !LOOPBACK.includes(hostname);
}

/** Of a public client it is right: a program on the user's own machine. */
const onlyLocal: Rule = ({ client: { kind, status, redirectUris }, serverIsLocal }) =>
  !serverIsLocal &&
  kind === 'confidential' &&
  status === 'active' &&
  redirectUris.length > 0 &&
  redirectUris.every(isLocal)
    ? [{ code: 'redirect_only_local', severity: 'warning', parameters: {} }]
    : [];

export function isLocal(uri: string): boolean {
  return URL.canParse(uri) && LOOPBACK.includes(new URL(uri).hostname);
}

/** Somebody who goes back to the page and grants twice leaves one behind. */
const codesExchanged: Rule = ({ exchanges: { granted, notExchanged } }) => {
  const all = notExchanged === granted;
  if (notExchanged === 0 || !(all || (notExchanged >= 3 && notExchanged * 10 >= granted)))
    return [];
  return [
    {
      code: 'codes_not_exchanged',
      severity: all ? 'critical' : 'warning',
      parameters: { granted, notExchanged },
    },
  ];
};

const noSecret: Rule = ({ client }) =>
  client.kind === 'confidential' && client.secrets.length === 0
    ? [{ code: 'secret_missing', severity: 'critical', parameters: {} }]
    : [];

/** One that nobody uses any more may expire: that is how a rotation ends. */
const secretExpires: Rule = ({ client: { secrets }, now }) =>
  secrets.flatMap(({ lastFour, expiresAt, lastUsedAt }) => {
    if (!expiresAt) return [];
    const days = Math.ceil((expiresAt.getTime() - now.getTime()) / DAY);
    const isInUse = secrets.length === 1 || (lastUsedAt !== null && daysSince(lastUsedAt, now) < 1);
    if (days > EXPIRY_DAYS || !isInUse) return [];
    return [
      {
        code: 'secret_expires' as const,
        severity: days <= URGENT_DAYS ? ('critical' as const) : ('warning' as const),
        parameters: { lastFour, expiresAt: expiresAt.toISOString(), days },
      },
    ];
  });

const secretUnused: Rule = ({ client: { secrets }, now }) =>
  secrets
    .filter((secret) => !secret.lastUsedAt && daysSince(secret.createdAt, now) >= UNUSED_DAYS)
    .map(({ lastFour, createdAt }) => ({
      code: 'secret_unused',
      severity: 'notice',
      parameters: { lastFour, days: daysSince(createdAt, now) },
    }));

const twoSecrets: Rule = ({ client: { secrets }, now }) => {
  const [older, newer] = secrets;
  if (!older || !newer || older.expiresAt) return [];
  const days = daysSince(newer.createdAt, now);
  if (days < ROTATION_DAYS) return [];
  const { lastFour } = older;
  return [{ code: 'second_secret_old', severity: 'warning', parameters: { lastFour, days } }];
};

/** What a client never asks for only widens what a mistake of it may do. */
const scopes: Rule = ({ client, scopes: held }) => {
  const looked = [...held.values()].reduce((sum, count) => sum + count, 0);
  if (looked < FEWEST_CONNECTIONS) return [];
  const inUse = [...held.keys()].flatMap((scope) => scope.split(' ')).filter(isScope);
  return client.scopes
    .filter(isScope)
    .filter((scope) => !inUse.some((used) => scopeIncludes(used, scope)))
    .map((scope) => ({
      code: 'scope_unused',
      severity: 'notice',
      parameters: { scope, looked },
    }));
};

/** An access token lives for an hour, so that most calls need none. */
const refreshing: Rule = ({ recent: { refreshes, earlyRefreshes } }) =>
  earlyRefreshes >= FEWEST_REFRESHES && earlyRefreshes * 2 >= refreshes
    ? [
        {
          code: 'refresh_too_often',
          severity: 'warning',
          parameters: { refreshes, early: earlyRefreshes },
        },
      ]
    : [];

/** RFC 9700 §4.14.2: each of them has ended a family, and a user has to connect again. */
const reuse: Rule = ({ counts, now }) => {
  const requests = sum(since(counts, now, REUSE_MS / DAY), (count) =>
    count.reason === 'refresh_token_reused' ? count.requests : 0,
  );
  return requests === 0
    ? []
    : [{ code: 'refresh_token_reused', severity: 'critical', parameters: { requests } }];
};

const disabledUsers: Rule = ({ afterDisabling: { requests, connections } }) =>
  requests === 0
    ? []
    : [{ code: 'users_disabled', severity: 'warning', parameters: { requests, connections } }];

const calls: Rule = ({ counts, now }) => {
  const lately = since(counts, now, 2);
  const refused = (...reasons: string[]) =>
    sum(lately, ({ kind, reason, requests }) =>
      kind === 'api' && reasons.includes(reason) ? requests : 0,
    );
  const refreshes = sum(lately, ({ kind, failed, requests }) =>
    kind === 'refresh' && !failed ? requests : 0,
  );
  const expired = refused('access_token_expired');
  const ended = refused('connection_ended', 'access_token_revoked');
  const narrow = refused('scope_insufficient');
  const findings: Finding[] = [];
  if (expired >= FEWEST_FAILURES && expired > refreshes * EXPIRED_PER_REFRESH) {
    const parameters = { requests: expired, refreshes };
    findings.push({ code: 'calls_expired', severity: 'warning', parameters });
  }
  if (ended >= FEWEST_FAILURES) {
    findings.push({
      code: 'calls_after_end',
      severity: 'warning',
      parameters: { requests: ended },
    });
  }
  if (narrow >= FEWEST_FAILURES) {
    findings.push({
      code: 'calls_beyond_scope',
      severity: 'warning',
      parameters: { requests: narrow },
    });
  }
  return findings;
};

/** Calls of the API have rules of their own: of them, the log has no successes to compare with. */
const failures: Rule = ({ counts, now }) => {
  const lately = since(counts, now, 2).filter(({ kind }) => kind !== 'api');
  const all = sum(lately, ({ requests }) => requests);
  const byReason = new Map<string, number>();
  for (const { failed, reason, requests } of lately) {
    if (failed) byReason.set(reason, (byReason.get(reason) ?? 0) + requests);
  }
  return [...byReason]
    .filter(([, requests]) => requests >= FEWEST_FAILURES && requests * 10 >= all)
    .map(([reason, requests]) => ({
      code: 'failures_frequent',
      severity: requests * 2 >= all ? 'critical' : 'warning',
      parameters: { reason, requests, percent: Math.round((requests / all) * 100) },
    }));
};

const quiet: Rule = ({ client, counts, now }) => {
  const isYoung = daysSince(client.createdAt, now) < QUIET_DAYS;
  if (isYoung || client.status === 'disabled' || counts.length > 0) return [];
  return [{ code: 'no_traffic', severity: 'notice', parameters: { days: QUIET_DAYS } }];
};

const RULES: readonly Rule[] = [
  noSecret,
  tls,
  onlyLocal,
  codesExchanged,
  reuse,
  failures,
  secretExpires,
  refreshing,
  disabledUsers,
  calls,
  pkce,
  states,
  twoSecrets,
  secretUnused,
  scopes,
  quiet,
];

/** What is wrong or risky with a client, the worst first. */
export function examine(symptoms: Symptoms): Finding[] {
  return RULES.flatMap((rule) => rule(symptoms)).sort(
    (one, other) => SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity),
  );
}

function daysSince(moment: Date, now: Date): number {
  return Math.floor((now.getTime() - moment.getTime()) / DAY);
}

/** @param days today (UTC) is the last of them */
function since(counts: readonly RequestCount[], now: Date, days: number): RequestCount[] {
  const first = toDay(new Date(now.getTime() - (days - 1) * DAY));
  return counts.filter(({ day }) => day >= first);
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

import { Finding } from '../api/types';
import { Formats } from '../i18n/formats';

interface Words {
  /** The text of what was seen, which takes the finding's parameters. */
  seen: (parameters: Finding['parameters']) => string;
  remedy: string;
}

const WORDS: Readonly<Record<Finding['code'], Words>> = {
  secret_missing: {
    seen: () => 'reports.finding.secret_missing.seen',
    remedy: 'reports.finding.secret_missing.remedy',
  },
  redirect_without_tls: {
    seen: () => 'reports.finding.redirect_without_tls.seen',
    remedy: 'reports.finding.redirect_without_tls.remedy',
  },
  redirect_only_local: {
    seen: () => 'reports.finding.redirect_only_local.seen',
    remedy: 'reports.finding.redirect_only_local.remedy',
  },
  codes_not_exchanged: {
    seen: ({ granted, notExchanged }) =>
      granted === notExchanged
        ? 'reports.finding.codes_not_exchanged.seenNone'
        : 'reports.finding.codes_not_exchanged.seen',
    remedy: 'reports.finding.codes_not_exchanged.remedy',
  },
  refresh_token_reused: {
    seen: ({ requests }) =>
      requests === 1
        ? 'reports.finding.refresh_token_reused.seenOnce'
        : 'reports.finding.refresh_token_reused.seen',
    remedy: 'reports.finding.refresh_token_reused.remedy',
  },
  failures_frequent: {
    seen: () => 'reports.finding.failures_frequent.seen',
    remedy: 'reports.finding.failures_frequent.remedy',
  },
  secret_expires: {
    seen: () => 'reports.finding.secret_expires.seen',
    remedy: 'reports.finding.secret_expires.remedy',
  },
  refresh_too_often: {
    seen: () => 'reports.finding.refresh_too_often.seen',
    remedy: 'reports.finding.refresh_too_often.remedy',
  },
  users_disabled: {
    seen: () => 'reports.finding.users_disabled.seen',
    remedy: 'reports.finding.users_disabled.remedy',
  },
  calls_expired: {
    seen: () => 'reports.finding.calls_expired.seen',
    remedy: 'reports.finding.calls_expired.remedy',
  },
  calls_after_end: {
    seen: () => 'reports.finding.calls_after_end.seen',
    remedy: 'reports.finding.calls_after_end.remedy',
  },
  calls_beyond_scope: {
    seen: () => 'reports.finding.calls_beyond_scope.seen',
    remedy: 'reports.finding.calls_beyond_scope.remedy',
  },
  pkce_not_used: {
    seen: () => 'reports.finding.pkce_not_used.seen',
    remedy: 'reports.finding.pkce_not_used.remedy',
  },
  pkce_not_required: {
    seen: ({ looked }) =>
      looked === 0
        ? 'reports.finding.pkce_not_required.seenUnknown'
        : 'reports.finding.pkce_not_required.seen',
    remedy: 'reports.finding.pkce_not_required.remedy',
  },
  state_missing: {
    seen: () => 'reports.finding.state_missing.seen',
    remedy: 'reports.finding.state_missing.remedy',
  },
  state_constant: {
    seen: ({ withoutPkce }) =>
      withoutPkce === 0
        ? 'reports.finding.state_constant.seenWithPkce'
        : 'reports.finding.state_constant.seen',
    remedy: 'reports.finding.state_constant.remedy',
  },
  second_secret_old: {
    seen: () => 'reports.finding.second_secret_old.seen',
    remedy: 'reports.finding.second_secret_old.remedy',
  },
  secret_unused: {
    seen: () => 'reports.finding.secret_unused.seen',
    remedy: 'reports.finding.secret_unused.remedy',
  },
  scope_unused: {
    seen: () => 'reports.finding.scope_unused.seen',
    remedy: 'reports.finding.scope_unused.remedy',
  },
  no_traffic: {
    seen: () => 'reports.finding.no_traffic.seen',
    remedy: 'reports.finding.no_traffic.remedy',
  },
};

export const SEVERITIES = {
  critical: { text: 'reports.doctor.severity.critical', chip: 'fx-chip fx-chip--negative' },
  warning: { text: 'reports.doctor.severity.warning', chip: 'fx-chip fx-chip--caution' },
  notice: { text: 'reports.doctor.severity.notice', chip: 'fx-chip' },
} as const;

type Translate = (text: string, values?: Record<string, unknown>) => string;

/** What was found and how to mend it, in the reader's language. */
interface SaidFinding {
  seen: string;
  remedy: string;
  /** The API's own English, of a kind of finding that this portal does not know yet. */
  foreign: boolean;
}

export function say(finding: Finding, formats: Formats, translate: Translate): SaidFinding {
  const { code, parameters } = finding;
  const words = WORDS[code] as Words | undefined;
  if (!words) return { seen: finding.seen, remedy: finding.remedy, foreign: true };
  const values = Object.entries(parameters).map(([name, value]) => {
    if (typeof value === 'number') return [name, formats.number(value)];
    return [name, name.endsWith('At') ? formats.dateTime(value) : value];
  });
  const seen = translate(
    words.seen(parameters),
    Object.fromEntries(values) as Record<string, unknown>,
  );
  return { seen, remedy: translate(words.remedy), foreign: false };
}

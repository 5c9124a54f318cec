import { DAY } from './clock.js';

/** How long something is kept, which an installation may decide by an environment variable. */
interface RetentionPeriod {
  /** what is kept, in the words of the command line */
  of: string;
  variable: string;
  /** unless the variable says otherwise; all of these are in days */
  days: number;
  least: number;
  most: number;
}

/** Of what costs no more than its disk. */
const MOST = 9999;

/**
 * The periods that an installation may choose, and what it may choose. The others follow from a rule,
 * such as how long a link works, and stand beside it: docs/privacy.md has all of them.
 */
export const RETENTION_PERIODS = {
  /** A year, and a month for questions. The portal shows the use of 30 days. */
  history: {
    of: 'what happened to connections, and how they were used',
    variable: 'HISTORY_DAYS',
    days: 400,
    least: 30,
    most: MOST,
  },
  /** The doctor looks back for a week. Each day is a partition, which every look at the log opens. */
  requestLog: {
    of: 'requests of applications',
    variable: 'REQUEST_LOG_DAYS',
    days: 30,
    least: 7,
    most: 90,
  },
  /** The statistics show 90 days. */
  counts: {
    of: 'an application’s requests and connections, by day',
    variable: 'COUNTS_DAYS',
    days: 400,
    least: 90,
    most: MOST,
  },
  /** The database gives away none that is younger, so that whoever takes the program over cannot hide. */
  failedAttempts: {
    of: 'failed sign-ins and other refused proofs, in the audit trail',
    variable: 'FAILED_ATTEMPTS_DAYS',
    days: 90,
    least: 30,
    most: MOST,
  },
  mails: {
    of: 'that a mail was sent, to whom',
    variable: 'MAIL_RECORDS_DAYS',
    days: 30,
    least: 1,
    most: MOST,
  },
  /** The answer is news for 14 days. */
  approvalRequests: {
    of: 'what users asked their admins for',
    variable: 'APPROVAL_REQUESTS_DAYS',
    days: 180,
    least: 14,
    most: MOST,
  },
  changeRequests: {
    of: 'what developers asked for, once it is answered',
    variable: 'CHANGE_REQUESTS_DAYS',
    days: 90,
    least: 14,
    most: MOST,
  },
  /** As long as somebody may want to see that one was not taken up, and send it again. */
  expiredInvitations: {
    of: 'invitations whose link has ended',
    variable: 'EXPIRED_INVITATIONS_DAYS',
    days: 30,
    least: 1,
    most: MOST,
  },
  /** The doctor looks back for a week. */
  unusedCodes: {
    of: 'authorization codes that gave no tokens',
    variable: 'UNUSED_CODES_DAYS',
    days: 90,
    least: 7,
    most: MOST,
  },
  /** So long, an old refresh token is recognised, and its refusal explained. */
  expiredTokens: {
    of: 'refresh tokens that have expired',
    variable: 'EXPIRED_TOKENS_DAYS',
    days: 30,
    least: 1,
    most: MOST,
  },
  /** Time to find out that the wrong one was closed. */
  closedCompanies: {
    of: 'the people of closed companies',
    variable: 'CLOSED_COMPANIES_DAYS',
    days: 90,
    least: 7,
    most: MOST,
  },
} as const satisfies Record<string, RetentionPeriod>;

export type Retained = keyof typeof RETENTION_PERIODS;

/** Each period of this installation, in days. */
export type RetentionDays = Readonly<Record<Retained, number>>;

export const RETAINED = Object.keys(RETENTION_PERIODS) as Retained[];

/** When the period of what is now too old to be kept began. */
export function keptSince(retained: Retained, days: RetentionDays, now: Date): Date {
  return new Date(now.getTime() - days[retained] * DAY);
}

/** For texts that every installation shows: `30 days, unless the installation chooses another time`. */
export function usualPeriod(retained: Retained): string {
  return `${RETENTION_PERIODS[retained].days} days, unless the installation chooses another time`;
}

import { describe, expect, it } from '@jest/globals';
import { SCOPES } from '@flixcheck/oauth-protocol';
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '@flixcheck/password-strength';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { KNOWN_FOR_MS } from './auth/known-devices.js';
import {
  IN_USE_MS,
  MAX_SESSIONS,
  SESSION_LIMITS,
  type SessionLimits,
} from './auth/sessions.service.js';
import {
  MAX_FAILURES_PER_EMAIL,
  MAX_FAILURES_PER_NETWORK,
  WINDOW_MS,
} from './auth/sign-in-limits.js';
import { inWords } from './config/in-words.js';
import { usualPeriod } from './config/retention-periods.js';
import { SECOND } from './config/clock.js';
import { REVOCATION_REASONS } from './connections/revocation-reasons.js';
import { withScopeRows } from './http/scope-rows.js';
import { MAX_REVOCATIONS_PER_HOUR } from './connections/revocations.js';
import { MAX_FAILURES } from './oauth-clients/client-failure-limit.js';
import { LOGO_BODY } from './oauth-clients/client-logos.js';
import { LOGO_SIDE, MAX_LOGO_SIDE } from './oauth-clients/logo-decoder.js';
import { NEWS_MS } from './account-policy/approval-requests.dto.js';
import { REMIND_MS } from './connections/end-reminders.js';
import { DISAVOWAL_LIFETIME_MS } from './mail/mail-kinds.js';
import { CODE_LIFETIME_MS } from './oauth-codes/code-rules.js';
import { MAX_CODES_PER_HOUR } from './oauth-codes/oauth-codes.service.js';
import { DUPLICATE_REQUEST_MS } from './oauth-tokens/authorization-code-grant.js';
import {
  ACCESS_TOKEN_LIFETIME_MS,
  REFRESH_RETRY_MS,
  REFRESH_TOKEN_IDLE_MS,
} from './oauth-tokens/token-rules.js';
import { MAX_FAMILIES } from './oauth-tokens/refresh-token-families.js';
import { ROTATE_AFTER_MS } from './oauth-tokens/signing-keys.js';

const DOCS = resolve(__dirname, '../../../docs');
/** On one line, wherever it wraps. */
const read = (document: string) =>
  readFileSync(resolve(DOCS, document), 'utf8').replace(/\s+/g, ' ');

const { member, operator } = SESSION_LIMITS;
/** What an installation may choose is said with what it is otherwise. */
const RETAINED_PERIODS = [
  ['contract.md', `newest first, with who and when; kept for ${usualPeriod('history')}.`],
  ['contract.md', `With \`status: "active"\`, for ${usualPeriod('closedCompanies')}.`],
  ['contract.md', `An expired invitation is listed for ${usualPeriod('expiredInvitations')}, and`],
  ['contract.md', `refused authorization requests, kept for ${usualPeriod('requestLog')}:`],
  ['contract.md', `The counts are kept for ${usualPeriod('counts')}.`],
  ['contract.md', `Answered requests are shown for ${usualPeriod('changeRequests')}.`],
  ['operate.md', `knows for ${usualPeriod('mails')}`],
  ['operate.md', `kept for ${usualPeriod('failedAttempts')}`],
] as const;

const idle = ({ idleMs }: SessionLimits) => inWords(idleMs);
const absolute = ({ absoluteMs }: SessionLimits) => inWords(absoluteMs);

describe('the documentation gives the numbers that the code uses', () => {
  it.each([
    ['guide/flow.md', `exchanges the code**, within ${inWords(CODE_LIFETIME_MS)}`],
    ['guide/flow.md', `The JWT lives ${inWords(ACCESS_TOKEN_LIFETIME_MS)}`],
    ['guide/flow.md', `"expires_in": ${ACCESS_TOKEN_LIFETIME_MS / SECOND}`],
    ['guide/refreshing.md', `is at most ${inWords(REFRESH_RETRY_MS)} old`],
    ['guide/refreshing.md', `nobody uses for ${inWords(REFRESH_TOKEN_IDLE_MS)} expires`],
    ['operate.md', `rotate by themselves every ${inWords(ROTATE_AFTER_MS)}`],
    ['operate.md', `by whom or what: ${REVOCATION_REASONS.join(', ')}`],
    ['contract.md', `valid for ${inWords(ACCESS_TOKEN_LIFETIME_MS)}`],
    ['contract.md', `\`exp\` is \`iat\` + ${ACCESS_TOKEN_LIFETIME_MS / SECOND}.`],
    ['contract.md', `Codes: they live ${inWords(CODE_LIFETIME_MS)}`],
    ['contract.md', `More than ${inWords(DUPLICATE_REQUEST_MS)} after the first use`],
    ['contract.md', `Codes: a user gets ${MAX_CODES_PER_HOUR} an hour at most`],
    ['contract.md', `they expire after ${inWords(REFRESH_TOKEN_IDLE_MS)} without use`],
    ['contract.md', `another ${inWords(REFRESH_TOKEN_IDLE_MS)}.`],
    ['contract.md', `unused and at most ${inWords(REFRESH_RETRY_MS)} old`],
    ['contract.md', `a connection has ${MAX_FAMILIES} families at most`],
    ['contract.md', `revokes ${MAX_REVOCATIONS_PER_HOUR} access tokens of a user an hour`],
    ...RETAINED_PERIODS,
    ['contract.md', `end after ${idle(member)} without use, after ${absolute(member)} at`],
    [
      'contract.md',
      `Those of operators end after ${idle(operator)} without use, after ${absolute(operator)} at`,
    ],
    ['contract.md', `has ${MAX_SESSIONS} sessions, more only while all of them are in use`],
    ['contract.md', `used in the last ${inWords(IN_USE_MS)}.`],
    ['contract.md', `is reminded by mail ${inWords(REMIND_MS)} before the end`],
    ['contract.md', `or was answered within ${inWords(NEWS_MS)}`],
    [
      'operate.md',
      `at most ${MAX_SESSIONS} sessions, which end after ${idle(member)} without use and after ${absolute(member)}; those of operators after ${idle(operator)} and after ${absolute(operator)}`,
    ],
    ['contract.md', `once within ${inWords(DISAVOWAL_LIFETIME_MS)}`],
    ['contract.md', `${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters`],
    ['contract.md', `From ${MAX_FAILURES} a minute on`],
    ['contract.md', `After ${MAX_FAILURES_PER_EMAIL} failures for one e-mail address`],
    [
      'contract.md',
      `or ${MAX_FAILURES_PER_NETWORK} from one network, within ${inWords(WINDOW_MS)}`,
    ],
    ['contract.md', `during the last ${inWords(KNOWN_FOR_MS)}`],
    ['contract.md', `has ${MAX_FAILURES_PER_EMAIL} failures of its own`],
    [
      'contract.md',
      `at most ${LOGO_BODY.maxBytes / 1024 / 1024} MB, and ${MAX_LOGO_SIDE} × ${MAX_LOGO_SIDE} px`,
    ],
    ['contract.md', `square PNG of at most ${LOGO_SIDE} × ${LOGO_SIDE} px`],
    [
      'operate.md',
      `at most ${LOGO_BODY.maxBytes / 1024 / 1024} MB and ${MAX_LOGO_SIDE} × ${MAX_LOGO_SIDE} px`,
    ],
  ])('%s: %s', (document, sentence) => {
    expect(read(document)).toContain(sentence);
  });
});

it('the guide for third parties has the scopes of the table', () => {
  const guide = readFileSync(resolve(DOCS, 'guide/scopes.md'), 'utf8');
  expect(SCOPES.filter((scope) => !guide.includes(`\n| \`${scope}\` `))).toEqual([]);
  expect(withScopeRows(guide)).toBe(guide);
});

describe('a length of time in words', () => {
  it.each([
    [60_000, '60 seconds'],
    [120_000, '2 minutes'],
    [3_600_000, '60 minutes'],
    [86_400_000, '24 hours'],
    [30 * 86_400_000, '30 days'],
  ])('%i ms', (ms, words) => {
    expect(inWords(ms)).toBe(words);
  });
});

import { expect, it } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const SOURCES = resolve(__dirname, '..');
const STARTS_IT = /\b(createTestApp|createApp|configureApp|PasskeyWorld\.start)\(/;

/** What only a request, or a program that starts and ends, can show. */
const WHY: Record<string, string[]> = {
  'what may be in an address, header or body, and what is answered to the rest': [
    ...['http/body-parsers', 'http/route-table', 'oauth-clients/client-card'],
    ...['oauth-clients/client-logos', 'oauth-clients/registry', 'oauth-clients/registry-access'],
    ...['oauth-clients/registry-edits', 'oauth-tokens/misplaced-parameters', 'people/profile'],
  ],
  'whom the guard lets in': [
    'account-policy/available-clients',
    ...['auth/database-away', 'checks/checks', 'connections/connections-overview'],
    ...['connections/ending-many', 'http/roles'],
    ...['oauth-clients/client-change-requests', 'oauth-clients/developer-desk'],
    ...['people/account-users', 'people/companies', 'people/identity-proof'],
    ...['people/required-factors', 'people/role-changes', 'people/sign-outs'],
  ],
  'cookies, and the addresses that requests come from': [
    ...[
      'auth/attempt-notices',
      'auth/auth-audit',
      'auth/known-devices',
      'auth/passkey-sign-in',
      'auth/sessions',
      'auth/sign-in',
    ],
    ...[
      'auth/sign-in.guard',
      'people/developer-invitations',
      'people/disavowal',
      'people/email-changes',
      'people/factor-resets',
      'people/invitation-acceptance',
      'people/invitations',
      'people/me',
    ],
    ...['people/passkey-proofs', 'people/passkeys', 'people/password-recovery'],
    ...['people/second-factor'],
  ],
  'the request log and the metrics, which are written at the end of a request': [
    ...[
      'account-policy/account-policy',
      'account-policy/advance-grants',
      'account-policy/advance-grants-for-people',
      'account-policy/chosen-companies',
    ],
    ...['account-policy/approval-requests', 'app.module.metrics', 'client-reports/state-findings'],
    ...['oauth-clients/request-log'],
    ...['oauth-clients/request-log-lines', 'oauth-clients/unread-requests'],
    ...['oauth-codes/authorization-request/authorization-request-log'],
    ...['oauth-tokens/explained-failures', 'oauth-tokens/refresh-retries'],
    ...['operations/metrics-documented'],
  ],
  'streams and downloads': [
    ...['connections/connection-changes', 'connections/connections-export', 'people/audit-trail'],
  ],
  'how the program starts': ['database/slow-start'],
  'what requests of every kind send to the database': [
    'app.module.one-company',
    'app.module.plans',
  ],
  'what a command does to a program that runs': ['cli/oauth-clients', 'cli/program', 'cli/users'],
};

it('starts the whole program only where a reason is named here; createTestModule does elsewhere', () => {
  const starting = globSync('**/*.spec.ts', { cwd: SOURCES })
    .filter((file) => STARTS_IT.test(readFileSync(join(SOURCES, file), 'utf8')))
    .map((file) => file.replace(/\.spec\.ts$/, ''));
  expect(starting.sort()).toEqual(Object.values(WHY).flat().sort());
});

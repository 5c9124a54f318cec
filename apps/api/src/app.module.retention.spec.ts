import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BackgroundWork } from './background/background-work.js';
import { DAY } from './config/clock.js';
import { RETAINED, type Retained, RETENTION_PERIODS } from './config/retention-periods.js';
import { SigningKeys } from './oauth-tokens/signing-keys.js';
import { createAllModules } from './testing/all-modules.js';
import { everythingAbout } from './testing/personal-data.js';
import type { TestContext } from './testing/test-context.js';

const USER = 'user@musterhaus.example';

/** What is kept for each period: the step that deletes it, and SQL that makes it as old as `$1`. */
const KEPT: Record<Retained, Record<string, { table: string; age: string; left?: string }>> = {
  history: {
    'connections.events': {
      table: 'connection_events',
      age: `INSERT INTO connection_events (connection_id, at, type)
            VALUES (gen_random_uuid(), $1, 'used')`,
    },
    'connections.usage': { table: 'connection_usage', age: 'UPDATE connection_usage SET day = $1' },
  },
  requestLog: {
    'oauth-clients.requests': {
      table: 'oauth_requests',
      age: `INSERT INTO oauth_requests
                   (request_id, oauth_client_id, at, endpoint, outcome, ip, duration_ms)
            VALUES (gen_random_uuid(), gen_random_uuid(), $1, 'token', 'success', '::1', 1)`,
    },
  },
  counts: {
    'oauth-clients.request-counts': {
      table: 'oauth_request_counts',
      age: `INSERT INTO oauth_request_counts
            SELECT id, $1, 'refresh', false, '', 1 FROM oauth_clients LIMIT 1`,
    },
    'connections.counts': {
      table: 'connection_counts',
      age: 'INSERT INTO connection_counts SELECT id, $1, 1 FROM oauth_clients LIMIT 1',
    },
  },
  failedAttempts: {
    'users.failed-attempts': {
      table: 'audit_records',
      age: `INSERT INTO audit_records (at, action, detail) VALUES ($1, 'sign_in_failed', '{}')`,
      left: `audit_records WHERE action = 'sign_in_failed'`,
    },
  },
  mails: {
    'mail.outbox': {
      table: 'mails',
      age: `UPDATE mails SET status = 'sent', sealed = NULL, settled_at = $1`,
    },
  },
  approvalRequests: {
    'account-policy.requests': {
      table: 'approval_requests',
      age: 'UPDATE approval_requests SET requested_at = $1',
    },
  },
  changeRequests: {
    'oauth-clients.change-requests': {
      table: 'client_change_requests',
      age: `UPDATE client_change_requests SET status = 'declined', decided_at = $1`,
    },
  },
  expiredInvitations: {
    'people.invitations': {
      table: 'invitations',
      age: 'UPDATE invitations SET expires_at = $1',
    },
    'oauth-clients.developer-invitations': {
      table: 'client_developer_invitations',
      age: 'UPDATE client_developer_invitations SET expires_at = $1',
    },
  },
  unusedCodes: {
    'oauth-codes.codes': {
      table: 'authorization_codes',
      age: 'UPDATE authorization_codes SET family_id = NULL, redeemed_at = NULL, created_at = $1',
    },
  },
  expiredTokens: {
    'oauth-tokens.families': {
      table: 'refresh_token_families',
      age: 'UPDATE refresh_token_families SET expires_at = $1',
    },
  },
  closedCompanies: {
    'people.closed-companies': {
      table: 'users',
      age: `UPDATE accounts SET closed_at = $1
             WHERE id = (SELECT account_id FROM users WHERE email = '${USER}')`,
      left: 'users WHERE erased_at IS NULL',
    },
  },
};
const CASES = RETAINED.flatMap((retained) =>
  Object.keys(KEPT[retained]).map((step) => [RETENTION_PERIODS[retained].variable, retained, step]),
) as [string, Retained, string][];

/** One node with the usual periods, and one on the same database that keeps all as briefly as it may. */
let usual: TestContext;
let brief: TestContext;
beforeAll(async () => {
  usual = await createAllModules();
  await usual.app.get(SigningKeys).startSigning();
  await everythingAbout(usual, USER);
  const { databaseUrl } = usual.config;
  const env = Object.fromEntries(
    Object.values(RETENTION_PERIODS).map(({ variable, least }) => [variable, String(least)]),
  );
  brief = await createAllModules({ databaseUrl, clock: usual.clock, env });
});
afterAll(async () => {
  await brief.close();
  await usual.close();
});

describe('the period that an installation chooses', () => {
  it.each(CASES)('%s: %s, %s', async (_, retained, step) => {
    const { table, age, left = table } = KEPT[retained][step]!;
    const { days, least } = RETENTION_PERIODS[retained];
    const count = async (): Promise<number> => {
      const [row] = await usual.dataSource.query(`SELECT count(*)::integer AS rows FROM ${left}`);
      return row.rows;
    };
    const at = new Date(usual.clock.now().getTime() - ((days + least) / 2) * DAY);
    await usual.dataSource.query(age, [at]);
    await usual.app.get(BackgroundWork).run('users.audit-seals');
    const before = await count();
    await usual.app.get(BackgroundWork).run(step);
    expect(await count()).toBe(before);
    await brief.app.get(BackgroundWork).run(step);
    expect(await count()).toBeLessThan(before);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { BackgroundWork } from '../background/background-work.js';
import { recordStatements } from '../testing/statements.js';
import { createAllModules } from '../testing/all-modules.js';
import type { TestContext } from '../testing/test-context.js';

let test: TestContext;
let background: BackgroundWork;
beforeAll(async () => {
  test = await createAllModules({ limited: true });
  background = test.app.get(BackgroundWork);
});
afterAll(() => test.close());

/** Those that delete from tables that grow. */
const STEPS = [
  'account-policy.continuations',
  'account-policy.requests',
  'auth.sessions',
  'auth.sign-in-failures',
  'connections.counts',
  'connections.revocations',
  'connections.usage',
  'mail.outbox',
  'oauth-clients.change-requests',
  'oauth-clients.developer-invitations',
  'oauth-clients.request-counts',
  'oauth-codes.codes',
  'oauth-tokens.families',
  'operations.announcements',
  'people.email-changes',
  'people.invitations',
  'people.password-recovery',
  'users.passkey-challenges',
];
const OTHER_STEPS = [
  'auth.attempt-notices',
  // A row for each factor that is lost: a handful.
  'auth.factor-resets',
  'connections.daily-counts',
  'connections.end-reminders',
  'connections.endings',
  // By functions of the database, as the request log: partitions.spec.ts looks at them.
  'connections.events',
  'connections.time-limits',
  'oauth-clients.counting',
  'oauth-clients.requests',
  'oauth-tokens.signing-keys',
  // A row for each file of the latest builds: some hundred.
  'operations.portal-files',
  // Companies are few.
  'people.closed-companies',
  'users.audit-seals',
  // By a function of the database, whose plan audit-retention.spec.ts looks at.
  'users.failed-attempts',
];

/** So many rows are deleted in tens of milliseconds: `npm run bench:storage` says how long. */
const BATCH = /LIMIT (1000|5000)\b/;

describe('every step of the housekeeping', () => {
  it('is declared by the module that owns the rows', () => {
    expect(background.stepNames().sort()).toEqual([...STEPS, ...OTHER_STEPS].sort());
  });

  it.each(OTHER_STEPS)('%s needs no more rights than the program’s role has', async (name) => {
    expect(await background.run(name)).toBeGreaterThanOrEqual(0);
  });

  it.each(STEPS)(
    '%s finds what it deletes by an index, and deletes it in batches',
    async (name) => {
      const sent = await recordStatements(test.dataSource, () => background.run(name));
      const statements = sent.filter((sql) => sql.includes('DELETE FROM'));
      expect(statements.length).toBeGreaterThan(0);
      for (const statement of statements) expect(statement).toMatch(BATCH);
      const client = new pg.Client({ connectionString: test.config.databaseUrl });
      await client.connect();
      try {
        // PostgreSQL reads so small a table as a whole unless that is forbidden.
        await client.query('SET enable_seqscan = off');
        for (const statement of statements) {
          const { rows } = await client.query(`EXPLAIN (GENERIC_PLAN) ${statement}`);
          const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
          expect(plan).toMatch(/Index|Tid/);
          expect(plan).not.toContain('Seq Scan');
        }
      } finally {
        await client.end();
      }
    },
  );
});

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Revocations } from '../connections/revocations.js';
import { StatementPool } from '../database/statement-pool.js';
import { Application } from '../testing/application.js';
import { person } from '../testing/person.js';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { OAuthTokensModule } from './oauth-tokens.module.js';
import { SigningKeys } from './signing-keys.js';

const ROWS = 5000;
const EMPTY = 'TRUNCATE connections, refresh_token_families, authorization_codes CASCADE';

/** Everybody's connection is one of the same client, as with a popular application. */
const GROWN = `
  WITH people AS (
    INSERT INTO users (id, account_id, email, first_name, last_name, role, locale, status,
      password_hash, created_at, updated_at)
    SELECT gen_random_uuid(), account_id, 'user' || n || '@kunde.example', first_name, last_name,
      role, locale, status, password_hash, now(), now()
      FROM users, generate_series(1, ${ROWS}) n WHERE email = 'user@musterhaus.example'
    RETURNING id, account_id
  ), granted AS (
    INSERT INTO connections (id, oauth_client_id, user_id, account_id, scope, granted_at)
    SELECT gen_random_uuid(), client.id, people.id, people.account_id, 'read', now()
      FROM people, oauth_clients client WHERE client.client_id = 'maklerwelt-crm'
    RETURNING id
  ), codes AS (
    INSERT INTO authorization_codes (id, code_hash, connection_id, scope, created_at, expires_at)
    SELECT gen_random_uuid(), sha256(id::text::bytea), id, 'read', now(), now() FROM granted
  )
  INSERT INTO refresh_token_families
         (id, connection_id, handle_hash, scope, generation, current_hash, created_at, expires_at)
  SELECT gen_random_uuid(), id, sha256(id::text::bytea), 'read', 1, sha256('1'), now(), now()
    FROM granted`;

let api: TestContext;
let pool: StatementPool;
/** What the token endpoint sends, by name. */
const statements = new Map<string, string>();
beforeAll(async () => {
  api = await createTestModule([OAuthTokensModule]);
  await api.app.get(SigningKeys).startSigning();
  pool = api.app.get(StatementPool);
  const query = jest.spyOn(pool, 'query');
  const crm = new Application(api);
  const user = await person(api);
  const useBoth = async () => {
    // One by itself, and then two at a time.
    const { refresh_token } = await crm.connect(user);
    await crm.refresh(refresh_token);
    const codes = [await crm.code(user), await crm.code(user)];
    const others = await Promise.all(codes.map((code) => crm.exchange(code)));
    await Promise.all(others.map(({ refresh_token }) => crm.refresh(refresh_token)));
  };
  await useBoth();
  const limits = jest.spyOn(api.app.get(Revocations), 'mayRefuseNewTokens', 'get');
  limits.mockReturnValue(true);
  await useBoth();
  limits.mockRestore();
  for (const [name, text] of query.mock.calls) statements.set(name, text);
  query.mockRestore();
}, 60_000);
afterAll(() => api.close());

async function plans(): Promise<string[]> {
  expect([...statements.keys()].sort()).toEqual([
    'redeem_code',
    'redeem_code_in_full',
    'redeem_codes',
    'redeem_codes_in_full',
    'rotate_refresh_token',
    'rotate_refresh_token_in_full',
    'rotate_refresh_tokens',
    'rotate_refresh_tokens_in_full',
  ]);
  return Promise.all(
    [...statements.values()].map(async (text) => {
      const { rows } = await pool.pool.query(`EXPLAIN (GENERIC_PLAN) ${text}`);
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    }),
  );
}

async function expectNoTableToBeRead(): Promise<void> {
  for (const plan of await plans()) {
    expect(plan).not.toMatch(/Seq Scan|Hash Join|Merge Join/);
  }
}

/** Each row that a statement needs is found by the one index that leads to it alone. */
async function expectIndexes(): Promise<void> {
  await expectNoTableToBeRead();
  for (const plan of await plans()) {
    for (const scan of plan.matchAll(/ using (\w+) on (\w+).*\n\s*(.*)/g)) {
      expect(scan[3]).toMatch(
        /^Index Cond: \(+(id|handle_hash|code_hash|connection_id|subject|account_id) [=>]/,
      );
    }
    expect(plan).toMatch(/using connections_pkey on connections c.*\n\s*Index Cond: \(id = ANY/);
  }
}

describe('the statements of the grants find each row by its index', () => {
  it('in tables that are empty, whether the planner knows it or not', async () => {
    await expectNoTableToBeRead();
    await api.dataSource.query(EMPTY);
    await api.dataSource.query('ANALYZE');
    await expectNoTableToBeRead();
  });

  it(`in tables that have grown to ${ROWS} rows since the planner last looked`, async () => {
    await api.dataSource.query(GROWN);
    await expectIndexes();
  }, 60_000);

  it('in large tables that the planner knows', async () => {
    await api.dataSource.query('ANALYZE');
    await expectIndexes();
  });

  it('in tables that have just been emptied, and large ones again', async () => {
    await api.dataSource.query(EMPTY);
    await expectNoTableToBeRead();
    await api.dataSource.query(GROWN.replaceAll('@kunde', '@neukunde'));
    await expectIndexes();
  }, 60_000);
});

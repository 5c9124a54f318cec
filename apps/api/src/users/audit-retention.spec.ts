import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BackgroundWork } from '../background/background-work.js';
import { RETENTION_PERIODS } from '../config/retention-periods.js';
import { createTestModule } from '../testing/test-module.js';
import type { TestContext } from '../testing/test-context.js';
import { UsersModule } from './users.module.js';

const KEPT_DAYS = RETENTION_PERIODS.failedAttempts.days;

let test: TestContext;
beforeAll(async () => {
  test = await createTestModule([UsersModule]);
});
afterAll(() => test.close());

const record = (action: string, days: number) =>
  test.dataSource.query(
    `INSERT INTO audit_records (at, action, detail)
     VALUES (now() - make_interval(days => $2), $1, jsonb_build_object('days', $2::int))`,
    [action, days],
  );
const seal = () => test.app.get(BackgroundWork).run('users.audit-seals');
const left = async () =>
  (
    await test.dataSource.query(
      `SELECT action, detail ->> 'days' AS days FROM audit_records WHERE detail ? 'days' ORDER BY id`,
    )
  ).map(({ action, days }: Record<string, string>) => `${action} ${days}`);

describe('records of failed attempts', () => {
  it('go after their time, and no other record does', async () => {
    await record('sign_in_failed', KEPT_DAYS + 1);
    await record('sign_in_failed', KEPT_DAYS - 1);
    await record('sign_in_limited', KEPT_DAYS + 1);
    const others = ['email_change', 'identity_proof', 'passkey_change', 'password_change'];
    for (const what of [...others, 'second_factor', 'second_factor_change']) {
      await record(`${what}_failed`, KEPT_DAYS + 1);
    }
    await record('role_changed', 10 * KEPT_DAYS);
    await record('mail_failed', 10 * KEPT_DAYS);
    await seal();
    expect(await test.app.get(BackgroundWork).run('users.failed-attempts')).toBe(8);
    expect(await left()).toEqual([
      `sign_in_failed ${KEPT_DAYS - 1}`,
      `role_changed ${10 * KEPT_DAYS}`,
      `mail_failed ${10 * KEPT_DAYS}`,
    ]);
  });

  it('stay for 30 days, whatever the program asks for', async () => {
    await record('sign_in_failed', 29);
    await seal();
    const before = await left();
    const [row] = await test.dataSource.query(
      `SELECT delete_failed_attempts(interval '0', 100) AS deleted`,
    );
    // The one of the day before the end of its time.
    expect(row.deleted).toBe(1);
    expect(await left()).toEqual(before.slice(1));
  });

  it('are found by an index', async () => {
    const [{ source }] = await test.dataSource.query(
      `SELECT prosrc AS source FROM pg_proc WHERE proname = 'delete_failed_attempts'`,
    );
    const [statement = ''] = /DELETE FROM[^;]+?(?=RETURNING)/.exec(source) ?? [];
    const bound = statement
      .replace('< before', '< now()')
      .replace('<= sealed', '<= 9')
      .replace('LIMIT most', 'LIMIT 5000')
      .replace(/\)\s*$/, ')');
    const plan = await test.dataSource.transaction(async (tx) => {
      await tx.query('SET LOCAL enable_seqscan = off');
      const rows: Record<string, string>[] = await tx.query(`EXPLAIN ${bound}`);
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    });
    // Only these actions, not the whole trail of before that time.
    expect(plan).toContain('audit_records_action');
    expect(plan).not.toContain('Seq Scan');
  });
});

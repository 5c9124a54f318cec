import { eventually } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { BackgroundWork } from '../background/background-work.js';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { hashRecord, hashSeal, type Seal, SEAL_COLUMNS } from './audit-chain.js';
import { AuditLog } from './audit-log.js';
import { AuditVerification } from './audit-verification.js';
import { UsersModule } from './users.module.js';

const KEPT_DAYS = 90;

let test: TestContext;
let ids: string[];
beforeAll(async () => {
  test = await createTestModule([UsersModule]);
});
afterAll(() => test.close());

const sql = (statement: string, values: unknown[] = []) => test.dataSource.query(statement, values);
const seal = () => test.app.get(BackgroundWork).run('users.audit-seals');
const verify = (kept?: string) => test.app.get(AuditVerification).verify(kept);
const record = () =>
  test.app.get(AuditLog).note({
    ...{ actorId: null, action: 'account_created', subjectId: null },
    ...{ detail: { name: 'Neuhaus GmbH', count: 1.5 }, at: test.clock.now() },
  });

/** Two seals of three records each. */
beforeEach(async () => {
  await sql('TRUNCATE audit_records, audit_seals');
  for (let seals = 0; seals < 2; seals += 1) {
    for (let records = 0; records < 3; records += 1) await record();
    await seal();
  }
  ids = (await sql('SELECT id FROM audit_records ORDER BY id')).map(({ id }: { id: string }) => id);
});

describe('an audit trail that nobody has touched', () => {
  it('is whole, and says what is not sealed yet', async () => {
    await record();
    expect(await verify()).toEqual({
      ...{ broken: null, records: 6, outdated: 0, unsealed: 1, seals: 2 },
      latest: expect.stringMatching(/^2:[0-9a-f]{64}$/),
    });
    expect(await seal()).toBe(1);
    expect(await seal()).toBe(0);
    expect(await verify()).toMatchObject({ broken: null, records: 7, unsealed: 0, seals: 3 });
  });

  it('has a seal that was written down earlier', async () => {
    const { latest } = await verify();
    await record();
    await seal();
    expect(await verify(latest ?? '')).toMatchObject({ broken: null });
  });

  it('stays whole when a person whom it names by id gets a pseudonym', async () => {
    const [{ id }] = await sql(`SELECT id FROM users WHERE email = 'user@musterhaus.example'`);
    await test.app.get(AuditLog).note({
      ...{ actorId: id, action: 'signed_in', subjectId: id, at: test.clock.now() },
    });
    await seal();
    await sql(
      `UPDATE users SET email = id || '@erased.invalid', first_name = 'Person', last_name = left(id::text, 8)
        WHERE id = $1`,
      [id],
    );
    expect(await verify()).toMatchObject({ broken: null, records: 7 });
  });

  it('is sealed in parts of a thousand records', async () => {
    await sql(
      `INSERT INTO audit_records (at, action, detail) SELECT now(), 'signed_in', '{}' FROM generate_series(1, 2001)`,
    );
    expect(await seal()).toBe(2001);
    expect(await verify()).toMatchObject({ broken: null, records: 2007, seals: 5 });
  });
});

describe('the first broken record is named', () => {
  it.each([
    [`detail = '{"name": "Althaus GmbH"}'`],
    [`at = at + interval '1 microsecond'`],
    [`action = 'account_closed'`],
    ['actor_id = (SELECT id FROM users LIMIT 1)'],
    ['subject_id = gen_random_uuid()'],
    ['account_id = gen_random_uuid()'],
    ['salt = NULL'],
  ])('which has been changed: %s', async (change) => {
    await sql(`UPDATE audit_records SET ${change} WHERE id = ANY ($1)`, [[ids[1], ids[4]]]);
    expect((await verify()).broken).toMatch(
      new RegExp(`^Record ${ids[1]} has been changed after seal 1 of 20`),
    );
  });

  it('which is missing', async () => {
    await sql('DELETE FROM audit_records WHERE id = $1', [ids[5]]);
    expect((await verify()).broken).toMatch(new RegExp(`^Record ${ids[5]} is missing`));
  });

  it('which was put in later', async () => {
    await sql('DELETE FROM audit_records WHERE id = $1', [ids[1]]);
    await sql('DELETE FROM audit_seals');
    await seal();
    await sql(
      `INSERT INTO audit_records (id, at, action, detail) OVERRIDING SYSTEM VALUE
       VALUES ($1, now(), 'signed_in', '{}')`,
      [ids[1]],
    );
    expect((await verify()).broken).toMatch(new RegExp(`^Record ${ids[1]} was added`));
  });
});

describe('a seal', () => {
  it('that is missing is named', async () => {
    await sql('DELETE FROM audit_seals WHERE number = 1');
    expect((await verify()).broken).toContain('Seal 1 is missing');
  });

  it('that fits a forged record no longer fits the next one', async () => {
    await forge(1, ids[0]);
    expect((await verify()).broken).toContain('Seal 2 has been changed');
  });

  it('that was kept elsewhere shows that the latest one has been forged, too', async () => {
    const { latest } = await verify();
    await forge(2, ids[5]);
    expect(await verify()).toMatchObject({ broken: null });
    expect((await verify(latest ?? '')).broken).toContain('which was kept elsewhere');
  });
});

/** As the owner of the database could: the record, and the seal that covers it. */
async function forge(number: number, id: string | undefined): Promise<void> {
  await sql(`UPDATE audit_records SET action = 'signed_out' WHERE id = $1`, [id]);
  const [forged]: Seal[] = await sql(`SELECT ${SEAL_COLUMNS} FROM audit_seals WHERE number = $1`, [
    number,
  ]);
  if (!forged) throw new Error('there is no such seal');
  const [row] = await sql(
    `SELECT id::text, salt::text, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') AS at,
            actor_id AS "actorId", action, subject_id AS "subjectId", account_id AS "accountId",
            detail::text FROM audit_records WHERE id = $1`,
    [id],
  );
  forged.recordHashes[forged.recordIds.indexOf(String(id))] = hashRecord(row);
  await sql('UPDATE audit_seals SET record_hashes = $2::bytea[], hash = $3 WHERE number = $1', [
    number,
    forged.recordHashes,
    hashSeal(forged),
  ]);
}

describe('sealing', () => {
  it('leaves no gap for a record that becomes visible after a later one', async () => {
    const slow = test.dataSource.createQueryRunner();
    await slow.startTransaction();
    await test.app.get(AuditLog).record(slow.manager, {
      ...{ actorId: null, action: 'signing_key_created', subjectId: null, at: test.clock.now() },
    });
    await record();
    const asked = jest.spyOn(test.dataSource, 'query');
    const sealing = seal();
    await eventually(
      () => Promise.resolve(asked.mock.calls.filter(([text]) => text.includes('pg_locks')).length),
      (times) => times > 2,
    );
    asked.mockRestore();
    expect(await verify()).toMatchObject({ seals: 2, unsealed: 1 });
    await slow.commitTransaction();
    await slow.release();
    expect(await sealing).toBe(2);
    expect(await verify()).toMatchObject({ broken: null, records: 8, unsealed: 0 });
  });

  it('waits for nobody who begins to write after it has begun', async () => {
    const slow = test.dataSource.createQueryRunner();
    await slow.startTransaction();
    await slow.query('SELECT 1');
    await record();
    expect(await seal()).toBe(1);
    await test.app.get(AuditLog).record(slow.manager, {
      ...{ actorId: null, action: 'signing_key_created', subjectId: null, at: test.clock.now() },
    });
    await slow.commitTransaction();
    await slow.release();
    expect(await seal()).toBe(1);
    expect(await verify()).toMatchObject({ broken: null, unsealed: 0 });
  });

  it('of two nodes at once makes one chain', async () => {
    const { databaseUrl } = test.config;
    const other = await createTestModule([UsersModule], { databaseUrl });
    await record();
    await Promise.allSettled([seal(), other.app.get(BackgroundWork).run('users.audit-seals')]);
    await other.close();
    expect(await verify()).toMatchObject({ broken: null, records: 7, seals: 3, unsealed: 0 });
  });
});

describe('a record of a failed attempt', () => {
  beforeEach(async () => {
    await sql(
      `INSERT INTO audit_records (at, action, detail)
       SELECT now() - make_interval(days => $1), 'sign_in_failed', '{}'`,
      [KEPT_DAYS + 1],
    );
  });
  const housekeeping = () => test.app.get(BackgroundWork).run('users.failed-attempts');

  it('may go after its time, which is itself recorded', async () => {
    await seal();
    expect(await housekeeping()).toBe(1);
    expect(await verify()).toMatchObject({ broken: null, records: 6, outdated: 1, unsealed: 1 });
    await seal();
    expect(await verify()).toMatchObject({ broken: null, records: 7, outdated: 1, unsealed: 0 });
  });

  it('stays until it is sealed', async () => {
    expect(await housekeeping()).toBe(0);
    await seal();
    expect(await housekeeping()).toBe(1);
  });

  it('is missing where nothing records that it has gone', async () => {
    await seal();
    const [[gone]] = await sql(
      `DELETE FROM audit_records WHERE action = 'sign_in_failed' RETURNING id`,
    );
    expect((await verify()).broken).toContain(`Record ${gone.id} is missing`);
  });
});

import { createTestDatabase, sql, type TestDatabase } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { DAY } from '../config/clock.js';
import { dataSourceOptions, MIGRATIONS } from './data-source.js';
import { migrate } from './migrate.js';
import { dropPartitions, MADE_AHEAD, makePartitions } from './partitions.js';
import { bringUpToDate } from './schema.js';

const NOW = new Date();
const day = (offset: number) =>
  new Date(NOW.getTime() + offset * DAY).toISOString().slice(0, 10).replaceAll('-', '');
const logged = (at: Date, requestId = randomUUID()) =>
  [
    `INSERT INTO oauth_requests (request_id, oauth_client_id, at, endpoint, outcome, ip, duration_ms)
     VALUES ($1, gen_random_uuid(), $2, 'token', 'success', '::1', 1) RETURNING tableoid::regclass AS place`,
    [requestId, at],
  ] as const;

let database: TestDatabase;
/** As it is after the migrations. */
let partitioned: TestDatabase;
/** Connected as the program's own role, which may not change the schema. */
let program: DataSource;
const send = (text: string, values: unknown[]) => program.query(text, values);
const never = new AbortController().signal;

beforeAll(async () => {
  partitioned = await createTestDatabase({ demo: true });
  await migrate(partitioned.url);
  database = await createTestDatabase({ demo: true });
  await bringUpToDate({ databaseUrl: database.programUrl, databaseMigrationUrl: database.url });
  program = await new DataSource(dataSourceOptions(database.programUrl)).initialize();
});
beforeEach(() => program.query('DELETE FROM oauth_requests'));
afterAll(async () => {
  await program.destroy();
  await Promise.all([database.drop(), partitioned.drop()]);
});

const partitions = async (table: string): Promise<string[]> => {
  const rows: { name: string }[] = await program.query(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits
      WHERE inhparent = $1::regclass ORDER BY name`,
    [table],
  );
  return rows.map(({ name }) => name.replace(`${table}_`, ''));
};
const kept = async (): Promise<number> => {
  const [{ count }] = await program.query('SELECT count(*)::integer FROM oauth_requests');
  return count;
};

describe('the partitions', () => {
  it('of today and of the next days and months are there before the first request', async () => {
    const days = [0, 1, 2, 3, 4, 5, 6, 7].map(day);
    expect(days).toHaveLength((MADE_AHEAD['oauth_requests'] ?? 0) + 1);
    expect(await partitions('oauth_requests')).toEqual([...days, 'before', 'default']);
    expect(await partitions('connection_events')).toHaveLength(
      (MADE_AHEAD['connection_events'] ?? 0) + 3,
    );
    expect(await program.query(...spread(logged(NOW)))).toEqual([
      { place: `oauth_requests_${day(0)}` },
    ]);
  });

  it('that are missing are made by the program’s role, once', async () => {
    const later = new Date(NOW.getTime() + DAY);
    expect(await makePartitions(send, 'oauth_requests', later)).toBe(1);
    expect(await makePartitions(send, 'oauth_requests', later)).toBe(0);
    expect(await partitions('oauth_requests')).toContain(day(8));
  });

  it('are made once where several nodes make them at the same time, and none of them fails', async () => {
    for (let month = 4; month < 7; month += 1) {
      const later = new Date(NOW.getTime() + month * 31 * DAY);
      const before = await partitions('oauth_requests');
      const made = await Promise.all(
        Array.from({ length: 4 }, () => makePartitions(send, 'oauth_requests', later)),
      );
      const missing = (await partitions('oauth_requests')).length - before.length;
      expect([missing, made.reduce((sum, one) => sum + one)]).toEqual([8, 8]);
    }
  });

  it('that another node makes at that moment are waited for', async () => {
    const later = new Date(NOW.getTime() + 300 * DAY);
    const name = `oauth_requests_${day(300)}`;
    await sql(database.url, `CREATE TABLE ${name} ()`);
    let tries = 0;
    const trying = async (text: string, values: unknown[]) => {
      tries += 1;
      if (tries === 2) await sql(database.url, `DROP TABLE ${name}`);
      return send(text, values);
    };
    expect(await makePartitions(trying, 'oauth_requests', later)).toBe(8);
  });

  it('are made no further once the program ends, also while something holds the table', async () => {
    const later = new Date(NOW.getTime() + 600 * DAY);
    const ending = new AbortController();
    const endingAtOnce = (text: string, values: unknown[]) => {
      ending.abort();
      return send(text, values);
    };
    expect(await makePartitions(endingAtOnce, 'oauth_requests', later, ending.signal)).toBe(1);
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('BEGIN; LOCK TABLE oauth_requests_default');
    try {
      const held = new AbortController();
      const tries: unknown[] = [];
      const trying = (text: string, values: unknown[]) => {
        tries.push(values);
        return send(text, values).finally(() => held.abort());
      };
      expect(await makePartitions(trying, 'oauth_requests', later, held.signal)).toBe(0);
      expect(tries).toHaveLength(1);
    } finally {
      await holder.end();
    }
  });

  it('are dropped as a whole once all of their rows are too old, and not before', async () => {
    const yesterdayEnds = new Date(`${NOW.toISOString().slice(0, 10)}T00:00:00Z`);
    await program.query(...spread(logged(NOW)));
    const todayEnds = new Date(yesterdayEnds.getTime() + DAY);
    await dropPartitions(send, 'oauth_requests', new Date(todayEnds.getTime() - 1), never);
    expect([await kept(), (await partitions('oauth_requests'))[0]]).toEqual([1, day(0)]);
    await dropPartitions(send, 'oauth_requests', todayEnds, never);
    expect([await kept(), (await partitions('oauth_requests'))[0]]).toEqual([0, day(1)]);
  });

  it('lose nothing where housekeeping has slept: what fits into none is kept, found and deleted in time', async () => {
    const far = new Date(NOW.getTime() + 100 * DAY);
    const requestId = randomUUID();
    expect(await program.query(...spread(logged(far, requestId)))).toEqual([
      { place: 'oauth_requests_default' },
    ]);
    // Its own day stays as it is; the days after that get theirs.
    await makePartitions(send, 'oauth_requests', far);
    const made = await partitions('oauth_requests');
    expect([made.includes(day(100)), made.includes(day(101))]).toEqual([false, true]);
    expect(await program.query(...spread(logged(new Date(far.getTime() + DAY))))).toEqual([
      { place: `oauth_requests_${day(101)}` },
    ]);
    const found = await program.query('SELECT at FROM oauth_requests WHERE request_id = $1', [
      requestId,
    ]);
    expect(found).toEqual([{ at: far }]);
    await dropPartitions(send, 'oauth_requests', new Date(far.getTime() + 1), never);
    expect(await kept()).toBe(1);
  });
});

describe('a partition that something reads for long', () => {
  let reader: Client;
  beforeEach(async () => {
    reader = new Client({ connectionString: database.url });
    await reader.connect();
    await reader.query('BEGIN; SELECT FROM connection_events LIMIT 1');
  });

  it('is dropped later, and no request waits for that', async () => {
    const events = () => partitions('connection_events');
    const before = await events();
    const far = new Date(NOW.getTime() + 31 * DAY);
    const drop = () => send('SELECT drop_partition($1, $2)', ['connection_events', far]);
    await expect(drop()).rejects.toMatchObject({ code: '55P03' });
    let tries = 0;
    const trying = (text: string, values: unknown[]) => {
      tries += 1;
      return send(text, values);
    };
    const dropped = dropPartitions(trying, 'connection_events', far, never);
    const writer = new Client({ connectionString: database.programUrl });
    await writer.connect();
    // Longer than the function waits for its lock, and much shorter than the reader reads.
    await writer.query('SET lock_timeout = 500');
    while (tries < 3) {
      await writer.query(
        `INSERT INTO connection_events (connection_id, at, type)
         VALUES (gen_random_uuid(), $1, 'used')`,
        [NOW],
      );
    }
    await writer.end();
    expect(await events()).toEqual(before);
    await reader.query('ROLLBACK');
    await reader.end();
    expect(await dropped).toBeGreaterThan(0);
    expect(await events()).not.toContain('before');
  });
});

describe('the functions that change partitions', () => {
  it.each([
    'oauth_requests_before',
    'oauth_requests_default',
    'connection_events_before',
    'connection_events_default',
  ])('find by an index what is outdated in %s', async (table) => {
    const [{ source } = { source: '' }] = await sql<{ source: string }>(
      database.url,
      `SELECT prosrc AS source FROM pg_proc WHERE proname = 'delete_unpartitioned'`,
    );
    const [, statement = ''] = /EXECUTE format\('(DELETE[^']+)'/.exec(source) ?? [];
    const [before, most] = ["'2026-01-01'", '5000'];
    const filled = [table, table, before, most].reduce(
      (text, value) => text.replace(/%[sL]/, value),
      statement,
    );
    const client = new Client({ connectionString: partitioned.url });
    await client.connect();
    await client.query('SET enable_seqscan = off');
    const { rows } = await client.query(`EXPLAIN ${filled}`);
    await client.end();
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain('Bitmap Index Scan');
    expect(plan).not.toContain('Seq Scan');
  });

  it('know no table but those of the log and the history', async () => {
    for (const statement of [
      `SELECT make_partition('audit_records', now(), 1)`,
      `SELECT drop_partition('audit_records', 'infinity')`,
      `SELECT delete_unpartitioned('audit_records', 'infinity', 1)`,
    ]) {
      await expect(program.query(statement)).rejects.toThrow('is not partitioned by time');
    }
    await expect(program.query('DROP TABLE oauth_requests_default')).rejects.toThrow('owner');
  });

  it('obey nobody who may not delete the rows', async () => {
    const role = `reader_${randomUUID().slice(0, 8)}`;
    await sql(database.url, `CREATE ROLE ${role} LOGIN PASSWORD 'pw'`);
    const url = new URL(database.url);
    Object.assign(url, { username: role, password: 'pw' });
    try {
      await expect(
        sql(url.href, `SELECT drop_partition('oauth_requests', 'infinity')`),
      ).rejects.toThrow(`${role} may not delete`);
    } finally {
      await sql(database.url, `DROP ROLE ${role}`);
    }
  });
});

describe('an installation in use that gets partitions', () => {
  const first = MIGRATIONS.findIndex(({ name }) => name.startsWith('RequestLogByDay'));
  /** As housekeeping of the version before deletes, also on nodes that still run it. */
  const DELETE_BY_CTID = `
    DELETE FROM oauth_requests WHERE ctid = ANY (ARRAY(
      SELECT row FROM (SELECT ctid AS row, * FROM oauth_requests ORDER BY id LIMIT 5000) oldest
       WHERE at < $1))`;
  let old: TestDatabase;
  beforeAll(async () => {
    old = await createTestDatabase();
    await migrate(old.url, MIGRATIONS.slice(0, first));
    await sql(old.url, `CREATE ROLE reporting_${process.pid}`);
    await sql(old.url, `GRANT SELECT, INSERT ON oauth_requests TO reporting_${process.pid}`);
    for (const age of [40, 1, 0]) {
      await sql(old.url, ...spread(logged(new Date(NOW.getTime() - age * DAY))));
    }
    await migrate(old.url);
  });
  afterAll(async () => {
    await old.drop();
    await sql(database.url, `DROP ROLE reporting_${process.pid}`);
  });

  it('keeps its rows, goes on numbering them, and keeps who may use them', async () => {
    const [place] = await sql<{ place: string }>(old.url, ...spread(logged(NOW)));
    expect(place).toEqual({ place: 'oauth_requests_before' });
    const ids = await sql<{ id: string }>(old.url, 'SELECT id FROM oauth_requests ORDER BY id');
    expect(ids.map(({ id }) => id)).toEqual(['1', '2', '3', '4']);
    const later = new Date(NOW.getTime() + 32 * DAY);
    await makePartitions((text, values) => sql(old.url, text, values), 'oauth_requests', later);
    const [next] = await sql<{ place: string }>(old.url, ...spread(logged(later)));
    expect(next).toEqual({ place: `oauth_requests_${day(32)}` });
    const [rights] = await sql(
      old.url,
      `SELECT has_table_privilege($1, 'oauth_requests', 'INSERT') AND
              has_sequence_privilege($1, 'oauth_requests_id_seq', 'USAGE') AS adds,
              has_table_privilege($1, 'oauth_requests', 'DELETE') AS deletes`,
      [`reporting_${process.pid}`],
    );
    expect(rights).toEqual({ adds: true, deletes: false });
  });

  it('deletes its outdated rows one by one until their partition is dropped', async () => {
    const ask = (text: string, values: unknown[]) => sql(old.url, text, values);
    const monthAgo = new Date(NOW.getTime() - 30 * DAY);
    expect(await dropPartitions(ask, 'oauth_requests', monthAgo, never)).toBe(1);
    const [{ count } = { count: 0 }] = await sql<{ count: number }>(
      old.url,
      'SELECT count(*)::integer FROM oauth_requests',
    );
    expect(count).toBeGreaterThan(1);
  });

  it('refuses the housekeeping of the version before, which would delete rows of other partitions', async () => {
    await expect(sql(old.url, DELETE_BY_CTID, [NOW])).rejects.toThrow('has partitions');
  });
});

function spread([text, values]: ReturnType<typeof logged>): [string, unknown[]] {
  return [text, [...values]];
}

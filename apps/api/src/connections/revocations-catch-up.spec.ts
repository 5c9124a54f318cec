import { type FeedQuery, RevocationSet } from '@flixcheck/change-feed';
import type { TestDatabase } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { createDemoDatabase } from '../testing/test-context.js';

let database: TestDatabase;
let feed: Client;
let writer: Client;
let slow: Client;
let set: RevocationSet;
/** What the reads have brought, the latest one last. */
let read: string[][];

const connect = async () => {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  return client;
};
beforeAll(async () => {
  database = await createDemoDatabase();
  [feed, writer, slow] = [await connect(), await connect(), await connect()];
});
beforeEach(async () => {
  await writer.query('DELETE FROM revocations');
  set = new RevocationSet();
  read = [];
});
afterAll(async () => {
  for (const client of [feed, writer, slow]) await client.end();
  await database.drop();
});

const query: FeedQuery = async <Row>(text: string, values: unknown[]) => {
  const { rows } = await feed.query<{ subject: string | null }>(text, values);
  read.push(rows.flatMap(({ subject }) => subject ?? []).sort());
  return rows as Row[];
};
const catchUp = async (reconnected = false) => {
  await set.subscription.catchUp?.(query, reconnected);
  return read.at(-1);
};
const revoke = (client: Client, subject: string) =>
  client.query(
    `INSERT INTO revocations (subject, revoked_at, expires_at, issued_before)
     VALUES ($1, now(), now() + interval '2 hours', 'infinity')
     ON CONFLICT (subject) DO UPDATE SET revoked_at = now()`,
    [subject],
  );

describe('a heartbeat reads what is new, and that alone', () => {
  it('what has been read before is not read again', async () => {
    await revoke(writer, 'before');
    expect(await catchUp(true)).toEqual(['before']);
    expect(await catchUp()).toEqual([]);
    await revoke(writer, 'then');
    expect(await catchUp()).toEqual(['then']);
    expect(await catchUp()).toEqual([]);
    expect(set.refuses(['before'])).toBe(true);
    expect(set.refuses(['then'])).toBe(true);
  });

  it('what has changed is new', async () => {
    await revoke(writer, 'again');
    await catchUp(true);
    await revoke(writer, 'again');
    expect(await catchUp()).toEqual(['again']);
  });

  it('what was written first and committed last is not missed', async () => {
    await catchUp(true);
    await slow.query('BEGIN');
    await revoke(slow, 'slow');
    await revoke(writer, 'fast');
    expect(await catchUp()).toEqual(['fast']);
    await slow.query('COMMIT');
    expect(await catchUp()).toContain('slow');
    expect(await catchUp()).toEqual([]);
    expect(set.refuses(['slow'])).toBe(true);
  });

  it('what others have under way meanwhile makes nobody read anything twice', async () => {
    await slow.query('BEGIN');
    await slow.query('SELECT pg_current_xact_id()');
    await catchUp(true);
    await revoke(writer, 'meanwhile');
    expect(await catchUp()).toEqual(['meanwhile']);
    expect(await catchUp()).toEqual([]);
    await revoke(slow, 'at last');
    expect(await catchUp()).toEqual([]);
    await slow.query('COMMIT');
    expect(await catchUp()).toEqual(['at last']);
  });

  it('what takes longer to commit than any request is not missed', async () => {
    await catchUp(true);
    await slow.query('BEGIN');
    await slow.query(
      `INSERT INTO revocations (subject, revoked_at, expires_at)
       VALUES ('an hour ago', now() - interval '1 hour', now() + interval '1 hour')`,
    );
    await catchUp();
    await catchUp();
    await slow.query('COMMIT');
    expect(await catchUp()).toEqual(['an hour ago']);
  });

  it('what was there before there were signatures is read at first, and again once it changes', async () => {
    await revoke(writer, 'old');
    await writer.query('ALTER TABLE revocations DISABLE TRIGGER sign');
    await writer.query('UPDATE revocations SET written_by = NULL');
    await writer.query('ALTER TABLE revocations ENABLE TRIGGER sign');
    expect(await catchUp(true)).toEqual(['old']);
    expect(await catchUp()).toEqual([]);
    await revoke(writer, 'old');
    expect(await catchUp()).toEqual(['old']);
  });

  it('an index finds it, however many have ended in the last moments', async () => {
    await writer.query(
      `INSERT INTO revocations (subject, revoked_at, expires_at)
       SELECT 'ended ' || n, now(), now() + interval '2 hours' FROM generate_series(1, 20000) n`,
    );
    await catchUp(true);
    let sent: Parameters<FeedQuery> | undefined;
    await set.subscription.catchUp?.((...asked) => {
      sent = asked;
      return query(...asked);
    }, false);
    const [text, values] = sent as Parameters<FeedQuery>;
    const { rows } = await feed.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain('revocations_written');
    expect(plan).not.toContain('Seq Scan');
  });

  it('a part of a transaction that has a number of its own is not missed either', async () => {
    await catchUp(true);
    await slow.query('BEGIN');
    await revoke(slow, 'first');
    await revoke(writer, 'meanwhile');
    await slow.query('SAVEPOINT part');
    await revoke(slow, 'second');
    await catchUp();
    await slow.query('RELEASE part');
    await slow.query('COMMIT');
    expect(await catchUp()).toEqual(expect.arrayContaining(['first', 'second']));
  });
});

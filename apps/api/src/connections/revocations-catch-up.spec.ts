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

import {
  AnnouncementLog,
  ANNOUNCEMENTS_READ_WITHIN_MS,
  type FeedQuery,
} from '@flixcheck/change-feed';
import { eventually, type TestDatabase } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { Client } from 'pg';
import pino from 'pino';
import type { RuntimeConfig } from '../config/config.module.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { createDemoDatabase } from '../testing/test-context.js';
import { ChangeFeed } from './change-feed.js';

let database: TestDatabase;
/** Two of a pooler's connections, of which each statement gets the other one. */
let pooled: Client[];
let writer: Client;
let slow: Client;
let log: AnnouncementLog;

const connect = async () => {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  return client;
};
beforeAll(async () => {
  database = await createDemoDatabase();
  pooled = [await connect(), await connect()];
  [writer, slow] = [await connect(), await connect()];
});
beforeEach(async () => {
  await writer.query('TRUNCATE announcements, announcement_log');
  log = new AnnouncementLog();
});
afterAll(async () => {
  for (const client of [...pooled, writer, slow]) await client.end();
  await database.drop();
});

const query: FeedQuery = async <Row>(text: string, values: unknown[]) => {
  pooled.reverse();
  const { rows } = await (pooled[0] as Client).query(text, values);
  return rows as Row[];
};
const read = async () => (await log.read(query)).map(({ payload }) => payload).sort();
const announce = (client: Client, payload: string, channel = 'connections') =>
  client.query('SELECT announce($1, $2)', [channel, payload]);

describe('what triggers announce is read, once', () => {
  it('from the moment on when the reader began, and nothing twice', async () => {
    await announce(writer, 'before');
    await log.begin(query);
    expect(await read()).toEqual([]);
    await announce(writer, 'then');
    await announce(writer, 'and then', 'signing_keys');
    expect(await log.read(query)).toEqual(
      expect.arrayContaining([
        { channel: 'connections', payload: 'then' },
        { channel: 'signing_keys', payload: 'and then' },
      ]),
    );
    expect(await read()).toEqual([]);
  });

  it('what was announced first and committed last is not missed', async () => {
    await log.begin(query);
    await slow.query('BEGIN');
    await announce(slow, 'slow');
    await announce(writer, 'fast');
    expect(await read()).toEqual(['fast']);
    await slow.query('SAVEPOINT part');
    await announce(slow, 'in a part of it');
    expect(await read()).toEqual([]);
    await slow.query('COMMIT');
    expect(await read()).toEqual(['in a part of it', 'slow']);
    expect(await read()).toEqual([]);
  });

  it('what was rolled back has never been', async () => {
    await log.begin(query);
    await slow.query('BEGIN');
    await announce(slow, 'never');
    await slow.query('ROLLBACK');
    expect(await read()).toEqual([]);
  });

  it('who listens hears it as well', async () => {
    const listener = await connect();
    const heard = once(listener, 'notification');
    await listener.query('LISTEN connections');
    await announce(writer, 'both ways');
    expect(await heard).toMatchObject([{ payload: 'both ways' }]);
    await listener.end();
  });

  it.each([
    ['oauth_clients', `UPDATE oauth_clients SET name = name || '.'`],
    ['oauth_clients', `UPDATE oauth_client_secrets SET expires_at = now() + interval '1 day'`],
    ['signing_keys', `DELETE FROM signing_keys`],
    [
      'connections',
      `INSERT INTO connection_endings (user_id, at, reason)
       SELECT id, now(), 'user_disabled' FROM users LIMIT 1`,
    ],
  ])('%s: whoever changes a row, and however: %s', async (channel, statement) => {
    await writer.query(
      `INSERT INTO signing_keys (kid, private_key_encrypted, public_jwk, created_at, signs_from)
       SELECT 'a key', '', '{}', now(), now() ON CONFLICT DO NOTHING`,
    );
    await log.begin(query);
    await writer.query(statement);
    expect((await log.read(query)).map((announced) => announced.channel)).toContain(channel);
  });

  it('no trigger announces past the table', async () => {
    const { rows } = await writer.query(
      `SELECT proname FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND prosrc LIKE '%pg_notify%'`,
    );
    expect(rows).toEqual([{ proname: 'announce' }]);
  });

  it('an index finds what is new, however much there is', async () => {
    await writer.query(
      `INSERT INTO announcements SELECT (n / 10)::text::xid8, 'connections', 'a user ' || n
         FROM generate_series(1, 20000) n`,
    );
    await log.begin(query);
    let plan = '';
    await log.read(async (text, values) => {
      const { rows } = await writer.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values);
      plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      return query(text, values);
    });
    expect(plan).toContain('announcements_written');
    expect(plan).not.toContain('Seq Scan on announcements');
  });
});

describe('what may have been missed is noticed', () => {
  it('a crash of the database, which empties the tables', async () => {
    await log.begin(query);
    await writer.query('TRUNCATE announcements, announcement_log');
    await expect(read()).rejects.toThrow('the database has been restarted');
    await log.begin(query);
    await announce(writer, 'afterwards');
    expect(await read()).toEqual(['afterwards']);
  });

  it('and another reader has begun anew since', async () => {
    await log.begin(query);
    await writer.query('TRUNCATE announcements, announcement_log');
    await new AnnouncementLog().begin(query);
    await expect(read()).rejects.toThrow('the database has been restarted');
  });

  it('both tables are outside the write-ahead log, so that a crash empties both', async () => {
    const { rows } = await writer.query(
      `SELECT relname, relpersistence FROM pg_class WHERE relname LIKE 'announcement%' AND relkind = 'r'
        ORDER BY relname`,
    );
    expect(rows).toEqual([
      { relname: 'announcement_log', relpersistence: 'u' },
      { relname: 'announcements', relpersistence: 'u' },
    ]);
  });

  it('a pause so long that some of it may have been deleted, by the database’s clock', async () => {
    const late =
      (ms: number): FeedQuery =>
      async (text, values) => {
        const rows = await query<{ at: Date }>(text, values);
        return rows.map((row) => ({ ...row, at: new Date(row.at.getTime() + ms) })) as never;
      };
    await log.begin(query);
    expect(await log.read(late(ANNOUNCEMENTS_READ_WITHIN_MS - 10_000))).toEqual([]);
    await log.begin(query);
    await expect(log.read(late(ANNOUNCEMENTS_READ_WITHIN_MS + 10_000))).rejects.toThrow(
      'too long ago',
    );
  });

  it('by a node, too, which then reads everything anew', async () => {
    const heard: string[] = [];
    let connects = 0;
    const nats = { servers: ['127.0.0.1:1'], tls: false, subject: 'nobody.there' };
    const feed = new ChangeFeed(
      { databaseUrl: database.url, nats } as RuntimeConfig,
      new AppLogger(pino({ level: 'silent' })),
    );
    feed.subscribe({
      channel: 'connections',
      onChange: (payload) => void heard.push(payload),
      catchUp: (_, reconnected) => Promise.resolve(void (connects += reconnected ? 1 : 0)),
    });
    try {
      await feed.start();
      await announce(writer, 'before');
      await eventually(() => heard.includes('before'));
      expect(connects).toBe(1);
      await writer.query('TRUNCATE announcements, announcement_log');
      await eventually(() => connects === 2 && feed.isLive());
      await announce(writer, 'afterwards');
      await eventually(() => heard.includes('afterwards'));
    } finally {
      await feed.close();
    }
  });
});

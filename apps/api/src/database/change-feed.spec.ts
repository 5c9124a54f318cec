import { createTestDatabase } from '@flixcheck/test-harness';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type AddressInfo, connect, createServer } from 'node:net';
import pino from 'pino';
import { DataSource } from 'typeorm';
import type { RuntimeConfig } from '../config/config.module.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { ChangeFeed, type Subscription } from './change-feed.js';
import { dataSourceOptions } from './data-source.js';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let dataSource: DataSource;
const feeds: ChangeFeed[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await new DataSource(dataSourceOptions(database.url)).initialize();
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});
afterEach(async () => {
  await Promise.all(feeds.splice(0).map((feed) => feed.onApplicationShutdown()));
});

function feedOf(subscriptions: Subscription[], databaseUrl = database.url): ChangeFeed {
  const logger = new AppLogger(pino({ level: 'silent' }));
  const feed = new ChangeFeed({ databaseUrl } as RuntimeConfig, logger);
  subscriptions.forEach((subscription) => feed.subscribe(subscription));
  feeds.push(feed);
  return feed;
}

const notify = (channel: string, payload: string) =>
  dataSource.query('SELECT pg_notify($1, $2)', [channel, payload]);
const listeners = (): Promise<unknown[]> =>
  dataSource.query(
    `SELECT pid FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE '%change feed'`,
  );

describe('the change feed', () => {
  it('tells the subscribers of a channel, and only them, once it is live', async () => {
    const heard: string[] = [];
    const last = signal();
    const feed = feedOf([
      { channel: 'connections', onChange: (payload) => void heard.push(`connections ${payload}`) },
      { channel: 'oauth_clients', onChange: (payload) => void heard.push(`clients ${payload}`) },
      { channel: 'oauth_clients', onChange: () => last.resolve() },
    ]);
    expect(feed.isLive()).toBe(false);
    await feed.start();
    expect(feed.isLive()).toBe(true);
    await notify('signing_keys', 'x');
    await notify('connections', 'a b');
    await notify('oauth_clients', 'c');
    await last.promise;
    expect(heard).toEqual(['connections a b', 'clients c']);
  });

  it('is not live before every subscriber has caught up', async () => {
    const seen: boolean[] = [];
    const feed: ChangeFeed = feedOf([
      {
        channel: 'connections',
        onChange: () => undefined,
        catchUp: async (query, reconnected) => {
          const [row] = await query<{ one: number }>('SELECT $1::integer AS one', [1]);
          if (reconnected) seen.push(row?.one === 1, feed.isLive());
        },
      },
    ]);
    await feed.start();
    expect(seen).toEqual([true, false]);
    expect(feed.isLive()).toBe(true);
  });

  it('starts over when a subscriber could not process a change', async () => {
    const again = signal();
    let connects = 0;
    const feed = feedOf([
      {
        channel: 'connections',
        onChange: () => {
          throw new Error('not understood');
        },
        catchUp: async (_, reconnected) => {
          if (reconnected && (connects += 1) === 2) again.resolve();
        },
      },
    ]);
    await feed.start();
    await notify('connections', 'x');
    await again.promise;
  });

  it('is not live after the process was paused, until it has asked again', async () => {
    const asked = signal();
    let stoodStill = false;
    const feed = feedOf([
      {
        channel: 'connections',
        onChange: () => undefined,
        catchUp: async () => void (stoodStill && asked.resolve()),
      },
    ]);
    await feed.start();
    // As on a paused machine: what was announced meanwhile has been missed.
    for (const start = performance.now(); performance.now() - start < 1000;);
    stoodStill = true;
    expect(feed.isLive()).toBe(false);
    await asked.promise;
    while (!feed.isLive()) await new Promise(setImmediate);
  });

  it('refuses a subscriber after its start, who would hear nothing', async () => {
    const feed = feedOf([]);
    await feed.start();
    expect(() => feed.subscribe({ channel: 'connections', onChange: () => undefined })).toThrow();
  });

  it('says at the start that the database is unreachable, and keeps trying', async () => {
    const port = await freePort();
    const live = signal();
    const url = new URL(database.url);
    const target = { host: url.hostname, port: Number(url.port || 5432) };
    url.hostname = '127.0.0.1';
    url.port = String(port);
    const feed = feedOf(
      [{ channel: 'connections', onChange: () => undefined, catchUp: async () => live.resolve() }],
      url.href,
    );
    await expect(feed.start()).rejects.toThrow('ECONNREFUSED');
    expect(feed.isLive()).toBe(false);
    const server = createServer((socket) => {
      const upstream = connect(target);
      socket.pipe(upstream).pipe(socket);
      socket.on('error', () => upstream.destroy());
      upstream.on('error', () => socket.destroy());
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    await live.promise;
    await feed.onApplicationShutdown();
    await new Promise((resolve) => server.close(resolve));
  });

  it('leaves no connection behind when it is stopped, not even while connecting', async () => {
    for (let round = 0; round < 5; round += 1) {
      const feed = feedOf([]);
      const started = feed.start().catch(() => undefined);
      if (round % 2) await started;
      await feed.onApplicationShutdown();
      expect(feed.isLive()).toBe(false);
    }
    // The server notices a closed connection a moment later; those of earlier tests go too.
    for (let round = 0; (await listeners()).length > 0 && round < 1000; round += 1);
    expect(await listeners()).toEqual([]);
  });
});

function signal() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve: () => resolve() };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

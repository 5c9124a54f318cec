import { eventually, type PortalUser } from '@flixcheck/test-harness';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type AddressInfo, createServer, Socket } from 'node:net';
import { DataSource } from 'typeorm';
import { HOUR, MINUTE } from '../config/clock.js';
import { AfterCommit } from '../database/after-commit.js';
import { ChangeFeed } from '../database/change-feed.js';
import { dataSourceOptions } from '../database/data-source.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { grant } from '../testing/connections.js';
import { person } from '../testing/person.js';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { ConnectionsModule } from './connections.module.js';
import { ConnectionsService } from './connections.service.js';
import { Revocations } from './revocations.js';

let test: TestContext;
let user: Pick<PortalUser, 'id' | 'accountId'>;
let other: Node;

/** The part of another process that hears of revocations. */
interface Node {
  feed: ChangeFeed;
  revocations: Revocations;
  dataSource: DataSource;
  stop: () => Promise<void>;
}

async function startNode(feedUrl = test.config.databaseUrl): Promise<Node> {
  const logger = test.app.get(AppLogger);
  const dataSource = await new DataSource(dataSourceOptions(test.config.databaseUrl)).initialize();
  const feed = new ChangeFeed({ ...test.config, databaseUrl: feedUrl }, logger);
  const afterCommit = new AfterCommit(dataSource);
  const revocations = new Revocations(feed, dataSource, test.clock, afterCommit, logger);
  await feed.start();
  return {
    feed,
    revocations,
    dataSource,
    stop: async () => {
      await feed.onApplicationShutdown();
      await dataSource.destroy();
    },
  };
}

beforeAll(async () => {
  test = await createTestModule([ConnectionsModule]);
  user = await person(test);
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.dataSource.query('DELETE FROM connections');
  other = await startNode();
});
afterEach(() => other.stop());

/** @returns the connection's id, when the database has committed its end */
async function revoke(id?: string): Promise<string> {
  const connectionId = id ?? (await grant(test, user)).id;
  await test.app
    .get(ConnectionsService)
    .revoke([connectionId], { actorId: user.id, reason: 'user', at: test.clock.now() });
  return connectionId;
}

async function revokeUnannounced(): Promise<string> {
  await test.dataSource.query('ALTER TABLE revocations DISABLE TRIGGER announce');
  try {
    return await revoke();
  } finally {
    await test.dataSource.query('ALTER TABLE revocations ENABLE TRIGGER announce');
  }
}

async function killFeeds(): Promise<void> {
  await test.dataSource.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE '%change feed'`,
  );
}

describe('a revoked connection', () => {
  it('is refused by the node that revoked it, as soon as it has', async () => {
    const { id } = await grant(test, user);
    expect(test.app.get(Revocations).isRevoked([id])).toBe(false);
    await revoke(id);
    expect(test.app.get(Revocations).isRevoked([id])).toBe(true);
  });

  it('is refused by that node even if the feed never says so', async () => {
    const { revocations, dataSource, feed } = other;
    await feed.onApplicationShutdown();
    await dataSource.transaction(async (tx) => {
      revocations.rememberAfterCommit(tx, ['subject']);
      expect(await revocations.isRevoked(['subject'])).toBe(false);
    });
    // Not a promise: from memory.
    expect(revocations.isRevoked(['subject'])).toBe(true);
  });

  it('is refused by another node within a second, without a question to the database', async () => {
    const { id } = await grant(test, user);
    expect(other.revocations.isRevoked(['family', id, 'jti'])).toBe(false);
    await revoke(id);
    await eventually(() => other.revocations.isRevoked([id]) === true, Boolean, 1000);
    expect(other.revocations.isRevoked(['family', id, 'jti'])).toBe(true);
  });

  it('is not refused when the revocation is rolled back', async () => {
    const { id } = await grant(test, user);
    const service = test.app.get(ConnectionsService);
    const ending = { actorId: user.id, reason: 'user', at: test.clock.now() } as const;
    await expect(
      test.dataSource.transaction(async (tx) => {
        await service.revoke([id], ending, tx);
        throw new Error('rolled back');
      }),
    ).rejects.toThrow('rolled back');
    expect(test.app.get(Revocations).isRevoked([id])).toBe(false);
    expect(await other.revocations.isRevokedInDatabase([id])).toBe(false);
  });

  it('is not refused before the transaction that revokes it has committed', async () => {
    const { id } = await grant(test, user);
    const service = test.app.get(ConnectionsService);
    await test.dataSource.transaction(async (tx) => {
      const ending = { actorId: user.id, reason: 'user', at: test.clock.now() } as const;
      // A savepoint that is released commits nothing.
      await tx.transaction((inner) => service.revoke([id], ending, inner));
      expect(test.app.get(Revocations).isRevoked([id])).toBe(false);
    });
    expect(test.app.get(Revocations).isRevoked([id])).toBe(true);
  });

  it('is refused as soon as it is announced, not only with the next heartbeat', async () => {
    await test.dataSource.query(`SELECT pg_notify('revocations', 'announced only')`);
    await eventually(() => other.revocations.isRevoked(['announced only']) === true);
  });

  it('is refused also when an operator ends it with psql', async () => {
    const { id } = await grant(test, user);
    await test.dataSource.query(
      `UPDATE connections SET revoked_at = $2, revocation_reason = 'admin' WHERE id = $1`,
      [id, test.clock.now()],
    );
    await eventually(() => other.revocations.isRevoked([id]) === true, Boolean, 1000);
  });
});

describe('a single access token', () => {
  it('that is revoked is refused on every node, and its connection is not', async () => {
    const { id } = await grant(test, user);
    const expiry = new Date(test.clock.now().getTime() + HOUR);
    await test.app.get(Revocations).revokeAccessToken('jti-1', expiry);
    expect(test.app.get(Revocations).isRevoked([id, 'jti-1'])).toBe(true);
    await eventually(() => other.revocations.isRevoked(['jti-1']) === true, Boolean, 1000);
    expect(other.revocations.isRevoked([id])).toBe(false);
    // Twice is no error (RFC 7009 §2.2).
    await test.app.get(Revocations).revokeAccessToken('jti-1', expiry);
  });
});

describe('while the feed is cut', () => {
  it('no revoked connection is accepted', async () => {
    const proxy = await startProxy(test.config.databaseUrl);
    const node = await startNode(proxy.url);
    try {
      const ids = [await grant(test, user), await grant(test, user, { clientId: 'belegscanner' })];
      proxy.cut();
      await eventually(() => !node.feed.isLive());
      for (const { id } of ids) {
        await revoke(id);
        expect(await node.revocations.isRevoked([id])).toBe(true);
      }
      proxy.restore();
      await eventually(() => node.feed.isLive());
      // At once, from memory: it was read before the feed counted as live.
      for (const { id } of ids) expect(node.revocations.isRevoked([id])).toBe(true);
    } finally {
      await node.stop();
      await proxy.stop();
    }
  });

  it('by killing the listener again and again, a revocation is known as fast as ever', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { id } = await grant(test, user);
      await killFeeds();
      await revoke(id);
      await eventually(
        async () => (await other.revocations.isRevoked([id])) === true,
        Boolean,
        1000,
      );
      await eventually(() => other.feed.isLive());
      expect(other.revocations.isRevoked([id])).toBe(true);
    }
  });

  it('the database is asked, and says no for what is not revoked', async () => {
    const { id } = await grant(test, user);
    await other.feed.onApplicationShutdown();
    const answer = other.revocations.isRevoked([id]);
    expect(answer).toBeInstanceOf(Promise);
    expect(await answer).toBe(false);
  });

  it('what was revoked meanwhile is known when it is live again, without a question', async () => {
    const stopped = await startNode();
    await stopped.stop();
    const id = await revoke();
    const restarted = await startNode();
    try {
      expect(restarted.feed.isLive()).toBe(true);
      expect(restarted.revocations.isRevoked([id])).toBe(true);
    } finally {
      await restarted.stop();
    }
  });

  it('without anybody noticing, a revocation is known within a second', async () => {
    const proxy = await startProxy(test.config.databaseUrl);
    const node = await startNode(proxy.url);
    try {
      const { id } = await grant(test, user);
      expect(node.revocations.isRevoked([id])).toBe(false);
      proxy.silence();
      await revoke(id);
      await eventually(
        async () => (await node.revocations.isRevoked([id])) === true,
        Boolean,
        1000,
      );
      expect(node.feed.isLive()).toBe(false);
      proxy.restore();
      await eventually(() => node.feed.isLive());
      expect(node.revocations.isRevoked([id])).toBe(true);
    } finally {
      await node.stop();
      await proxy.stop();
    }
  });

  it('and the database is away, nothing is accepted: 503', async () => {
    const { id } = await grant(test, user);
    await other.feed.onApplicationShutdown();
    await other.dataSource.destroy();
    await expect(async () => other.revocations.isRevoked([id])).rejects.toMatchObject({
      code: 'service_unavailable',
      status: 503,
    });
    await expect(other.revocations.isRevokedInDatabase([id])).rejects.toMatchObject({
      status: 503,
    });
    other = await startNode();
  });
});

describe('an announcement that got lost', () => {
  it('is made good for by the next heartbeat', async () => {
    const id = await revokeUnannounced();
    await eventually(() => other.revocations.isRevoked([id]) === true, Boolean, 1000);
  });
});

describe('the set of revoked subjects', () => {
  it('forgets a subject when no token of it can be alive any more', async () => {
    const id = await revoke();
    await eventually(() => other.revocations.isRevoked([id]) === true);
    test.clock.advance(HOUR + MINUTE);
    await nextCatchUp();
    expect(other.revocations.isRevoked([id])).toBe(true);
    test.clock.advance(HOUR);
    await nextCatchUp();
    expect(other.revocations.isRevoked([id])).toBe(false);
  });

  it('is read completely at the start, but for what has expired', async () => {
    const { dataSource, clock } = test;
    const now = clock.now().getTime();
    await dataSource.query(
      `INSERT INTO revocations
       SELECT 'subject-' || n, $1::timestamptz, CASE WHEN n > 100 THEN $2 ELSE $1 END::timestamptz
       FROM generate_series(1, 1100) n`,
      [new Date(now - HOUR), new Date(now + HOUR)],
    );
    const node = await startNode();
    try {
      expect(node.revocations.isRevoked(['subject-1100'])).toBe(true);
      expect(node.revocations.isRevoked(['subject-100'])).toBe(false);
    } finally {
      await node.stop();
      await dataSource.query(`DELETE FROM revocations WHERE subject LIKE 'subject-%'`);
    }
  });
});

/** Waits for a catch-up that began after this call: it brings what was never announced. */
async function nextCatchUp(): Promise<void> {
  const id = await revokeUnannounced();
  await eventually(() => other.revocations.isRevoked([id]) === true);
}

/** A way to the database that can be cut, or go silent without closing, as a cable does. */
async function startProxy(databaseUrl: string) {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let state: 'open' | 'silent' | 'cut' = 'open';
  const destroyAll = () => sockets.forEach((socket) => socket.destroy());
  const server = createServer((incoming) => {
    const outgoing = new Socket().connect(Number(target.port || 5432), target.hostname);
    for (const [from, to] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
      from.on('data', (data) => state === 'silent' || to.write(data));
    }
    if (state === 'cut') destroyAll();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    silence: () => void (state = 'silent'),
    cut: () => {
      state = 'cut';
      destroyAll();
    },
    restore: () => {
      destroyAll();
      state = 'open';
    },
    stop: async () => {
      destroyAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

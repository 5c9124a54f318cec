import {
  changeCrm,
  eventually,
  PortalUser,
  type ThirdParty,
  type TokenAnswer,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { SECOND } from '../config/clock.js';
import { OAuthClientsService } from '../oauth-clients/oauth-clients.service.js';
import type { TestApp } from '../testing/test-app.js';
import { startTwoNodes } from '../testing/two-nodes.js';
import { ConnectionEndings } from './connection-endings.js';
import { ConnectionsService } from './connections.service.js';

const CRM = 'maklerwelt-crm';

let one: TestApp;
let other: TestApp;
let crm: ThirdParty;
let elsewhere: ThirdParty;
let admin: PortalUser;
let user: PortalUser;
let operator: PortalUser;

beforeAll(async () => {
  ({ one, other, crm, elsewhere } = await startTwoNodes());
  operator = await PortalUser.signIn(one.url, 'operator@flixcheck.example');
});
afterAll(async () => {
  await other.close();
  await one.close();
});
beforeEach(async () => {
  await settled();
  await one.dataSource.query(`UPDATE users SET status = 'active'`);
  await setStatus('active');
  await one.dataSource.query('DELETE FROM connections');
  admin = await PortalUser.signIn(one.url, 'admin@musterhaus.example');
  user = await PortalUser.signIn(one.url);
});

const settled = () => one.app.get(ConnectionEndings).follow();

const setStatus = (status: 'active' | 'disabled') => changeCrm(operator, { status });

/**
 * Lets no row follow what is decided, as if every node were killed at the commit.
 * @param userId whose rows; left out: everybody's
 * @returns what lets them follow
 */
async function holdRows(userId?: string): Promise<() => Promise<void>> {
  const client = await transaction();
  await client.query(
    'SELECT FROM connections WHERE $1::uuid IS NULL OR user_id = $1 FOR NO KEY UPDATE',
    [userId ?? null],
  );
  return () => client.end();
}

/** Not from the pool: the program gives up a connection that is silent for long. */
async function transaction(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: one.config.databaseUrl });
  await client.connect();
  await client.query('BEGIN');
  return client;
}

const rowsLeft = async (): Promise<number> => {
  const [{ count }] = await one.dataSource.query(
    'SELECT count(*)::integer FROM connections WHERE revoked_at IS NULL',
  );
  return count;
};

/** Every way in which a third party notices that a connection is over. */
async function expectOver({ access_token, refresh_token }: TokenAnswer): Promise<void> {
  for (const node of [crm, elsewhere]) {
    await eventually(async () => (await node.use(access_token)) === 401, Boolean, 1000);
    expect((await node.refresh(refresh_token)).status).toBeGreaterThanOrEqual(400);
  }
}

describe('what ends many connections takes effect before any row has followed', () => {
  it('a user who is disabled', async () => {
    const [mine, admins] = [await crm.connect(user), await crm.connect(admin)];
    const release = await holdRows();
    try {
      const path = `/user/v7/users/${user.id}`;
      const answer = await admin.call('PATCH', path, { resource: { status: 'disabled' } });
      expect(answer.status).toBe(200);
      expect(await rowsLeft()).toBe(2);
      await expectOver(mine);
      expect(await crm.isActive(mine.access_token)).toBe(false);
      expect(await crm.isActive(mine.refresh_token)).toBe(false);
      expect(await crm.use(admins.access_token)).toBe(200);
      // People see it as ended too, with who did it and why.
      const { body } = await admin.call('GET', `/user/v7/connections?userId=${user.id}`);
      expect(body.resources).toMatchObject([
        { status: 'revoked', revocationReason: 'user_disabled', revokedBy: { id: admin.id } },
      ]);
    } finally {
      await release();
    }
    await settled();
    expect(await rowsLeft()).toBe(1);
  });

  it('a client that is disabled, and its codes too', async () => {
    const tokens = await crm.connect(user);
    const { code } = await crm.code(user);
    const release = await holdRows();
    try {
      await setStatus('disabled');
      await expectOver(tokens);
      await setStatus('active');
      // Switched on again before its rows have followed: what has ended stays ended.
      await eventually(async () => (await elsewhere.exchange('none')).status === 400);
      await expectOver(tokens);
      const used = await crm.exchange(code);
      expect(used).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    } finally {
      await release();
    }
    await settled();
    expect(await rowsLeft()).toBe(0);
  });

  it('all of an application within one company, and no other company’s', async () => {
    const stranger = await PortalUser.signIn(one.url, 'admin@beispiel.example');
    const [mine, theirs] = [await crm.connect(user), await crm.connect(stranger)];
    const release = await holdRows();
    try {
      const answer = await admin.call('DELETE', `/user/v7/connections?clientId=${CRM}`);
      expect(answer.body.resource).toEqual({ revoked: 1 });
      await expectOver(mine);
      expect(await crm.use(theirs.access_token)).toBe(200);
      expect(await elsewhere.use(theirs.access_token)).toBe(200);
    } finally {
      await release();
    }
  });

  it('a whole company', async () => {
    const stranger = await PortalUser.signIn(one.url, 'admin@beispiel.example');
    const [mine, theirs] = [await crm.connect(user), await crm.connect(stranger)];
    const { accountId } = user;
    const ending = { actorId: null, reason: 'admin', at: one.clock.now() } as const;
    await one.dataSource.transaction((tx) =>
      one.app.get(ConnectionsService).revokeAll(tx, { accountId }, ending),
    );
    await expectOver(mine);
    expect(await crm.use(theirs.access_token)).toBe(200);
  });
});

describe('a new consent while the rows still follow', () => {
  it('opens a new connection, whose tokens work on every node and are not meant', async () => {
    const before = await crm.connect(user);
    const [{ id: old }] = (await user.call('GET', '/user/v7/connections')).body.resources;
    // Other rows are held, so that the ending stays open.
    await crm.connect(admin);
    const release = await holdRows(admin.id);
    try {
      await setStatus('disabled');
      await setStatus('active');
      const after = await crm.connect(user);
      expect(await crm.use(after.access_token)).toBe(200);
      await eventually(
        async () => (await elsewhere.use(after.access_token)) === 200,
        Boolean,
        1000,
      );
      const refreshed = await elsewhere.refresh(after.refresh_token);
      expect(refreshed.status).toBe(200);
      expect(await crm.use(refreshed.body.access_token)).toBe(200);
      await expectOver(before);
      const { body } = await user.call('GET', '/user/v7/connections');
      expect(body.resources).toMatchObject([
        { status: 'active' },
        { id: old, status: 'revoked', revocationReason: 'client_disabled' },
      ]);
    } finally {
      await release();
    }
    await settled();
    expect(await rowsLeft()).toBe(1);
  });
});

describe('a decision that comes after another', () => {
  it('binds what was issued in between, also on a node whose clock is behind', async () => {
    const endAll = (node: TestApp) => {
      const ending = { actorId: user.id, reason: 'user', at: node.clock.now() } as const;
      return node.dataSource.transaction((tx) =>
        node.app.get(ConnectionsService).revokeAll(tx, { userId: user.id }, ending),
      );
    };
    await crm.connect(user);
    await endAll(one);
    const between = await crm.connect(user);
    expect(await crm.use(between.access_token)).toBe(200);
    other.clock.advance(-5 * SECOND);
    try {
      await endAll(other);
      await expectOver(between);
    } finally {
      other.clock.advance(5 * SECOND);
    }
  });

  it('of two that are under way at a time, has the later moment where it commits later', async () => {
    const at = one.clock.now();
    const [first, second] = [await transaction(), await transaction()];
    try {
      const ending = 'INSERT INTO connection_endings (user_id, at, reason) VALUES ($1, $2, $3)';
      await first.query(ending, [user.id, at, 'admin']);
      await second.query(ending, [admin.id, new Date(at.getTime() + SECOND), 'admin']);
      await second.query('COMMIT');
      await first.query('COMMIT');
      const moments = await one.dataSource.query(
        'SELECT subject FROM revocations WHERE subject = ANY ($1) ORDER BY issued_before',
        [[`user:${user.id}`, `user:${admin.id}`]],
      );
      expect(moments).toEqual([{ subject: `user:${admin.id}` }, { subject: `user:${user.id}` }]);
    } finally {
      await Promise.all([first.end(), second.end()]);
    }
  });

  it('made with psql, lets through what is issued after it', async () => {
    await crm.connect(user);
    await one.dataSource.query(
      `INSERT INTO connection_endings (user_id, at, reason) VALUES ($1, now(), 'admin')`,
      [user.id],
    );
    const after = await crm.connect(user);
    expect(await crm.use(after.access_token)).toBe(200);
    await eventually(async () => (await elsewhere.use(after.access_token)) === 200, Boolean, 1000);
  });
});

describe('the rows that follow', () => {
  it('are told in the history, once each', async () => {
    await crm.connect(user);
    await setStatus('disabled');
    await settled();
    const events: { type: string; detail: string }[] = await one.dataSource.query(
      `SELECT type, detail FROM connection_events WHERE type = 'revoked'`,
    );
    expect(events).toEqual([{ type: 'revoked', detail: 'client_disabled' }]);
  });

  it('follow also from another node, after the one that decided was killed', async () => {
    await crm.connect(user);
    await one.dataSource.query(
      `INSERT INTO connection_endings (user_id, at, reason) VALUES ($1, $2, 'user_disabled')`,
      [user.id, one.clock.now()],
    );
    expect(await other.app.get(ConnectionEndings).follow()).toBe(1);
    expect(await rowsLeft()).toBe(0);
    expect(await one.dataSource.query('SELECT FROM connection_endings')).toEqual([]);
  });

  it('are refused by one entry, however many they are', async () => {
    const many = 2500;
    const [{ id: clientId }] = await one.dataSource.query(
      'SELECT id FROM oauth_clients WHERE client_id = $1',
      [CRM],
    );
    await one.dataSource.query(
      `WITH people AS (
         INSERT INTO users (id, account_id, email, first_name, last_name, role, locale, status,
                            password_hash, created_at, updated_at)
         SELECT gen_random_uuid(), account_id, 'many-' || n || '@musterhaus.example', 'N', n::text,
                'member', 'de', 'active', password_hash, now(), now()
           FROM users, generate_series(1, $2::integer) n WHERE id = $1
         RETURNING id, account_id
       )
       INSERT INTO connections (id, oauth_client_id, user_id, account_id, scope, granted_at)
       SELECT gen_random_uuid(), $3, id, account_id, 'read', now() FROM people`,
      [user.id, many, clientId],
    );
    const before: number = (await one.dataSource.query('SELECT FROM revocations')).length;
    await one.dataSource.transaction((tx) =>
      one.app.get(OAuthClientsService).announceDeactivation(tx, {
        oauthClientId: clientId,
        actorId: null,
        reason: 'client_disabled',
        at: one.clock.now(),
      }),
    );
    await settled();
    expect(await rowsLeft()).toBe(0);
    const after: number = (await one.dataSource.query('SELECT FROM revocations')).length;
    expect(after - before).toBeLessThanOrEqual(1);
  });
});

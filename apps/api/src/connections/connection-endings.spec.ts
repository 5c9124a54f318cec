import { eventually } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { SECOND } from '../config/clock.js';
import { OAuthError } from '../http/api-error.js';
import { OAuthClientsService } from '../oauth-clients/oauth-clients.service.js';
import { ClientRegistry } from '../oauth-clients/registry.service.js';
import { type Application, createTwoNodes } from '../testing/application.js';
import { type Person, person } from '../testing/person.js';
import type { TestContext } from '../testing/test-context.js';
import { UsersService } from '../users/users.service.js';
import { ConnectionDecisions } from './connection-decisions.js';
import { ConnectionEndings } from './connection-endings.js';
import type { ConnectionsQuery } from './connections.dto.js';
import { ConnectionsOverview } from './connections-overview.js';
import { ConnectionsService } from './connections.service.js';

const CRM = 'maklerwelt-crm';

let one: TestContext;
let other: TestContext;
let close: () => Promise<void>;
let crm: Application;
let elsewhere: Application;
let admin: Person;
let user: Person;

beforeAll(async () => {
  ({ one, other, crm, elsewhere, close } = await createTwoNodes());
  admin = await person(one, 'admin@musterhaus.example');
  user = await person(one);
});
afterAll(() => close());
beforeEach(async () => {
  await settled();
  await one.dataSource.query(`UPDATE users SET status = 'active'`);
  await setStatus('active');
  await one.dataSource.query('DELETE FROM connections');
});

const settled = () => one.app.get(ConnectionEndings).follow();

async function setStatus(status: 'active' | 'disabled'): Promise<void> {
  const registry = one.app.get(ClientRegistry);
  const { id } = await registry.getByClientId(CRM);
  await registry.update(id, { status }, null);
}

const list = async (who: Person, query: ConnectionsQuery = {}) =>
  (await one.app.get(ConnectionsOverview).list(who, query)).resources;

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
async function expectOver({ access_token, refresh_token }: Tokens): Promise<void> {
  for (const node of [crm, elsewhere]) {
    await eventually(async () => !(await node.isAccepted(access_token)), Boolean, 1000);
    await expect(node.refresh(refresh_token)).rejects.toBeInstanceOf(OAuthError);
  }
}
type Tokens = Awaited<ReturnType<Application['refresh']>>;

describe('what ends many connections takes effect before any row has followed', () => {
  it('a user who is disabled', async () => {
    const [mine, admins] = [await crm.connect(user), await crm.connect(admin)];
    const release = await holdRows();
    try {
      await one.app.get(UsersService).setStatus(user.id, 'disabled', admin);
      expect(await rowsLeft()).toBe(2);
      await expectOver(mine);
      expect(await crm.isActive(mine.access_token)).toBe(false);
      expect(await crm.isActive(mine.refresh_token)).toBe(false);
      expect(await crm.isAccepted(admins.access_token)).toBe(true);
      // The authorize page and the list of applications do not call it connected any more.
      const connections = one.app.get(ConnectionsService);
      const client = await one.app.get(ClientRegistry).getByClientId(CRM);
      expect(await connections.findActive(client.id, user.id)).toBeNull();
      expect([...(await connections.activeByClient(user.id)).keys()]).toEqual([]);
      expect([...(await connections.activeByClient(admin.id)).keys()]).toEqual([client.id]);
      // People see it as ended too, with who did it and why.
      expect(await list(admin, { userId: user.id })).toMatchObject([
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
    const code = await crm.code(user);
    const release = await holdRows();
    try {
      await setStatus('disabled');
      await expectOver(tokens);
      await setStatus('active');
      // Switched on again before its rows have followed: what has ended stays ended.
      const invalid = { error: 'invalid_grant' };
      await eventually(
        () => elsewhere.exchange('none').catch((error: OAuthError) => error),
        (refused) => 'error' in refused && refused.error === invalid.error,
      );
      await expectOver(tokens);
      await expect(crm.exchange(code)).rejects.toMatchObject(invalid);
    } finally {
      await release();
    }
    await settled();
    expect(await rowsLeft()).toBe(0);
  });

  it('all of an application within one company, and no other company’s', async () => {
    const stranger = await person(one, 'admin@beispiel.example');
    const [mine, theirs] = [await crm.connect(user), await crm.connect(stranger)];
    const release = await holdRows();
    try {
      const ended = await one.app.get(ConnectionDecisions).endMany(admin, { clientId: CRM });
      expect(ended).toEqual({ revoked: 1 });
      await expectOver(mine);
      expect(await crm.isAccepted(theirs.access_token)).toBe(true);
      expect(await elsewhere.isAccepted(theirs.access_token)).toBe(true);
    } finally {
      await release();
    }
  });

  it('a whole company', async () => {
    const stranger = await person(one, 'admin@beispiel.example');
    const [mine, theirs] = [await crm.connect(user), await crm.connect(stranger)];
    const { accountId } = user;
    const ending = { actorId: null, reason: 'admin', at: one.clock.now() } as const;
    await one.dataSource.transaction((tx) =>
      one.app.get(ConnectionsService).revokeAll(tx, { accountId }, ending),
    );
    await expectOver(mine);
    expect(await crm.isAccepted(theirs.access_token)).toBe(true);
  });
});

describe('a new consent while the rows still follow', () => {
  it('opens a new connection, whose tokens work on every node and are not meant', async () => {
    const before = await crm.connect(user);
    const [old] = await list(user);
    // Another row is held, so that the ending stays open: the first in the order in which rows are
    // locked, or the user's own could be locked and wait for it.
    await one.dataSource.query(
      `INSERT INTO connections (id, oauth_client_id, user_id, account_id, scope, granted_at)
       SELECT '00000000-0000-4000-8000-000000000000', oauth_client_id, $1, account_id, scope, granted_at
         FROM connections`,
      [admin.id],
    );
    const release = await holdRows(admin.id);
    try {
      await setStatus('disabled');
      await setStatus('active');
      const after = await crm.connect(user);
      expect(await crm.isAccepted(after.access_token)).toBe(true);
      await eventually(() => elsewhere.isAccepted(after.access_token), Boolean, 1000);
      const refreshed = await elsewhere.refresh(after.refresh_token);
      expect(await crm.isAccepted(refreshed.access_token)).toBe(true);
      await expectOver(before);
      expect(await list(user)).toMatchObject([
        { status: 'active' },
        { id: old?.id, status: 'revoked', revocationReason: 'client_disabled' },
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
    const endAll = (node: TestContext) => {
      const ending = { actorId: user.id, reason: 'user', at: node.clock.now() } as const;
      return node.dataSource.transaction((tx) =>
        node.app.get(ConnectionsService).revokeAll(tx, { userId: user.id }, ending),
      );
    };
    await crm.connect(user);
    await endAll(one);
    const between = await crm.connect(user);
    expect(await crm.isAccepted(between.access_token)).toBe(true);
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
    expect(await crm.isAccepted(after.access_token)).toBe(true);
    await eventually(() => elsewhere.isAccepted(after.access_token), Boolean, 1000);
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

  it('are not taken for what a page still shows, before they have followed', async () => {
    await crm.connect(user);
    const [{ id: clientId }] = await one.dataSource.query(
      'SELECT id FROM oauth_clients WHERE client_id = $1',
      [CRM],
    );
    const locked = () =>
      one.dataSource.transaction((tx) =>
        one.app.get(ConnectionsService).findActiveLocked(tx, clientId, user.id),
      );
    expect(await locked()).toMatchObject({ scope: 'readwrite' });
    await one.dataSource.query(
      `INSERT INTO connection_endings (user_id, at, reason) VALUES ($1, $2, 'password_changed')`,
      [user.id, one.clock.now()],
    );
    expect(await locked()).toBeNull();
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

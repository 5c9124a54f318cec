import type { PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { HOUR } from '../config/clock.js';
import { OAuthClientsService } from '../oauth-clients/oauth-clients.service.js';
import { grant } from '../testing/connections.js';
import { person } from '../testing/person.js';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { UsersService } from '../users/users.service.js';
import { ConnectionCounts } from './connection-counts.js';
import { ConnectionHistory } from './connection-history.js';
import { ConnectionsModule } from './connections.module.js';
import { ConnectionsService } from './connections.service.js';
import type { RevocationReason } from './revocation-reasons.js';

let test: TestContext;
let connections: ConnectionsService;
let user: Pick<PortalUser, 'id' | 'accountId'>;
let admin: Pick<PortalUser, 'id' | 'accountId'>;

beforeAll(async () => {
  test = await createTestModule([ConnectionsModule]);
  connections = test.app.get(ConnectionsService);
  user = await person(test);
  admin = await person(test, 'admin@musterhaus.example');
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.dataSource.query('DELETE FROM connections');
  await test.dataSource.query(`UPDATE users SET status = 'active'`);
});

const end = (ids: string[], reason: RevocationReason = 'client') =>
  connections.revoke(ids, { actorId: null, reason, at: test.clock.now() });
const eventTypes = async (id: string): Promise<string[]> =>
  (
    await test.dataSource.query(
      'SELECT type FROM connection_events WHERE connection_id = $1 ORDER BY id',
      [id],
    )
  ).map(({ type }: { type: string }) => type);

describe('a grant', () => {
  it('opens the connection at the moment of consent', async () => {
    const before = test.clock.now();
    const granted = await grant(test, user, { scope: 'read' });
    expect(granted).toMatchObject({ scope: 'read', formerScope: null });
    expect(granted.grantedAt.getTime()).toBeGreaterThanOrEqual(before.getTime());
    expect(await connections.findRecord(granted.id)).toMatchObject({
      userId: user.id,
      accountId: user.accountId,
      scope: 'read',
      lastUsedAt: null,
      revokedAt: null,
    });
    expect(await eventTypes(granted.id)).toEqual(['granted']);
  });

  it('of the same client and user renews the connection, which keeps its id', async () => {
    const first = await grant(test, user);
    test.clock.advance(HOUR);
    const second = await grant(test, user);
    expect(second).toMatchObject({ id: first.id, formerScope: 'readwrite' });
    expect(second.grantedAt.getTime()).toBeGreaterThanOrEqual(first.grantedAt.getTime() + HOUR);
    expect(await eventTypes(first.id)).toEqual(['granted', 'renewed']);
  });

  it('of another client, or by another user, is another connection', async () => {
    const ids = [
      await grant(test, user),
      await grant(test, user, { clientId: 'belegscanner' }),
      await grant(test, admin),
    ].map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
  });

  it.each([
    ['read', 'readwrite'],
    ['readwrite', 'read'],
    ['readwrite', 'read readwrite'],
    ['read', 'read'],
  ])('sets the scope of the connection: %s, then %s', async (old, asked) => {
    const { id } = await grant(test, user, { scope: old });
    expect(await grant(test, user, { scope: asked })).toMatchObject({ id, scope: asked });
    const [event] = await test.dataSource.query(
      `SELECT scope FROM connection_events WHERE connection_id = $1 AND type = 'renewed'`,
      [id],
    );
    expect(event).toEqual({ scope: asked });
  });

  it('that comes thirty times at once opens one connection', async () => {
    const granted = await Promise.all(Array.from({ length: 30 }, () => grant(test, user)));
    expect(new Set(granted.map(({ id }) => id)).size).toBe(1);
    expect(granted.filter(({ formerScope }) => formerScope === null)).toHaveLength(1);
    const [{ count }] = await test.dataSource.query('SELECT count(*)::integer FROM connections');
    expect(count).toBe(1);
  });

  it('after a revocation opens a new connection with a new id', async () => {
    const first = await grant(test, user);
    await end([first.id]);
    const second = await grant(test, user);
    expect(second).toMatchObject({ formerScope: null });
    expect(second.id).not.toBe(first.id);
    expect((await connections.findRecord(first.id))?.revokedAt).not.toBeNull();
  });

  it('that is rolled back leaves nothing', async () => {
    const failed = test.dataSource.transaction(async (tx) => {
      const { id } = await grant(test, user, { clientId: 'belegscanner' });
      await end([id]);
      await connections.consent(tx, {
        oauthClientId: (await connections.findRecord(id))?.oauthClientId ?? '',
        userId: user.id,
        accountId: user.accountId,
        scope: 'read',
        at: test.clock.now(),
      });
      throw new Error('rolled back');
    });
    await expect(failed).rejects.toThrow('rolled back');
    const [{ count }] = await test.dataSource.query(
      'SELECT count(*)::integer FROM connections WHERE revoked_at IS NULL',
    );
    expect(count).toBe(0);
  });
});

describe('a revocation', () => {
  it('says who, when and why, and tells which connections were still active', async () => {
    const [one, two] = [await grant(test, user), await grant(test, admin)];
    await end([one.id], 'client');
    const at = test.clock.now();
    const ending = { actorId: admin.id, reason: 'password_changed', at } as const;
    expect(await connections.revoke([one.id, two.id], ending)).toEqual([two.id]);
    expect(await connections.findRecord(two.id)).toMatchObject({
      revokedAt: at,
      revokedBy: admin.id,
      revocationReason: 'password_changed',
    });
    expect(await connections.findRecord(one.id)).toMatchObject({ revocationReason: 'client' });
    expect(await eventTypes(one.id)).toEqual(['granted', 'revoked']);
  });

  it('cannot be undone, not even with psql', async () => {
    const { id } = await grant(test, user);
    await end([id]);
    await expect(
      test.dataSource.query(
        `UPDATE connections SET revoked_at = NULL, revoked_by = NULL, revocation_reason = NULL
         WHERE id = $1`,
        [id],
      ),
    ).rejects.toThrow('a revoked connection stays revoked');
  });

  it('comes with disabling the user, in the same transaction', async () => {
    const [mine, other] = [await grant(test, user), await grant(test, admin)];
    let fails = true;
    const users = test.app.get(UsersService);
    users.onDisabled(async () => {
      if (fails) throw new Error('rolled back');
    });
    const actor = { userId: admin.id, accountId: admin.accountId };
    await expect(users.setStatus(user.id, 'disabled', actor)).rejects.toThrow('rolled back');
    expect(await connections.findRecord(mine.id)).toMatchObject({ revokedAt: null });
    fails = false;
    await users.setStatus(user.id, 'disabled', actor);
    expect(await connections.findRecord(mine.id)).toMatchObject({
      revokedBy: admin.id,
      revocationReason: 'user_disabled',
    });
    expect(await connections.findRecord(other.id)).toMatchObject({ revokedAt: null });
  });

  it.each(['client_disabled', 'client_deleted'] as const)(
    'comes with %s, for that client alone, and not if that is rolled back',
    async (reason) => {
      const [ended, kept] = [
        await grant(test, user),
        await grant(test, user, { clientId: 'belegscanner' }),
      ];
      const { oauthClientId } = (await connections.findRecord(ended.id)) ?? { oauthClientId: '' };
      const deactivate = (outcome: () => void) =>
        test.dataSource.transaction(async (tx) => {
          const at = test.clock.now();
          const event = { oauthClientId, actorId: null, reason, at };
          await test.app.get(OAuthClientsService).announceDeactivation(tx, event);
          outcome();
        });
      const rollBack = () => {
        throw new Error('rolled back');
      };
      await expect(deactivate(rollBack)).rejects.toThrow('rolled back');
      expect(await connections.findRecord(ended.id)).toMatchObject({ revokedAt: null });
      await deactivate(() => undefined);
      expect(await connections.findRecord(ended.id)).toMatchObject({ revocationReason: reason });
      expect(await connections.findRecord(kept.id)).toMatchObject({ revokedAt: null });
    },
  );

  it('of overlapping sets, from many sides at once, never deadlocks and ends each once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const ids = [
        await grant(test, user),
        await grant(test, admin),
        await grant(test, user, { clientId: 'belegscanner' }),
        await grant(test, admin, { clientId: 'belegscanner' }),
      ].map(({ id }) => id);
      const orders = Array.from({ length: 8 }, (_, at) => (at % 2 ? ids : [...ids].reverse()));
      const ended = await Promise.all(orders.map((order) => end(order)));
      expect(ended.flat().sort()).toEqual([...ids].sort());
    }
  });
});

describe('a refused refresh', () => {
  const refuse = (connectionId: string) =>
    test.app.get(ConnectionHistory).record(test.dataSource.manager, {
      connectionId,
      type: 'refresh_refused',
      at: test.clock.now(),
      detail: 'refresh_token_expired',
    });

  it('is noted at the connection, and once an hour at most in its history', async () => {
    const { id } = await grant(test, user);
    await refuse(id);
    const first = (await connections.findRecord(id))?.lastRefreshRefusedAt;
    test.clock.advance(HOUR / 2);
    await refuse(id);
    expect(await eventTypes(id)).toEqual(['granted', 'refresh_refused']);
    const second = (await connections.findRecord(id))?.lastRefreshRefusedAt;
    expect(second?.getTime()).toBeGreaterThanOrEqual((first?.getTime() ?? 0) + HOUR / 2);
    test.clock.advance(2 * HOUR);
    await refuse(id);
    expect(await eventTypes(id)).toEqual(['granted', 'refresh_refused', 'refresh_refused']);
  });
});

describe('what others ask', () => {
  it('findActive knows the active connection of a client and a user, and no ended one', async () => {
    const { id } = await grant(test, user);
    const { oauthClientId } = (await connections.findRecord(id)) ?? { oauthClientId: '' };
    expect(await connections.findActive(oauthClientId, user.id)).toMatchObject({ id });
    expect(await connections.findActive(oauthClientId, admin.id)).toBeNull();
    await end([id]);
    expect(await connections.findActive(oauthClientId, user.id)).toBeNull();
    expect(await connections.summaryForBearer(id)).toBeNull();
  });

  it('countActive counts active connections for each user', async () => {
    await grant(test, user);
    await grant(test, user, { clientId: 'belegscanner' });
    const ended = await grant(test, admin);
    await end([ended.id]);
    expect([...(await test.app.get(ConnectionCounts).ofUsers([user.id, admin.id]))]).toEqual([
      [user.id, 2],
    ]);
  });

  it('clientsOf names the application behind a connection, also after its end', async () => {
    const { id } = await grant(test, user);
    await end([id]);
    expect((await connections.clientsOf([id])).get(id)).toMatchObject({
      clientId: 'maklerwelt-crm',
    });
  });
});

import type { PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { type Deactivation, OAuthClientsService } from '../oauth-clients/oauth-clients.service.js';
import { ClientRegistry } from '../oauth-clients/registry.service.js';
import { person } from '../testing/person.js';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { untilBlocked } from '../testing/until-blocked.js';
import { ConnectionsModule } from './connections.module.js';

let api: TestContext;
let clients: OAuthClientsService;
let registry: ClientRegistry;
let user: Pick<PortalUser, 'id' | 'accountId'>;
let id: string;
let serial = 0;

beforeAll(async () => {
  api = await createTestModule([ConnectionsModule]);
  clients = api.app.get(OAuthClientsService);
  registry = api.app.get(ClientRegistry);
  user = await person(api);
});
afterAll(() => api.close());
beforeEach(async () => {
  ({ id } = await registry.create(
    {
      clientId: `raced-${++serial}`,
      name: 'Rennen',
      publisher: 'Rennen GmbH',
      kind: 'public',
      redirectUris: ['https://rennen.example/'],
      scopes: ['readwrite'],
    },
    null,
  ));
});

function gate(): { opened: Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

/** As the authorize page does it: nothing is granted to a client that is not active. */
function grantUnlessDisabled(beforeCommit: () => Promise<void> = () => Promise.resolve()) {
  return api.dataSource.transaction(async (tx) => {
    if (!(await clients.lockActive(tx, id))) return null;
    const connectionId = randomUUID();
    await tx.query(
      `INSERT INTO connections (id, oauth_client_id, user_id, account_id, scope, granted_at)
       VALUES ($1, $2, $3, $4, 'read', $5)
       ON CONFLICT (oauth_client_id, user_id) WHERE revoked_at IS NULL
         DO UPDATE SET granted_at = EXCLUDED.granted_at`,
      [connectionId, id, user.id, user.accountId, api.clock.now()],
    );
    await beforeCommit();
    return connectionId;
  });
}

async function connectionsOf(clientUuid: string) {
  return api.dataSource.query(
    `SELECT revocation_reason AS reason, revoked_by AS by, revoked_at IS NULL AS active
     FROM current_connections WHERE oauth_client_id = $1`,
    [clientUuid],
  );
}

describe('disabling a client', () => {
  it.each([
    ['client_disabled', () => registry.update(id, { status: 'disabled' }, null)],
    ['client_deleted', () => registry.remove(id, null)],
  ])('ends its connections with the reason %s', async (reason, end) => {
    await grantUnlessDisabled();
    await end();
    expect(await connectionsOf(id)).toEqual([{ reason, by: null, active: false }]);
  });

  it('names the operator as who ended them', async () => {
    const operator = await person(api, 'operator@flixcheck.example');
    await grantUnlessDisabled();
    await registry.update(id, { status: 'disabled' }, operator.id);
    expect(await connectionsOf(id)).toMatchObject([{ by: operator.id, active: false }]);
  });

  it('waits for a grant that came first, and ends its connection', async () => {
    const granting = gate();
    const hasGranted = gate();
    const grant = grantUnlessDisabled(async () => {
      hasGranted.open();
      await granting.opened;
    });
    await hasGranted.opened;
    const disabling = registry.update(id, { status: 'disabled' }, null);
    await untilBlocked(api.dataSource);
    granting.open();
    expect(await grant).not.toBeNull();
    await disabling;
    expect(await connectionsOf(id)).toMatchObject([{ active: false }]);
  });

  it('that came first lets a grant wait and then find the client disabled', async () => {
    const disabling = gate();
    const hasLocked = gate();
    const own = id;
    clients.onDeactivated(async (_tx, event) => {
      if (event.oauthClientId !== own) return;
      hasLocked.open();
      await disabling.opened;
    });
    const disabled = registry.update(id, { status: 'disabled' }, null);
    await hasLocked.opened;
    const grant = grantUnlessDisabled();
    await untilBlocked(api.dataSource);
    disabling.open();
    expect(await grant).toBeNull();
    await disabled;
    expect(await connectionsOf(id)).toEqual([]);
  });

  it('lets no connection live, however many grants race it', async () => {
    const [, ...granted] = await Promise.all([
      registry.update(id, { status: 'disabled' }, null),
      ...Array.from({ length: 10 }, () => grantUnlessDisabled()),
    ]);
    expect(granted).toHaveLength(10);
    for (const connection of await connectionsOf(id)) expect(connection.active).toBe(false);
  });

  it('is undone as a whole when a hook fails', async () => {
    await grantUnlessDisabled();
    const own = id;
    clients.onDeactivated((_tx, event) =>
      event.oauthClientId === own ? Promise.reject(new Error('hook')) : Promise.resolve(),
    );
    await expect(registry.update(id, { status: 'disabled' }, null)).rejects.toThrow('hook');
    await expect(registry.remove(id, null)).rejects.toThrow('hook');
    expect((await registry.get(id)).status).toBe('active');
    expect(await connectionsOf(id)).toMatchObject([{ active: true }]);
  });

  it('tells the hooks once, and not when the client is disabled already', async () => {
    const told: Deactivation[] = [];
    clients.onDeactivated((_tx, event) => {
      if (event.oauthClientId === id) told.push(event);
      return Promise.resolve();
    });
    await Promise.all([
      registry.update(id, { status: 'disabled' }, null),
      registry.update(id, { status: 'disabled' }, null),
      registry.update(id, { status: 'disabled' }, null),
    ]);
    await registry.update(id, { status: 'disabled', name: 'Umbenannt' }, null);
    await registry.update(id, { status: 'active' }, null);
    expect(told).toEqual([
      { oauthClientId: id, actorId: null, reason: 'client_disabled', at: expect.any(Date) },
    ]);
  });

  it('brings nothing back when it is enabled again', async () => {
    await grantUnlessDisabled();
    await registry.update(id, { status: 'disabled' }, null);
    await registry.update(id, { status: 'active' }, null);
    expect(await connectionsOf(id)).toMatchObject([{ active: false }]);
    expect(await grantUnlessDisabled()).not.toBeNull();
  });
});

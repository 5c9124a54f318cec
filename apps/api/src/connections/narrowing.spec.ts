import { eventually } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SECOND } from '../config/clock.js';
import { ChangeFeed } from '../database/change-feed.js';
import type { OAuthError } from '../http/api-error.js';
import { ClientRegistry } from '../oauth-clients/registry.service.js';
import { Application, createTokensModule, createTwoNodes } from '../testing/application.js';
import { type Person, person } from '../testing/person.js';
import type { TestContext } from '../testing/test-context.js';
import { validated } from '../testing/validated.js';
import { ConnectionDecisions } from './connection-decisions.js';
import { ConnectionPatchRequest } from './connections.dto.js';
import { ConnectionsOverview } from './connections-overview.js';

let one: TestContext;
let other: TestContext;
let crm: Application;
let elsewhere: Application;
let user: Person;

beforeAll(async () => {
  ({ one, other, crm, elsewhere } = await createTwoNodes());
  user = await person(one);
});
afterAll(async () => {
  await other.close();
  await one.close();
});
beforeEach(async () => {
  await one.dataSource.query('DELETE FROM connections');
  await register(['read', 'readwrite']);
});

const connect = (scope: string) => crm.connect(user, { scope });
const connections = async () =>
  (await one.app.get(ConnectionsOverview).list(user, { status: 'active' })).resources;
const connectionId = async (): Promise<string> => (await connections())[0]?.id ?? '';
const eventsOf = async (id: string) =>
  (await one.app.get(ConnectionsOverview).history(user, id, {})).resources;
const reduce = async (scope: unknown, { who = user, id = '' } = {}): Promise<void> => {
  const { resource } = await validated(ConnectionPatchRequest, { resource: { scope } });
  await one.app.get(ConnectionDecisions).change(who, id || (await connectionId()), resource);
};

/** Sets what the registry allows the application to ask for. */
async function register(scopes: ('read' | 'readwrite')[]): Promise<void> {
  const registry = one.app.get(ClientRegistry);
  const { id } = await registry.getByClientId('maklerwelt-crm');
  await registry.update(id, { scopes }, null);
}

const refusedEverywhere = async (accessToken: string): Promise<void> => {
  for (const node of [crm, elsewhere]) {
    await eventually(async () => !(await node.isAccepted(accessToken)), Boolean, 1000);
  }
};
const READ = { scope: 'read' };
const INVALID_SCOPE = { error: 'invalid_scope' };

describe('a narrower consent', () => {
  it('sets the connection’s scope, and access tokens issued before are refused everywhere', async () => {
    const wide = await connect('readwrite');
    const narrow = await connect('read');
    expect(await connections()).toMatchObject([{ scope: 'read' }]);
    expect(await crm.isAccepted(wide.access_token)).toBe(false);
    await refusedEverywhere(wide.access_token);
    expect(await crm.isAccepted(narrow.access_token)).toBe(true);
    expect(await elsewhere.isAccepted(narrow.access_token)).toBe(true);
  });

  it('a refresh of an earlier grant gives one of the narrower scope', async () => {
    const wide = await connect('readwrite');
    await connect('read');
    const refreshed = await elsewhere.refresh(wide.refresh_token);
    expect(refreshed).toMatchObject(READ);
    expect(await crm.isAccepted(refreshed.access_token)).toBe(true);
  });

  it('a refresh that asks for more is invalid_scope, and uses the refresh token not up', async () => {
    const wide = await connect('readwrite');
    await connect('read');
    for (const scope of ['readwrite', 'read readwrite']) {
      const refused = crm.refresh(wide.refresh_token, { scope });
      await expect(refused).rejects.toMatchObject(INVALID_SCOPE);
    }
    expect(await crm.refresh(wide.refresh_token, { scope: 'read' })).toMatchObject(READ);
  });

  it('a code of the wider consent that is redeemed later gives the narrower scope', async () => {
    const code = await crm.code(user, { scope: 'readwrite' });
    await connect('read');
    expect(await crm.exchange(code)).toMatchObject(READ);
  });

  it('a refresh answered again within its window gives the narrower scope too', async () => {
    const wide = await connect('readwrite');
    await crm.refresh(wide.refresh_token);
    await connect('read');
    const again = await crm.refresh(wide.refresh_token);
    expect(again).toMatchObject(READ);
    expect(await crm.isAccepted(again.access_token)).toBe(true);
  });

  it('works with a node whose feed is down: it asks the database', async () => {
    const wide = await connect('readwrite');
    await other.app.get(ChangeFeed).onApplicationShutdown();
    try {
      await connect('read');
      expect(await elsewhere.isAccepted(wide.access_token)).toBe(false);
      const refreshed = await elsewhere.refresh(wide.refresh_token);
      expect(refreshed).toMatchObject(READ);
      expect(await elsewhere.isAccepted(refreshed.access_token)).toBe(true);
    } finally {
      await other.close();
      other = await createTokensModule({ databaseUrl: one.config.databaseUrl });
      elsewhere = new Application(other);
    }
  });
});

describe('a wider consent', () => {
  it('earlier tokens go on with what they had', async () => {
    const narrow = await connect('read');
    const wide = await connect('readwrite');
    expect(await connections()).toMatchObject([{ scope: 'readwrite' }]);
    expect(await crm.isAccepted(narrow.access_token)).toBe(true);
    expect(await crm.isAccepted(wide.access_token)).toBe(true);
    expect((await crm.refresh(narrow.refresh_token)).scope).toBe('read');
  });

  it('after a narrower one, a grant has again what it was given', async () => {
    const first = await connect('readwrite');
    await connect('read');
    await connect('readwrite');
    expect((await crm.refresh(first.refresh_token)).scope).toBe('readwrite');
  });
});

describe('reducing a connection', () => {
  it('takes rights away at once everywhere, and leaves the connection', async () => {
    const wide = await connect('readwrite');
    const id = await connectionId();
    await reduce('read');
    expect(await connections()).toMatchObject([{ id, scope: 'read', status: 'active' }]);
    expect(await crm.isAccepted(wide.access_token)).toBe(false);
    await refusedEverywhere(wide.access_token);
    const refreshed = await crm.refresh(wide.refresh_token);
    expect(refreshed).toMatchObject(READ);
    expect(await elsewhere.isAccepted(refreshed.access_token)).toBe(true);
  });

  it('stands in the history with who did it', async () => {
    await connect('readwrite');
    await reduce('read');
    const id = await connectionId();
    expect((await eventsOf(id))[0]).toMatchObject({
      type: 'narrowed',
      scope: 'read',
      actor: { id: user.id },
      former: { scope: 'readwrite', expiresAt: null },
    });
  });

  it('to what it has already changes nothing: no token is refused, no event, no audit record', async () => {
    const tokens = await connect('readwrite');
    await reduce('readwrite');
    expect(await crm.isAccepted(tokens.access_token)).toBe(true);
    const events = await eventsOf(await connectionId());
    expect(events.map(({ type }) => type)).not.toContain('narrowed');
    const records = await one.dataSource.query(
      `SELECT FROM audit_records WHERE action = 'connection_narrowed' AND subject_id = $1`,
      [await connectionId()],
    );
    expect(records).toEqual([]);
  });

  it.each([
    ['wider than it has', 'readwrite'],
    ['an unknown scope', 'admin'],
    ['nothing', ''],
    ['no string', ['read']],
    ['null', null],
  ])('never widens and takes no nonsense: %s is 400 validation_failed', async (_, scope) => {
    await connect('read');
    await expect(reduce(scope)).rejects.toMatchObject({
      status: 400,
      code: 'validation_failed',
      options: { errors: [{ field: 'scope' }] },
    });
    expect(await connections()).toMatchObject([{ scope: 'read' }]);
  });

  it('that has ended is a conflict, of somebody else is 404', async () => {
    await connect('readwrite');
    const id = await connectionId();
    const who = await person(one, 'admin@beispiel.example');
    await expect(reduce('read', { who, id })).rejects.toMatchObject({ status: 404 });
    await one.app.get(ConnectionDecisions).end(user, id);
    const conflict = { status: 409, code: 'conflict' };
    await expect(reduce('read', { id })).rejects.toMatchObject(conflict);
  });

  it('an admin may do it for a colleague', async () => {
    const wide = await connect('readwrite');
    await reduce('read', { who: await person(one, 'admin@musterhaus.example') });
    await refusedEverywhere(wide.access_token);
  });
});

describe('taking a scope away from a client', () => {
  it('binds what it already holds: tokens are refused everywhere, a refresh gives what is left', async () => {
    const wide = await connect('readwrite');
    await register(['read']);
    await refusedEverywhere(wide.access_token);
    const refreshed = await elsewhere.refresh(wide.refresh_token);
    expect(refreshed).toMatchObject(READ);
    expect(await crm.isAccepted(refreshed.access_token)).toBe(true);
    expect(await connections()).toMatchObject([{ scope: 'read' }]);
  });

  it('a refresh that asks for the lost scope is invalid_scope on every node', async () => {
    const wide = await connect('readwrite');
    await register(['read']);
    for (const node of [crm, elsewhere]) {
      await eventually(
        async () => {
          const refused = node.refresh(wide.refresh_token, { scope: 'readwrite' });
          return refused.catch(({ error }: OAuthError) => error === INVALID_SCOPE.error);
        },
        Boolean,
        1000,
      );
    }
  });

  it('a node that has not heard of it yet refuses too, and uses the refresh token not up', async () => {
    const wide = await connect('readwrite');
    // It knows the client from before.
    await elsewhere.refresh(wide.refresh_token);
    const next = await elsewhere.refresh(wide.refresh_token);
    await one.dataSource.query('ALTER TABLE oauth_clients DISABLE TRIGGER announce');
    try {
      await register(['read']);
      const refused = elsewhere.refresh(next.refresh_token, { scope: 'readwrite' });
      await expect(refused).rejects.toMatchObject(INVALID_SCOPE);
    } finally {
      await one.dataSource.query('ALTER TABLE oauth_clients ENABLE TRIGGER announce');
    }
    // Longer than an answer is given again: a token that was used up would count as stolen.
    other.clock.advance(31 * SECOND);
    try {
      const refreshed = await elsewhere.refresh(next.refresh_token);
      expect(refreshed).toMatchObject(READ);
    } finally {
      other.clock.advance(-31 * SECOND);
    }
  });

  it('giving it back gives grants again what people have consented to', async () => {
    const wide = await connect('readwrite');
    await register(['read']);
    await register(['read', 'readwrite']);
    expect((await crm.refresh(wide.refresh_token)).scope).toBe('readwrite');
  });

  it('giving more refuses nothing', async () => {
    await register(['read']);
    const tokens = await connect('read');
    await register(['read', 'readwrite']);
    expect(await crm.isAccepted(tokens.access_token)).toBe(true);
  });
});

it('a connection’s row deleted with psql takes its tokens with it', async () => {
  const tokens = await connect('readwrite');
  expect(await elsewhere.isAccepted(tokens.access_token)).toBe(true);
  await one.dataSource.query('DELETE FROM connections');
  await eventually(async () => !(await crm.isAccepted(tokens.access_token)), Boolean, 1000);
  await eventually(async () => !(await elsewhere.isAccepted(tokens.access_token)), Boolean, 1000);
});

describe('a consent', () => {
  it('is judged by the client as it is then, also on a node that has not heard of its change', async () => {
    await connect('readwrite');
    const before = await eventsOf(await connectionId());
    const change = async (changed: string) => {
      await one.dataSource.query(
        `UPDATE oauth_clients SET ${changed} WHERE client_id = 'maklerwelt-crm'`,
      );
    };
    await change(`scopes = '{read}'`);
    await expect(crm.code(user, { scope: 'readwrite' })).rejects.toMatchObject({
      code: 'invalid_scope',
    });
    const [{ uris }] = await one.dataSource.query(
      `SELECT redirect_uris AS uris FROM oauth_clients WHERE client_id = 'maklerwelt-crm'`,
    );
    await change(`redirect_uris = '{https://elsewhere.example/}'`);
    await expect(crm.code(user, { scope: 'read', redirectUri: uris[0] })).rejects.toMatchObject({
      code: 'invalid_redirect_uri',
    });
    await one.dataSource.query(
      `UPDATE oauth_clients SET redirect_uris = $1 WHERE client_id = 'maklerwelt-crm'`,
      [uris],
    );
    expect(await eventsOf(await connectionId())).toEqual(before);
  });
});

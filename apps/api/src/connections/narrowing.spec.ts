import {
  changeCrm,
  eventually,
  PortalUser,
  ThirdParty,
  type TokenAnswer,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SECOND } from '../config/clock.js';
import { ChangeFeed } from '../database/change-feed.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { startTwoNodes } from '../testing/two-nodes.js';

let one: TestApp;
let other: TestApp;
let crm: ThirdParty;
let elsewhere: ThirdParty;
let user: PortalUser;
let operator: PortalUser;

beforeAll(async () => {
  ({ one, other, crm, elsewhere } = await startTwoNodes());
  user = await PortalUser.signIn(one.url);
  operator = await PortalUser.signIn(one.url, 'operator@flixcheck.example');
});
afterAll(async () => {
  await other.close();
  await one.close();
});
beforeEach(async () => {
  await one.dataSource.query('DELETE FROM connections');
  await register(['read', 'readwrite']);
});

const connect = (scope: string): Promise<TokenAnswer> => crm.connect(user, { scope });
const connections = async () =>
  (await user.call('GET', '/user/v7/connections?status=active')).body.resources;
const connectionId = async (): Promise<string> => (await connections())[0].id;
const reduce = async (scope: unknown, id?: string) =>
  user.call('PATCH', `/user/v7/connections/${id ?? (await connectionId())}`, {
    resource: { scope },
  });

/** Sets what the registry allows the application to ask for. */
const register = (scopes: string[]) => changeCrm(operator, { scopes });

const refusedEverywhere = async (accessToken: string): Promise<void> => {
  expect(await crm.use(accessToken)).toBe(401);
  await eventually(async () => (await elsewhere.use(accessToken)) === 401, Boolean, 1000);
};

describe('a narrower consent', () => {
  it('sets the connection’s scope, and access tokens issued before are refused everywhere', async () => {
    const wide = await connect('readwrite');
    const narrow = await connect('read');
    expect(await connections()).toMatchObject([{ scope: 'read' }]);
    await refusedEverywhere(wide.access_token);
    expect(await crm.use(narrow.access_token)).toBe(200);
    expect(await elsewhere.use(narrow.access_token)).toBe(200);
  });

  it('a refresh of an earlier grant gives one of the narrower scope', async () => {
    const wide = await connect('readwrite');
    await connect('read');
    const refreshed = await elsewhere.refresh(wide.refresh_token);
    expect(refreshed).toMatchObject({ status: 200, body: { scope: 'read' } });
    expect(await crm.use(refreshed.body.access_token)).toBe(200);
  });

  it('a refresh that asks for more is invalid_scope, and uses the refresh token not up', async () => {
    const wide = await connect('readwrite');
    await connect('read');
    for (const scope of ['readwrite', 'read readwrite']) {
      const refused = await crm.refresh(wide.refresh_token, { scope });
      expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
    }
    expect((await crm.refresh(wide.refresh_token, { scope: 'read' })).status).toBe(200);
  });

  it('a code of the wider consent that is redeemed later gives the narrower scope', async () => {
    const { code } = await crm.code(user, { scope: 'readwrite' });
    await connect('read');
    expect(await crm.exchange(code)).toMatchObject({ status: 200, body: { scope: 'read' } });
  });

  it('a refresh answered again within its window gives the narrower scope too', async () => {
    const wide = await connect('readwrite');
    await crm.refresh(wide.refresh_token);
    await connect('read');
    const again = await crm.refresh(wide.refresh_token);
    expect(again).toMatchObject({ status: 200, body: { scope: 'read' } });
    expect(await crm.use(again.body.access_token)).toBe(200);
  });

  it('works with a node whose feed is down: it asks the database', async () => {
    const wide = await connect('readwrite');
    await other.app.get(ChangeFeed).onApplicationShutdown();
    try {
      await connect('read');
      expect(await elsewhere.use(wide.access_token)).toBe(401);
      const refreshed = await elsewhere.refresh(wide.refresh_token);
      expect(refreshed).toMatchObject({ status: 200, body: { scope: 'read' } });
      expect(await elsewhere.use(refreshed.body.access_token)).toBe(200);
    } finally {
      await other.close();
      other = await createTestApp({ databaseUrl: one.config.databaseUrl });
      elsewhere = new ThirdParty(other.url);
    }
  });
});

describe('a wider consent', () => {
  it('earlier tokens go on with what they had', async () => {
    const narrow = await connect('read');
    const wide = await connect('readwrite');
    expect(await connections()).toMatchObject([{ scope: 'readwrite' }]);
    expect(await crm.use(narrow.access_token)).toBe(200);
    expect(await crm.use(wide.access_token)).toBe(200);
    expect((await crm.refresh(narrow.refresh_token)).body.scope).toBe('read');
  });

  it('after a narrower one, a grant has again what it was given', async () => {
    const first = await connect('readwrite');
    await connect('read');
    await connect('readwrite');
    expect((await crm.refresh(first.refresh_token)).body.scope).toBe('readwrite');
  });
});

describe('reducing a connection', () => {
  it('takes rights away at once everywhere, and leaves the connection', async () => {
    const wide = await connect('readwrite');
    const id = await connectionId();
    const answer = await reduce('read');
    expect(answer).toMatchObject({
      status: 200,
      body: { resource: { id, scope: 'read', status: 'active' } },
    });
    await refusedEverywhere(wide.access_token);
    const refreshed = await crm.refresh(wide.refresh_token);
    expect(refreshed).toMatchObject({ status: 200, body: { scope: 'read' } });
    expect(await elsewhere.use(refreshed.body.access_token)).toBe(200);
  });

  it('stands in the history with who did it', async () => {
    await connect('readwrite');
    await reduce('read');
    const id = await connectionId();
    const { body } = await user.call('GET', `/user/v7/connections/${id}/events`);
    expect(body.resources[0]).toMatchObject({
      type: 'narrowed',
      scope: 'read',
      actor: { id: user.id },
    });
  });

  it('to what it has already changes nothing: no token is refused, no event, no audit record', async () => {
    const tokens = await connect('readwrite');
    expect((await reduce('readwrite')).status).toBe(200);
    expect(await crm.use(tokens.access_token)).toBe(200);
    const { body } = await user.call('GET', `/user/v7/connections/${await connectionId()}/events`);
    expect(body.resources.map(({ type }) => type)).not.toContain('narrowed');
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
    expect(await reduce(scope)).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: [{ field: 'scope' }] },
    });
    expect(await connections()).toMatchObject([{ scope: 'read' }]);
  });

  it('that has ended is a conflict, of somebody else is 404', async () => {
    await connect('readwrite');
    const id = await connectionId();
    const stranger = await PortalUser.signIn(one.url, 'admin@beispiel.example');
    const path = `/user/v7/connections/${id}`;
    const resource = { scope: 'read' };
    expect((await stranger.call('PATCH', path, { resource })).status).toBe(404);
    await user.call('DELETE', path);
    expect(await reduce('read', id)).toMatchObject({ status: 409, body: { code: 'conflict' } });
  });

  it('an admin may do it for a colleague', async () => {
    const wide = await connect('readwrite');
    const admin = await PortalUser.signIn(one.url, 'admin@musterhaus.example');
    const path = `/user/v7/connections/${await connectionId()}`;
    expect((await admin.call('PATCH', path, { resource: { scope: 'read' } })).status).toBe(200);
    await refusedEverywhere(wide.access_token);
  });
});

describe('taking a scope away from a client', () => {
  it('binds what it already holds: tokens are refused everywhere, a refresh gives what is left', async () => {
    const wide = await connect('readwrite');
    await register(['read']);
    await refusedEverywhere(wide.access_token);
    const refreshed = await elsewhere.refresh(wide.refresh_token);
    expect(refreshed).toMatchObject({ status: 200, body: { scope: 'read' } });
    expect(await crm.use(refreshed.body.access_token)).toBe(200);
    expect(await connections()).toMatchObject([{ scope: 'read' }]);
  });

  it('a refresh that asks for the lost scope is invalid_scope on every node', async () => {
    const wide = await connect('readwrite');
    await register(['read']);
    for (const node of [crm, elsewhere]) {
      await eventually(
        async () => {
          const { body } = await node.refresh(wide.refresh_token, { scope: 'readwrite' });
          return body.error === 'invalid_scope';
        },
        Boolean,
        1000,
      );
    }
  });

  it('a node that has not heard of it yet refuses too, and uses the refresh token not up', async () => {
    const wide = await connect('readwrite');
    // It knows the client from before.
    expect((await elsewhere.refresh(wide.refresh_token)).status).toBe(200);
    const next = await elsewhere.refresh(wide.refresh_token);
    await one.dataSource.query('ALTER TABLE oauth_clients DISABLE TRIGGER announce');
    try {
      await register(['read']);
      const refused = await elsewhere.refresh(next.body.refresh_token, { scope: 'readwrite' });
      expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
    } finally {
      await one.dataSource.query('ALTER TABLE oauth_clients ENABLE TRIGGER announce');
    }
    // Longer than an answer is given again: a token that was used up would count as stolen.
    other.clock.advance(31 * SECOND);
    try {
      const refreshed = await elsewhere.refresh(next.body.refresh_token);
      expect(refreshed).toMatchObject({ status: 200, body: { scope: 'read' } });
    } finally {
      other.clock.advance(-31 * SECOND);
    }
  });

  it('giving it back gives grants again what people have consented to', async () => {
    const wide = await connect('readwrite');
    await register(['read']);
    await register(['read', 'readwrite']);
    expect((await crm.refresh(wide.refresh_token)).body.scope).toBe('readwrite');
  });

  it('giving more refuses nothing', async () => {
    await register(['read']);
    const tokens = await connect('read');
    await register(['read', 'readwrite']);
    expect(await crm.use(tokens.access_token)).toBe(200);
  });
});

it('a connection’s row deleted with psql takes its tokens with it', async () => {
  const tokens = await connect('readwrite');
  expect(await elsewhere.use(tokens.access_token)).toBe(200);
  await one.dataSource.query('DELETE FROM connections');
  await eventually(async () => (await crm.use(tokens.access_token)) === 401, Boolean, 1000);
  await eventually(async () => (await elsewhere.use(tokens.access_token)) === 401, Boolean, 1000);
});

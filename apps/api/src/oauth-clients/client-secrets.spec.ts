import { PortalUser } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY, SECOND } from '../config/clock.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { ClientAuthentication } from './client-authentication.js';

const CLIENTS = '/admin/v7/oauth-clients';
const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

let api: TestApp;
let operator: PortalUser;
let client: { id: string; clientId: string; secret: { id: string; value: string } };

beforeAll(async () => {
  api = await createTestApp();
});
afterAll(() => api.close());
beforeEach(async () => {
  // The clock only goes forward, and a session idles out.
  operator = await PortalUser.signIn(api.url, 'operator@flixcheck.example');
  client = await register('confidential');
});

async function register(kind: string): Promise<typeof client> {
  const { body } = await operator.call('POST', CLIENTS, {
    resource: {
      name: 'Rotierer',
      publisher: 'Rotation GmbH',
      kind,
      redirectUris: ['https://rotation.example/callback'],
      scopes: ['readwrite'],
    },
  });
  return body.resource;
}

const rotate = (input?: unknown, of = client.id) =>
  operator.call('POST', `${CLIENTS}/${of}/secrets`, { resource: input });
const remove = (secretId: string, of = client.id) =>
  operator.call('DELETE', `${CLIENTS}/${of}/secrets/${secretId}`);
const live = async () =>
  (await operator.call('GET', `${CLIENTS}/${client.id}`)).body.resource.secrets as {
    id: string;
    expiresAt: string | null;
  }[];

async function outcome(clientSecret: string): Promise<string> {
  const parameters = { client_id: client.clientId, client_secret: clientSecret };
  try {
    await api.app.get(ClientAuthentication).authenticate({ authorization: undefined, parameters });
    return 'accepted';
  } catch (error) {
    return (error as { reason: string }).reason;
  }
}

describe('rotating a secret', () => {
  it('adds one whose value is seen this once, and both work', async () => {
    const { status, body } = await rotate({});
    expect(status).toBe(201);
    expect(body.resource).toEqual({
      id: expect.any(String),
      name: null,
      value: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      lastFour: body.resource.value.slice(-4),
      createdAt: expect.stringMatching(/Z$/),
      expiresAt: null,
    });
    expect(body.resource.value).not.toBe(client.secret.value);
    const { value: _, ...shown } = body.resource;
    expect((await live())[1]).toEqual({ ...shown, lastUsedAt: null });
    expect(await outcome(client.secret.value)).toBe('accepted');
    expect(await outcome(body.resource.value)).toBe('accepted');
  });

  it('needs no body', async () => {
    expect((await rotate()).status).toBe(201);
  });

  it('is refused while two are live', async () => {
    await rotate();
    const third = await rotate();
    expect([third.status, third.body.code]).toEqual([409, 'conflict']);
    expect(await live()).toHaveLength(2);
  });

  it('gives the second place to exactly one of several that race for it', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => rotate()));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(409)]);
    expect(await live()).toHaveLength(2);
  });

  it('gives the second place to one of two that race for it on two nodes', async () => {
    const other = await createTestApp({ databaseUrl: api.config.databaseUrl, clock: api.clock });
    try {
      const there = await PortalUser.signIn(other.url, 'operator@flixcheck.example');
      const answers = await Promise.all([
        rotate(),
        there.call('POST', `${CLIENTS}/${client.id}/secrets`),
        rotate(),
        there.call('POST', `${CLIENTS}/${client.id}/secrets`),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    } finally {
      await other.close();
    }
  });

  it('lets the other one run out by itself where asked to', async () => {
    const { body } = await rotate({ expireOthersAfterSeconds: 60 });
    const [old, fresh] = await live();
    const lifetime = Date.parse(String(old?.expiresAt)) - Date.parse(body.resource.createdAt);
    expect(lifetime).toBe(60 * SECOND);
    expect(fresh?.expiresAt).toBeNull();
    expect(await outcome(client.secret.value)).toBe('accepted');
    api.clock.advance(60 * SECOND);
    expect(await outcome(client.secret.value)).toBe('client_secret_expired');
    expect(await outcome(body.resource.value)).toBe('accepted');
    expect(await live()).toEqual([{ ...fresh, lastUsedAt: expect.stringMatching(/Z$/) }]);
    // Its place is free again.
    expect((await rotate()).status).toBe(201);
  });

  it('with no overlap ends the other one at once', async () => {
    const { body } = await rotate({ expireOthersAfterSeconds: 0 });
    expect(await outcome(client.secret.value)).toBe('client_secret_expired');
    expect(await outcome(body.resource.value)).toBe('accepted');
  });

  it('never lengthens a life that ends earlier', async () => {
    const { body } = await rotate({ expireOthersAfterSeconds: 60 });
    await remove(client.secret.id);
    await api.dataSource.query('UPDATE oauth_client_secrets SET expires_at = $2 WHERE id = $1', [
      body.resource.id,
      new Date(api.clock.now().getTime() + 30 * SECOND),
    ]);
    const [before] = await live();
    await rotate({ expireOthersAfterSeconds: 3600 });
    expect((await live())[0]).toEqual(before);
  });

  it('forgets expired ones after a month', async () => {
    await rotate({ expireOthersAfterSeconds: 0 });
    api.clock.advance(31 * DAY);
    operator = await PortalUser.signIn(api.url, 'operator@flixcheck.example');
    await rotate();
    expect(await outcome(client.secret.value)).toBe('client_secret_wrong');
  });

  it.each([
    { expireOthersAfterSeconds: -1 },
    { expireOthersAfterSeconds: 1.5 },
    { expireOthersAfterSeconds: '60' },
    { expireOthersAfterSeconds: null },
    { expireOthersAfterSeconds: 7_776_001 },
    { value: 'chosen' },
    [],
    null,
    'x',
  ])('refuses %j', async (input) => {
    expect((await rotate(input)).status).toBe(400);
    expect(await live()).toHaveLength(1);
  });

  it('is not for public clients', async () => {
    const { id } = await register('public');
    const { status, body } = await rotate({}, id);
    expect([status, body.code]).toEqual([409, 'conflict']);
    expect((await remove(UNKNOWN_ID, id)).status).toBe(409);
  });

  it('leaves audit records that name the secret but not its value', async () => {
    const { id, value } = (await rotate()).body.resource;
    await remove(client.secret.id);
    const records = await api.dataSource.query(
      'SELECT action, actor_id, detail FROM audit_records WHERE subject_id = $1 ORDER BY id',
      [client.id],
    );
    expect(records.slice(1)).toMatchObject([
      { action: 'client_secret_created', actor_id: operator.id, detail: { secretId: id } },
      {
        action: 'client_secret_removed',
        actor_id: operator.id,
        detail: { secretId: client.secret.id },
      },
    ]);
    expect(JSON.stringify(records)).not.toContain(value);
  });
});

describe('removing a secret', () => {
  it('stops it at once, and the other one goes on', async () => {
    const { value } = (await rotate()).body.resource;
    expect(await outcome(client.secret.value)).toBe('accepted');
    const { status } = await remove(client.secret.id);
    expect(status).toBe(204);
    expect(await outcome(client.secret.value)).toBe('client_secret_wrong');
    expect(await outcome(value)).toBe('accepted');
  });

  it('is refused for the last live one', async () => {
    const { status, body } = await remove(client.secret.id);
    expect([status, body.code]).toEqual([409, 'conflict']);
    expect(await outcome(client.secret.value)).toBe('accepted');
  });

  it('is refused for the last live one beside expired ones', async () => {
    const { id } = (await rotate({ expireOthersAfterSeconds: 0 })).body.resource;
    expect((await remove(id)).status).toBe(409);
    expect((await remove(client.secret.id)).status).toBe(204);
  });

  it('never leaves none behind, when both are removed at once', async () => {
    const { id } = (await rotate()).body.resource;
    const answers = await Promise.all([remove(client.secret.id), remove(id)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
    expect(await live()).toHaveLength(1);
  });

  it('is for its own client only', async () => {
    await rotate();
    const other = await register('confidential');
    await rotate({}, other.id);
    expect((await remove(client.secret.id, other.id)).status).toBe(404);
    expect((await remove(UNKNOWN_ID)).status).toBe(404);
    expect((await remove('__proto__')).status).toBe(404);
    expect(await live()).toHaveLength(2);
  });
});

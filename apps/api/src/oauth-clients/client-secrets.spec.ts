import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY, SECOND } from '../config/clock.js';
import { type Person, person } from '../testing/person.js';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { validated } from '../testing/validated.js';
import { ClientAuthentication } from './client-authentication.js';
import { ClientSecretRotateRequest } from './client-secrets.dto.js';
import { ClientSecrets } from './client-secrets.service.js';
import { OAuthClientsModule } from './oauth-clients.module.js';
import { ClientRegistry } from './registry.service.js';

const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

let api: TestContext;
let operator: Person;
let client: Registered;
interface Registered {
  id: string;
  clientId: string;
  secret: { id: string; value: string };
}

beforeAll(async () => {
  api = await createTestModule([OAuthClientsModule]);
  operator = await person(api, 'operator@flixcheck.example');
});
afterAll(() => api.close());
beforeEach(async () => {
  client = await register('confidential');
});

const register = async (kind: 'confidential' | 'public') =>
  (await api.app.get(ClientRegistry).create(
    {
      name: 'Rotierer',
      publisher: 'Rotation GmbH',
      kind,
      redirectUris: ['https://rotation.example/callback'],
      scopes: ['readwrite'],
    },
    operator.userId,
  )) as Registered;

const rotate = async (input?: unknown, of = client.id, { app } = api) => {
  const { resource } = await validated(ClientSecretRotateRequest, { resource: input });
  return app.get(ClientSecrets).rotate(of, { ...resource }, operator.userId);
};
const remove = (secretId: string, of = client.id) =>
  api.app.get(ClientSecrets).remove(of, secretId, operator.userId);
const live = async () =>
  (await api.app.get(ClientSecrets).listLive([client.id])).get(client.id) ?? [];
const CONFLICT = { status: 409, code: 'conflict' };
const NOT_FOUND = { status: 404, code: 'not_found' };

/** How many of them did what they should; the others conflict. */
async function countDone(attempts: Promise<unknown>[]): Promise<number> {
  const outcomes = await Promise.allSettled(attempts);
  const refused = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  expect(refused).toEqual(refused.map(() => expect.objectContaining({ code: 'conflict' })));
  return outcomes.length - refused.length;
}

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
    const added = await rotate({});
    expect(added).toEqual({
      id: expect.any(String),
      name: null,
      value: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      lastFour: added.value.slice(-4),
      createdAt: expect.any(Date),
      expiresAt: null,
    });
    expect(added.value).not.toBe(client.secret.value);
    const { value: _, ...shown } = added;
    expect((await live())[1]).toEqual({ ...shown, lastUsedAt: null });
    expect(await outcome(client.secret.value)).toBe('accepted');
    expect(await outcome(added.value)).toBe('accepted');
  });

  it('is refused while two are live', async () => {
    await rotate();
    await expect(rotate()).rejects.toMatchObject(CONFLICT);
    expect(await live()).toHaveLength(2);
  });

  it('gives the second place to exactly one of several that race for it', async () => {
    expect(await countDone(Array.from({ length: 8 }, () => rotate()))).toBe(1);
    expect(await live()).toHaveLength(2);
  });

  it('gives the second place to one of two that race for it on two nodes', async () => {
    const { databaseUrl } = api.config;
    const { clock } = api;
    const other = await createTestModule([OAuthClientsModule], { databaseUrl, clock });
    try {
      const there = () => rotate(undefined, client.id, other);
      expect(await countDone([rotate(), there(), rotate(), there()])).toBe(1);
    } finally {
      await other.close();
    }
  });

  it('lets the other one run out by itself where asked to', async () => {
    const added = await rotate({ expireOthersAfterSeconds: 60 });
    const [old, fresh] = await live();
    expect(Number(old?.expiresAt) - Number(added.createdAt)).toBe(60 * SECOND);
    expect(fresh?.expiresAt).toBeNull();
    expect(await outcome(client.secret.value)).toBe('accepted');
    api.clock.advance(60 * SECOND);
    expect(await outcome(client.secret.value)).toBe('client_secret_expired');
    expect(await outcome(added.value)).toBe('accepted');
    expect(await live()).toEqual([{ ...fresh, lastUsedAt: expect.any(Date) }]);
    // Its place is free again.
    await rotate();
  });

  it('with no overlap ends the other one at once', async () => {
    const { value } = await rotate({ expireOthersAfterSeconds: 0 });
    expect(await outcome(client.secret.value)).toBe('client_secret_expired');
    expect(await outcome(value)).toBe('accepted');
  });

  it('never lengthens a life that ends earlier', async () => {
    const { id } = await rotate({ expireOthersAfterSeconds: 60 });
    await remove(client.secret.id);
    await api.dataSource.query('UPDATE oauth_client_secrets SET expires_at = $2 WHERE id = $1', [
      id,
      new Date(api.clock.now().getTime() + 30 * SECOND),
    ]);
    const [before] = await live();
    await rotate({ expireOthersAfterSeconds: 3600 });
    expect((await live())[0]).toEqual(before);
  });

  it('forgets expired ones after a month', async () => {
    await rotate({ expireOthersAfterSeconds: 0 });
    api.clock.advance(31 * DAY);
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
    await expect(rotate(input)).rejects.toMatchObject({ status: 400 });
    expect(await live()).toHaveLength(1);
  });

  it('is not for public clients', async () => {
    const { id } = await register('public');
    await expect(rotate({}, id)).rejects.toMatchObject(CONFLICT);
    await expect(remove(UNKNOWN_ID, id)).rejects.toMatchObject(CONFLICT);
  });

  it('leaves audit records that name the secret but not its value', async () => {
    const { id, value } = await rotate();
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
    const { value } = await rotate();
    expect(await outcome(client.secret.value)).toBe('accepted');
    await remove(client.secret.id);
    expect(await outcome(client.secret.value)).toBe('client_secret_wrong');
    expect(await outcome(value)).toBe('accepted');
  });

  it('is refused for the last live one', async () => {
    await expect(remove(client.secret.id)).rejects.toMatchObject(CONFLICT);
    expect(await outcome(client.secret.value)).toBe('accepted');
  });

  it('is refused for the last live one beside expired ones', async () => {
    const { id } = await rotate({ expireOthersAfterSeconds: 0 });
    await expect(remove(id)).rejects.toMatchObject(CONFLICT);
    await remove(client.secret.id);
  });

  it('never leaves none behind, when both are removed at once', async () => {
    const { id } = await rotate();
    expect(await countDone([remove(client.secret.id), remove(id)])).toBe(1);
    expect(await live()).toHaveLength(1);
  });

  it('is for its own client only', async () => {
    await rotate();
    const other = await register('confidential');
    await rotate({}, other.id);
    await expect(remove(client.secret.id, other.id)).rejects.toMatchObject(NOT_FOUND);
    for (const id of [UNKNOWN_ID, '__proto__']) {
      await expect(remove(id)).rejects.toMatchObject(NOT_FOUND);
    }
    expect(await live()).toHaveLength(2);
  });
});

import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { ChangeFeed } from '../database/change-feed.js';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { ClientAuthentication } from './client-authentication.js';
import { ClientCache } from './client-cache.js';
import { ClientSecrets } from './client-secrets.service.js';
import { OAuthClientsModule } from './oauth-clients.module.js';
import { OAuthClientsService } from './oauth-clients.service.js';
import { ClientRegistry } from './registry.service.js';

/** The registry of two nodes on one database. */
let here: TestContext;
let there: TestContext;
let id: string;
let clientId: string;
let secret: string;

beforeAll(async () => {
  here = await createTestModule([OAuthClientsModule]);
  there = await createTestModule([OAuthClientsModule], {
    databaseUrl: here.config.databaseUrl,
    clock: here.clock,
  });
});
afterAll(async () => {
  await there.close();
  await here.close();
});
beforeEach(async () => {
  const heard = announced(there);
  const client = await here.app.get(ClientRegistry).create(
    {
      clientId: `cached-${randomUUID()}`,
      name: 'Vermerkt',
      publisher: 'Vermerk GmbH',
      kind: 'confidential',
      redirectUris: ['https://vermerkt.example/'],
      scopes: ['readwrite'],
    },
    null,
  );
  ({ id, clientId } = client);
  secret = client.secret?.value ?? '';
  await heard(client.id);
});
afterEach(() => {
  jest.restoreAllMocks();
});

/** Resolves when a node has heard of a change of the client that is named then. */
function announced({ app }: TestContext): (id: string) => Promise<void> {
  const cache = app.get(ClientCache);
  const { forget } = ClientCache.prototype;
  const heard = new Set<string>();
  const waiting = new Map<string, () => void>();
  jest.spyOn(cache, 'forget').mockImplementation((changed) => {
    forget.call(cache, changed);
    heard.add(changed);
    waiting.get(changed)?.();
  });
  return async (wanted) => {
    if (!heard.has(wanted)) await new Promise<void>((resolve) => waiting.set(wanted, resolve));
  };
}

interface Internals {
  clients: Map<string, unknown>;
  forgetAll: () => void;
  read: (clientId: string) => Promise<unknown>;
}
const internals = ({ app }: TestContext) => app.get(ClientCache) as unknown as Internals;

/** Resolves when the feed has been cut and has caught up again. */
function reconnected(node: TestContext): Promise<void> {
  const cache = internals(node);
  const { forgetAll } = ClientCache.prototype as unknown as Internals;
  return new Promise((resolve) => {
    jest.spyOn(cache, 'forgetAll').mockImplementation(() => {
      forgetAll.call(cache);
      resolve();
    });
  });
}

const nameOn = async ({ app }: TestContext) =>
  (await app.get(OAuthClientsService).findActiveByClientId(clientId))?.name;
const authenticateOn = ({ app }: TestContext, clientSecret = secret) =>
  app.get(ClientAuthentication).authenticate({
    authorization: undefined,
    parameters: { client_id: clientId, client_secret: clientSecret },
  });

/** Does something that no feed tells of, as if the announcement had been lost. */
async function silently(work: () => Promise<unknown>): Promise<void> {
  const announce = async (verb: 'DISABLE' | 'ENABLE') => {
    for (const table of ['oauth_clients', 'oauth_client_secrets']) {
      await here.dataSource.query(`ALTER TABLE ${table} ${verb} TRIGGER announce`);
    }
  };
  await announce('DISABLE');
  try {
    await work();
  } finally {
    await announce('ENABLE');
  }
}

const renameSilently = (name: string) =>
  silently(() =>
    here.dataSource.query('UPDATE oauth_clients SET name = $2 WHERE id = $1', [id, name]),
  );

describe('a client that has been read once', () => {
  it('costs no statement again, neither to find nor to authenticate', async () => {
    await authenticateOn(there);
    const statements = jest.spyOn(there.dataSource, 'query');
    expect(await nameOn(there)).toBe('Vermerkt');
    await authenticateOn(there);
    expect(statements).not.toHaveBeenCalled();
  });

  it('is known as changed to the other node as soon as that hears of it', async () => {
    expect(await nameOn(there)).toBe('Vermerkt');
    const heard = announced(there);
    await here.app.get(ClientRegistry).update(id, { name: 'Umbenannt' }, null);
    await heard(id);
    expect(await nameOn(there)).toBe('Umbenannt');
  });

  it('is known as changed to the node that changes it, before any feed tells', async () => {
    const registry = here.app.get(ClientRegistry);
    await authenticateOn(here);
    await silently(async () => {
      await registry.update(id, { name: 'Umbenannt' }, null);
      expect(await nameOn(here)).toBe('Umbenannt');
      const added = await here.app.get(ClientSecrets).rotate(id, {}, null);
      await authenticateOn(here, added.value);
      await here.app.get(ClientSecrets).remove(id, added.id, null);
      await expect(authenticateOn(here, added.value)).rejects.toThrow('client_secret_wrong');
      await registry.remove(id, null);
      expect(await nameOn(here)).toBeUndefined();
    });
  });

  it('stops authenticating on the other node when it is disabled', async () => {
    await authenticateOn(there);
    const heard = announced(there);
    await here.app.get(ClientRegistry).update(id, { status: 'disabled' }, null);
    await heard(id);
    expect(await nameOn(there)).toBeUndefined();
    await expect(authenticateOn(there)).rejects.toMatchObject({ reason: 'client_disabled' });
  });

  it('has on the other node the secrets that it has now', async () => {
    await authenticateOn(there);
    let heard = announced(there);
    const added = await here.app.get(ClientSecrets).rotate(id, {}, null);
    await heard(id);
    await authenticateOn(there, added.value);
    const [old] = (await here.app.get(ClientRegistry).get(id)).secrets;
    heard = announced(there);
    await here.app.get(ClientSecrets).remove(id, old?.id ?? '', null);
    await heard(id);
    await expect(authenticateOn(there)).rejects.toMatchObject({ reason: 'client_secret_wrong' });
  });

  it('is read again after a reconnect, which may have missed its change', async () => {
    expect(await nameOn(there)).toBe('Vermerkt');
    await renameSilently('Still umbenannt');
    expect(await nameOn(there)).toBe('Vermerkt');
    const again = reconnected(there);
    await here.dataSource.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'flixcheck-connect change feed'`,
    );
    await again;
    expect(await nameOn(there)).toBe('Still umbenannt');
  });

  it('is asked of the database while the feed is down', async () => {
    expect(await nameOn(there)).toBe('Vermerkt');
    const live = jest.spyOn(there.app.get(ChangeFeed), 'isLive').mockReturnValue(false);
    await renameSilently('Still umbenannt');
    expect(await nameOn(there)).toBe('Still umbenannt');
    await renameSilently('Noch einmal');
    expect(await nameOn(there)).toBe('Noch einmal');
    live.mockRestore();
  });
});

describe('a read that a change overtakes', () => {
  it('is not kept', async () => {
    const cache = internals(there);
    const { read } = ClientCache.prototype as unknown as Internals;
    let letGo: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (letGo = resolve));
    let hasRead: () => void = () => undefined;
    const hasBeenRead = new Promise<void>((resolve) => (hasRead = resolve));
    jest.spyOn(cache, 'read').mockImplementationOnce(async (wanted) => {
      const found = await read.call(cache, wanted);
      hasRead();
      await gate;
      return found;
    });

    const slow = nameOn(there);
    await hasBeenRead;
    const heard = announced(there);
    await here.app.get(ClientRegistry).update(id, { name: 'Überholt' }, null);
    await heard(id);
    letGo();
    expect(await slow).toBe('Vermerkt');
    expect(await nameOn(there)).toBe('Überholt');
  });
});

describe('an unknown client id', () => {
  it('is not kept, so that a guesser cannot fill the memory', async () => {
    const before = internals(there).clients.size;
    for (let n = 0; n < 20; n++) {
      const guess = there.app.get(OAuthClientsService).findActiveByClientId(`guess-${n}`);
      expect(await guess).toBeNull();
    }
    expect(internals(there).clients.size).toBe(before);
  });

  it('that no client can have is not even looked up', async () => {
    const statements = jest.spyOn(there.dataSource, 'query');
    for (const guess of ['', 'ab', 'a b', 'a\0b', 'x'.repeat(65), 'ü'.repeat(5), "' OR 1=1 --"]) {
      expect(await there.app.get(OAuthClientsService).findActiveByClientId(guess)).toBeNull();
    }
    expect(statements).not.toHaveBeenCalled();
  });

  it('may become known later', async () => {
    const clients = there.app.get(OAuthClientsService);
    expect(await clients.findActiveByClientId('later')).toBeNull();
    const heard = announced(there);
    const made = await here.app.get(ClientRegistry).create(
      {
        clientId: 'later',
        name: 'Später',
        publisher: 'Später GmbH',
        kind: 'public',
        redirectUris: ['http://127.0.0.1/callback'],
        scopes: ['readwrite'],
      },
      null,
    );
    await heard(made.id);
    expect((await clients.findActiveByClientId('later'))?.name).toBe('Später');
  });
});

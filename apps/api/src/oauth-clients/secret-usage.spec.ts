import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { HOUR, MINUTE } from '../config/clock.js';
import { AppLogger } from '../telemetry/app-logger.js';
import type { TestContext } from '../testing/test-context.js';
import { createTestModule } from '../testing/test-module.js';
import { ClientAuthentication } from './client-authentication.js';
import { ClientCache } from './client-cache.js';
import { ClientSecrets } from './client-secrets.service.js';
import { OAuthClientsModule } from './oauth-clients.module.js';
import { ClientRegistry } from './registry.service.js';
import { SecretUsage } from './secret-usage.js';

let api: TestContext;
let id: string;
let clientId: string;
/** The two live secrets, the older one first. */
let secrets: { id: string; value: string }[];

beforeAll(async () => {
  api = await createTestModule([OAuthClientsModule]);
});
afterAll(() => api.close());
beforeEach(async () => {
  const { secret, ...client } = await api.app.get(ClientRegistry).create(
    {
      name: 'Rotierer',
      description: '',
      descriptionEn: '',
      publisher: 'Rotation GmbH',
      publisherVerified: false,
      kind: 'confidential',
      redirectUris: ['https://rotation.example/callback'],
      scopes: ['read'],
      requirePkce: true,
      logoUri: null,
      homepageUri: null,
      privacyPolicyUri: null,
      startUri: null,
    },
    null,
  );
  ({ id, clientId } = client);
  const second = await api.app.get(ClientSecrets).rotate(id, {}, null);
  secrets = [secret, second].map((each) => ({ id: each?.id ?? '', value: each?.value ?? '' }));
  await announcements(() => Promise.resolve());
});

/** The clients that the node hears of as changed until what `work` announced has arrived. */
async function announcements(work: () => Promise<unknown>): Promise<string[]> {
  const cache = api.app.get(ClientCache);
  const forget = cache.forget.bind(cache);
  const heard: string[] = [];
  await new Promise<void>((done, fail) => {
    jest.spyOn(cache, 'forget').mockImplementation((changed) => {
      if (changed === 'the end') return done();
      heard.push(changed);
      forget(changed);
    });
    // Announcements come in their order.
    const end = () => api.dataSource.query("SELECT pg_notify('oauth_clients', 'the end')");
    work().then(end).catch(fail);
  });
  jest.restoreAllMocks();
  return heard;
}

const authenticate = (clientSecret: string | undefined) =>
  api.app
    .get(ClientAuthentication)
    .authenticate({
      authorization: undefined,
      parameters: { client_id: clientId, client_secret: clientSecret },
    })
    .catch(() => undefined);
const lastUses = async () =>
  (await api.app.get(ClientRegistry).get(id)).secrets.map(({ lastUsedAt }) => lastUsedAt);
/** Another node's notes on the same database. */
const node = () => new SecretUsage(api.dataSource, api.clock, api.app.get(AppLogger));

describe('the last use of a secret', () => {
  it('shows which of two live ones is still used', async () => {
    expect(await lastUses()).toEqual([null, null]);
    const before = api.clock.now();
    await authenticate(secrets[1]?.value);
    const [old, recent] = await lastUses();
    expect(old).toBeNull();
    expect(recent?.getTime()).toBeGreaterThanOrEqual(before.getTime());
  });

  it('is none where the secret was wrong, missing or has expired', async () => {
    await authenticate('wrong');
    await authenticate(undefined);
    await api.dataSource.query(
      'UPDATE oauth_client_secrets SET expires_at = $2 WHERE oauth_client_id = $1',
      [id, new Date(api.clock.now().getTime() - HOUR)],
    );
    api.app.get(ClientCache).forget(id);
    await authenticate(secrets[0]?.value);
    await api.app.get(SecretUsage).flush();
    const rows = await api.dataSource.query(
      'SELECT last_used_at FROM oauth_client_secrets WHERE oauth_client_id = $1',
      [id],
    );
    expect(rows).toEqual([{ last_used_at: null }, { last_used_at: null }]);
  });

  it('costs a request no statement, and many requests one', async () => {
    await authenticate(secrets[0]?.value);
    const statements = jest.spyOn(api.dataSource, 'query');
    for (let request = 0; request < 20; request += 1) {
      await authenticate(secrets[request % 2]?.value);
    }
    expect(statements).not.toHaveBeenCalled();
    await api.app.get(SecretUsage).flush();
    await api.app.get(SecretUsage).flush();
    expect(statements).toHaveBeenCalledTimes(1);
    statements.mockRestore();
    expect(await lastUses()).toEqual([expect.any(Date), expect.any(Date)]);
  });

  it('makes no node forget the client', async () => {
    await authenticate(secrets[0]?.value);
    const announced = await announcements(() => api.app.get(SecretUsage).flush());
    expect(announced).toEqual([]);
  });

  it('is the latest of all nodes, in whatever order they write', async () => {
    const [early, late] = [node(), node()];
    early.record(secrets[0]?.id ?? '');
    api.clock.advance(MINUTE);
    late.record(secrets[0]?.id ?? '');
    const at = api.clock.now();
    await late.flush();
    await early.flush();
    const [shown] = await lastUses();
    expect(Math.abs((shown?.getTime() ?? 0) - at.getTime())).toBeLessThan(MINUTE / 2);
  });

  it('waits for nobody who is removing the secret', async () => {
    const usage = node();
    await api.dataSource.transaction(async (tx) => {
      await tx.query('DELETE FROM oauth_client_secrets WHERE id = $1', [secrets[0]?.id]);
      for (const secret of secrets) usage.record(secret.id);
      await usage.flush();
    });
    expect(await lastUses()).toEqual([expect.any(Date)]);
  });

  it('is written later where it cannot be written now, and before the node stops', async () => {
    const usage = node();
    usage.record(secrets[0]?.id ?? '');
    const { dataSource } = api;
    await dataSource.query('ALTER TABLE oauth_client_secrets RENAME TO secrets_away');
    await usage.flush();
    await dataSource.query('ALTER TABLE secrets_away RENAME TO oauth_client_secrets');
    await usage.onApplicationShutdown();
    expect(await lastUses()).toEqual([expect.any(Date), null]);
  });
});

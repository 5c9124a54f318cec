import { call, PortalUser, ThirdParty } from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BackgroundWork } from './background/background-work.js';
import { DAY, MINUTE, SECOND } from './config/clock.js';
import { DEMO_PASSWORD } from './database/demo-data.js';
import { SigningKeys } from './oauth-tokens/signing-keys.js';
import { createTestApp, type TestApp } from './testing/test-app.js';

let test: TestApp;
let user: PortalUser;
let crm: ThirdParty;

beforeAll(async () => {
  test = await createTestApp();
  user = await PortalUser.signIn(test.url);
  crm = new ThirdParty(test.url);
});
afterAll(() => test.close());

const text = async () => (await fetch(`${test.url}/metrics`)).text();
/** The value of the one series with these labels; undefined where there is none. */
async function valueOf(name: string, labels: Record<string, string> = {}) {
  const series = (await text()).split('\n').filter((line) => line.startsWith(name));
  const found = series.filter((line) =>
    Object.entries(labels).every(([label, value]) => line.includes(`${label}="${value}"`)),
  );
  expect(found.length).toBeLessThan(2);
  return found[0] === undefined ? undefined : Number(found[0].split(' ').at(-1));
}
/** How much a counter grows while `act` runs. */
async function growth(name: string, labels: Record<string, string>, act: () => Promise<unknown>) {
  const before = (await valueOf(name, labels)) ?? 0;
  await act();
  return ((await valueOf(name, labels)) ?? 0) - before;
}

describe('token grants are counted', () => {
  it.each(['authorization_code', 'refresh_token'])('%s, from zero on', async (grant_type) => {
    const labels = { endpoint: 'token', grant_type, outcome: 'success' };
    expect(await valueOf('oauth_requests_total', labels)).toBeDefined();
    const grown = await growth('oauth_requests_total', labels, async () => {
      const tokens = await crm.connect(user);
      await crm.refresh(tokens.refresh_token);
    });
    expect(grown).toBe(1);
  });

  it('failures with the error and the reason that the request log has', async () => {
    const labels = { outcome: 'failure', error: 'invalid_grant', reason: 'code_unknown' };
    expect(await growth('oauth_requests_total', labels, () => crm.exchange('x'))).toBe(1);
  });

  it('never under a value that an unknown sender made up', async () => {
    const body = new URLSearchParams({ grant_type: 'made-up-grant', client_id: 'made-up-client' });
    const labels = { grant_type: 'other', reason: 'unknown_client' };
    const send = () => fetch(`${test.url}/guest/v7/oauth-tokens`, { method: 'POST', body });
    expect(await growth('oauth_requests_total', labels, send)).toBe(1);
    expect(await text()).not.toContain('made-up');
  });

  it('a refresh token that comes back is a reuse', async () => {
    const labels = { credential: 'refresh_token' };
    expect(await valueOf('oauth_reuse_detected_total', labels)).toBe(0);
    const { refresh_token: first } = await crm.connect(user);
    const { body: second } = await crm.refresh(first);
    await crm.refresh(second.refresh_token);
    for (const times of [1, 0]) {
      const grown = await growth('oauth_reuse_detected_total', labels, () => crm.refresh(first));
      expect(grown).toBe(times);
    }
  });
});

describe('connections are counted', () => {
  it('as they are granted and renewed', async () => {
    const other = await PortalUser.signIn(test.url, 'admin@beispiel.example');
    const grown = (connection: string) =>
      growth('oauth_grants_total', { connection }, () => crm.code(other));
    expect([await grown('new'), await grown('renewed')]).toEqual([1, 1]);
  });

  it.each([
    ['client', async () => crm.revoke((await crm.connect(user)).refresh_token)],
    [
      'user',
      async () => {
        await crm.connect(user);
        const { body } = await user.call('GET', '/user/v7/connections?status=active');
        await user.call('DELETE', `/user/v7/connections/${body.resources[0].id}`);
        await user.call('DELETE', `/user/v7/connections/${body.resources[0].id}`);
      },
    ],
  ])('as they are ended by the %s, once', async (reason, end) => {
    expect(await growth('connections_ended_total', { reason }, end)).toBe(1);
  });
});

describe('attempts to sign in are counted', () => {
  const attempt = (password: string) =>
    call(test.url, 'POST', '/guest/v7/sessions', {
      resource: { email: 'admin@musterhaus.example', password },
    });

  it('by their outcome', async () => {
    const grown = (outcome: string, password: string) =>
      growth('sign_ins_total', { outcome }, () => attempt(password));
    expect(await grown('success', DEMO_PASSWORD)).toBe(1);
    expect(await grown('failure', 'wrong')).toBe(1);
    for (let failures = 1; failures < 10; failures += 1) await attempt('wrong');
    expect(await grown('limited', DEMO_PASSWORD)).toBe(1);
    test.clock.advance(15 * MINUTE);
  });
});

describe('a node reports', () => {
  it('how busy its connections to the database are', async () => {
    const runner = test.dataSource.createQueryRunner();
    await runner.connect();
    expect(await valueOf('database_pool_connections', { state: 'used' })).toBeGreaterThan(0);
    await runner.release();
    expect(await valueOf('database_pool_connections', { state: 'idle' })).toBeGreaterThan(0);
    expect(await valueOf('database_pool_connections', { state: 'waiting' })).toBe(0);
  });

  it('how many revocations it holds', async () => {
    const grown = await growth('revocations_held', {}, async () => {
      const { access_token } = await crm.connect(user);
      await crm.revoke(access_token);
    });
    expect(grown).toBe(1);
  });

  it('when each background step last succeeded, not when it failed', async () => {
    const background = test.app.get(BackgroundWork);
    const step = { name: 'test.step', schedule: '* * * * *', run: async () => 0 };
    background.step(step);
    const last = () =>
      valueOf('background_step_last_success_timestamp_seconds', { step: step.name });
    expect(await last()).toBeUndefined();
    await background.run(step.name);
    const first = (await last()) ?? 0;
    expect(Math.abs(first - test.clock.now().getTime() / SECOND)).toBeLessThan(60);
    test.clock.advance(DAY);
    step.run = () => Promise.reject(new Error('fails'));
    await expect(background.run(step.name)).rejects.toThrow('fails');
    expect(await last()).toBe(first);
  });

  it('the age of the signing key', async () => {
    test.clock.advance(DAY);
    expect(await valueOf('signing_key_age_seconds')).toBeGreaterThanOrEqual(86_400);
    await test.app.get(SigningKeys).rotate({ immediately: true });
    expect(await valueOf('signing_key_age_seconds')).toBeLessThan(60);
  });
});

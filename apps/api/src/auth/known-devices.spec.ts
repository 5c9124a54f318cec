import { call, cookieOf } from '@flixcheck/test-harness';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DEMO_PASSWORD } from '../database/demo-data.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { MAX_FAILURES_PER_EMAIL, MAX_FAILURES_PER_NETWORK } from './sign-in-limits.js';

const OWNER = 'user@musterhaus.example';
const COLLEAGUE = 'admin@musterhaus.example';
const HOME = '198.51.100.7';

let test: TestApp;
beforeAll(async () => {
  // So that a test can come from any address.
  test = await createTestApp({ env: { TRUST_PROXY: 'on' } });
});
afterAll(() => test.close());
afterEach(() => test.dataSource.query('DELETE FROM sign_in_failures'));

/** Keeps the cookie `device`, and signs out by forgetting the session's. */
class Browser {
  constructor(
    private readonly url = test.url,
    private cookie = '',
  ) {}

  get device(): string {
    return this.cookie;
  }

  async signIn(password: string, email = OWNER, ip = HOME) {
    const answer = await call(this.url, 'POST', '/guest/v7/sessions', {
      resource: { email, password },
      headers: { cookie: this.cookie, 'x-forwarded-for': ip },
    });
    const device = answer.headers['set-cookie']?.find((cookie) => /^device=/.test(cookie));
    if (device) this.cookie = device.split(';', 1)[0] ?? '';
    return answer;
  }

  async fail(times: number, email = OWNER): Promise<void> {
    for (let n = 0; n < times; n++) expect((await this.signIn('wrong', email)).status).toBe(401);
  }
}

async function knownBrowser(...users: string[]): Promise<Browser> {
  const browser = new Browser();
  for (const email of users) expect((await browser.signIn(DEMO_PASSWORD, email)).status).toBe(201);
  return browser;
}

/** Fails from that many networks, until nobody else's attempt is even looked at. */
async function attack(email = OWNER, networks = MAX_FAILURES_PER_EMAIL): Promise<void> {
  const from = (n: number) => `203.0.${n >> 8}.${n & 255}`;
  const tries = Array.from({ length: networks }, (_, n) =>
    new Browser().signIn('wrong', email, from(n)),
  );
  const failed = (await Promise.all(tries)).filter(({ status }) => status === 401);
  expect(failed).toHaveLength(MAX_FAILURES_PER_EMAIL);
}

describe('a browser in which the user has signed in before', () => {
  it('signs its owner in at the first try, while an attacker is at the limit from 1,000 networks', async () => {
    const owner = await knownBrowser(OWNER);
    await attack(OWNER, 1000);
    expect((await new Browser().signIn(DEMO_PASSWORD)).status).toBe(429);
    expect((await owner.signIn(DEMO_PASSWORD)).status).toBe(201);
  });

  it('is not kept out by the failures of others in its network', async () => {
    const owner = await knownBrowser(OWNER);
    await test.dataSource.query(
      `INSERT INTO sign_in_failures (email_hash, network, at)
       SELECT sha256(n::text::bytea), $1, $2 FROM generate_series(1, $3::integer) n`,
      [HOME, test.clock.now(), MAX_FAILURES_PER_NETWORK],
    );
    expect((await new Browser().signIn(DEMO_PASSWORD)).status).toBe(429);
    expect((await owner.signIn(DEMO_PASSWORD)).status).toBe(201);
  });

  it('has no more tries than anybody else, and its failures keep nobody else out', async () => {
    const stolen = await knownBrowser(OWNER);
    await stolen.fail(MAX_FAILURES_PER_EMAIL);
    expect((await stolen.signIn(DEMO_PASSWORD)).status).toBe(429);
    const counted = await test.dataSource.query('SELECT network FROM sign_in_failures');
    expect(JSON.stringify(counted)).not.toContain(HOME);
    expect((await new Browser().signIn(DEMO_PASSWORD)).status).toBe(201);
  });

  it('is known to one user only: guessing at another counts as everybody’s does', async () => {
    const browser = await knownBrowser(OWNER);
    await attack(COLLEAGUE);
    expect((await browser.signIn(DEMO_PASSWORD, COLLEAGUE)).status).toBe(429);
  });

  it('knows each of several users who share it', async () => {
    const browser = await knownBrowser(OWNER, COLLEAGUE, 'admin@beispiel.example');
    await attack();
    expect((await browser.signIn(DEMO_PASSWORD)).status).toBe(201);
    expect(browser.device.split('~')).toHaveLength(3);
  });

  it('can change its password, whatever strangers try', async () => {
    const browser = new Browser();
    const cookie = cookieOf(await browser.signIn(DEMO_PASSWORD));
    await attack();
    const answer = await call(test.url, 'POST', '/user/v7/users/me/password', {
      resource: { currentPassword: 'wrong', newPassword: 'drei-blaue-elefanten' },
      headers: { cookie },
    });
    expect(answer.status).toBe(400);
  });
});

describe('the cookie by which a browser is known', () => {
  it('is read by no script, sent by no other site, and lasts a year after the last sign-in', async () => {
    const { headers } = await new Browser().signIn(DEMO_PASSWORD);
    const cookie = headers['set-cookie']?.find((header) => /^device=/.test(header));
    expect(cookie?.split('; ').slice(1).sort()).toEqual([
      'HttpOnly',
      'Max-Age=31536000',
      'Path=/',
      'SameSite=Lax',
    ]);
    expect(cookie).not.toContain('musterhaus');
  });

  it.each([
    ['made up', () => `device=${'A'.repeat(22)}.${'A'.repeat(43)}`],
    ['empty', () => 'device='],
    ['not of this form', () => 'device=~~.~x.y.z'],
    ['given a new id', async () => (await knownBrowser(OWNER)).device.replace(/=.{4}/, '=AAAA')],
    ['a colleague’s', async () => (await knownBrowser(COLLEAGUE)).device],
  ])('is worth nothing when it is %s', async (_, made) => {
    const cookie = await made();
    await new Browser().fail(MAX_FAILURES_PER_EMAIL);
    expect((await new Browser(test.url, cookie).signIn(DEMO_PASSWORD)).status).toBe(429);
  });

  it('has a new id after each sign-in, so that it does not inherit failures', async () => {
    const browser = await knownBrowser(OWNER);
    const before = browser.device;
    await browser.fail(MAX_FAILURES_PER_EMAIL - 1);
    expect((await browser.signIn(DEMO_PASSWORD)).status).toBe(201);
    expect(browser.device).not.toBe(before);
    await browser.fail(MAX_FAILURES_PER_EMAIL - 1);
    expect((await browser.signIn(DEMO_PASSWORD)).status).toBe(201);
  });

  it('stays good when the secret is changed, as long as the old one is valid', async () => {
    const { databaseUrl } = test.config;
    const node = (env: Record<string, string>) =>
      createTestApp({ databaseUrl, clock: test.clock, env });
    const old = 'an-old-secret'.padEnd(32, '.');
    const present = 'a-new-secret'.padEnd(32, '.');
    const before = await node({ APP_SECRET: old, TRUST_PROXY: 'on' });
    const browser = new Browser(before.url);
    await browser.signIn(DEMO_PASSWORD).finally(() => before.close());
    const after = await node({ APP_SECRET: present, APP_SECRET_PREVIOUS: old, TRUST_PROXY: 'on' });
    try {
      await attack();
      const moved = new Browser(after.url, browser.device);
      expect((await moved.signIn(DEMO_PASSWORD)).status).toBe(201);
    } finally {
      await after.close();
    }
  });
});

import {
  type Answer,
  PASSWORD,
  register,
  send,
  startWorld,
  type ThirdParty,
  TOKEN_PATH,
  type TokenAnswer,
  type World,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

let world: World;
let client: ThirdParty;
beforeAll(async () => {
  // So that a test can come from any address.
  world = await startWorld({ env: { TRUST_PROXY: 'loopback' } });
});
beforeEach(async () => {
  client = await register(world.operator);
});
afterAll(() => world.server.stop());

const GUESSER = '203.0.113.66';
const SERVER = '198.51.100.7';

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const count = (answers: Answer<unknown>[], status: number) =>
  answers.filter((answer) => answer.status === status).length;

const request = (address: string, form: Record<string, string>) =>
  send<TokenAnswer>(world.url, TOKEN_PATH, {
    form,
    headers: { 'x-forwarded-for': address },
  });
const guess = (address = GUESSER, clientId = client.registration.clientId) =>
  request(address, {
    grant_type: 'refresh_token',
    refresh_token: 'x',
    client_id: clientId,
    client_secret: 'guess',
  });
const refresh = (address: string, refresh_token: string) =>
  request(address, { grant_type: 'refresh_token', refresh_token, ...client.credentials });

describe('failed token requests are limited per client and address, from 60 a minute on', () => {
  it('the first 59 are told what is wrong; later ones 429 with Retry-After of at most a minute', async () => {
    const first = await Promise.all(times(59, () => guess()));
    expect(count(first, 401)).toBe(59);
    const later = await Promise.all(times(10, () => guess()));
    expect(count(later, 429)).toBeGreaterThanOrEqual(9);
    const limited = await guess();
    expect(limited.status).toBe(429);
    const wait = Number(limited.headers['retry-after']);
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60);
    expect(limited.body.error).toBe('temporarily_unavailable');
    expect(limited.body.error_description).toMatch(/request id/);
  });

  it('a guesser does not stop the client itself, at its own address or at the same', async () => {
    const tokens = await client.connect(world.member);
    await Promise.all(times(80, () => guess()));
    expect((await guess()).status).toBe(429);
    const own = await refresh(SERVER, tokens.refresh_token);
    expect(own.status).toBe(200);
    const same = await refresh(GUESSER, own.body.refresh_token);
    expect(same.status).toBe(200);
  });

  it('another address and another client have their own count', async () => {
    await Promise.all(times(70, () => guess()));
    expect((await guess()).status).toBe(429);
    expect((await guess(SERVER)).status).toBe(401);
    const other = await register(world.operator);
    expect((await guess(GUESSER, other.registration.clientId)).status).toBe(401);
  });

  it('every kind of failure counts, also those of a client that authenticates', async () => {
    await Promise.all(
      times(70, () =>
        request(SERVER, { grant_type: 'authorization_code', code: 'x', ...client.credentials }),
      ),
    );
    const answer = await refresh(SERVER, 'x');
    expect(answer.status).toBe(429);
  });

  it('successful ones are never limited: 300 refreshes in a row', async () => {
    const families = await Promise.all(times(10, () => client.connect(world.member)));
    const statuses = await Promise.all(
      families.map(async ({ refresh_token }) => {
        const seen: number[] = [];
        for (let i = 0; i < 30; i += 1) {
          const answer = await refresh(SERVER, refresh_token);
          seen.push(answer.status);
          refresh_token = answer.body.refresh_token;
        }
        return seen;
      }),
    );
    expect(new Set(statuses.flat())).toEqual(new Set([200]));
  });
});

describe('failed sign-ins are limited, never for good', () => {
  const signIn = (email: string, password: string, address: string) =>
    send(world.url, '/guest/v7/sessions', {
      json: { resource: { email, password } },
      headers: { 'x-forwarded-for': address },
    });

  it('10 failures for one e-mail address, from anywhere and in any case: then 429 with Retry-After, for the right password too', async () => {
    const email = 'admin@beispiel.example';
    const failures = await Promise.all(
      times(10, (i) => signIn(i % 2 ? email.toUpperCase() : email, 'wrong', `192.0.2.${i}`)),
    );
    expect(count(failures, 401)).toBe(10);
    for (const password of ['wrong', PASSWORD]) {
      const answer = await signIn(email, password, '192.0.2.200');
      expect([answer.status, answer.body.code]).toEqual([429, 'too_many_attempts']);
      const wait = Number(answer.headers['retry-after']);
      expect(answer.body.retryAfterSeconds).toBe(wait);
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(15 * 60);
    }
    expect((await signIn('user@musterhaus.example', PASSWORD, '192.0.2.200')).status).toBe(201);
  });

  it('however many come at once, no more than 10 passwords are tried', async () => {
    const email = 'admin@musterhaus.example';
    const answers = await Promise.all(times(40, (i) => signIn(email, 'wrong', `192.0.2.${i}`)));
    expect(count(answers, 401)).toBe(10);
    expect(count(answers, 429)).toBe(30);
  });

  it('an address that nobody has is limited alike, so that the limit tells nothing', async () => {
    const email = 'nobody@nowhere.example';
    const answers = await Promise.all(times(12, (i) => signIn(email, 'wrong', `192.0.2.${i}`)));
    expect([count(answers, 401), count(answers, 429)]).toEqual([10, 2]);
  });

  it('100 failures from one network, whatever the e-mail address: then 429 there, and nowhere else', async () => {
    const address = (i: number) => `2001:db8:1:2::${(i + 1).toString(16)}`;
    const answers: Answer<unknown>[] = [];
    for (let round = 0; round < 4; round += 1) {
      answers.push(
        ...(await Promise.all(
          times(25, (i) => signIn(`p${round * 25 + i}@nowhere.example`, 'wrong', address(i))),
        )),
      );
    }
    expect(count(answers, 401)).toBe(100);
    const there = await signIn('operator@flixcheck.example', PASSWORD, address(200));
    expect([there.status, there.body.code]).toEqual([429, 'too_many_attempts']);
    const elsewhere = await signIn('operator@flixcheck.example', PASSWORD, '2001:db8:1:3::1');
    expect(elsewhere.status).toBe(201);
  });

  it('successes do not count: 20 sign-ins in a row', async () => {
    for (let i = 0; i < 20; i += 1) {
      const answer = await signIn('operator@flixcheck.example', PASSWORD, '192.0.2.230');
      expect(answer.status).toBe(201);
    }
  });

  it('a wrong current password counts as a failure to sign in', async () => {
    const change = () =>
      world.operator.send('/user/v7/users/me/password', {
        json: { resource: { currentPassword: 'wrong', newPassword: 'drei-blaue-elefanten' } },
      });
    const answers = await Promise.all(times(12, change));
    expect([count(answers, 400), count(answers, 429)]).toEqual([10, 2]);
  });
});

describe('who the caller is', () => {
  it('X-Forwarded-For is not believed where no proxy is trusted', async () => {
    const direct = await startWorld();
    try {
      const statuses = await Promise.all(
        times(70, (i) =>
          send(direct.url, TOKEN_PATH, {
            form: { client_id: 'maklerwelt-crm', client_secret: 'guess', grant_type: 'x' },
            headers: { 'x-forwarded-for': `192.0.2.${i}`, forwarded: `for=192.0.2.${i}` },
          }),
        ),
      );
      expect(count(statuses, 429)).toBeGreaterThan(0);
    } finally {
      await direct.server.stop();
    }
  });
});

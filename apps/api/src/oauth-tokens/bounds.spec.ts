import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { HOUR, MINUTE } from '../config/clock.js';
import { ConnectionsOverview } from '../connections/connections-overview.js';
import { type Application, createTwoNodes } from '../testing/application.js';
import { type Person, person } from '../testing/person.js';
import { StoppedClock } from '../testing/stopped-clock.js';
import type { TestContext } from '../testing/test-context.js';

const clock = new StoppedClock();

let api: TestContext;
let close: () => Promise<void>;
let user: Person;
let client: Application;
let elsewhere: Application;
beforeAll(async () => {
  ({ one: api, crm: client, elsewhere, close } = await createTwoNodes({ clock }));
  user = await person(api);
});
beforeEach(() => clock.advance(2 * HOUR));
afterAll(() => close());

const count = async (table: string): Promise<number> =>
  (await api.dataSource.query(`SELECT count(*)::integer AS n FROM ${table}`))[0].n;

describe('a user grants access 600 times an hour at most', () => {
  it('on all nodes together; then 429 with Retry-After, and nothing changes', async () => {
    await client.code(user);
    await api.dataSource.query(
      `INSERT INTO authorization_codes (id, code_hash, connection_id, scope, created_at, expires_at, user_id)
       SELECT gen_random_uuid(), sha256(n::text::bytea), connection_id, scope, created_at, expires_at, user_id
         FROM authorization_codes, generate_series(1, 598) n WHERE created_at = $1`,
      [clock.now()],
    );
    clock.advance(10 * MINUTE);
    const nodes = [client, elsewhere, client, elsewhere];
    const outcomes = await Promise.allSettled(nodes.map((node) => node.code(user)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const before = [await count('authorization_codes'), await count('connection_events')];
    await expect(elsewhere.code(user)).rejects.toMatchObject({
      status: 429,
      code: 'too_many_attempts',
      options: { retryAfterSeconds: 50 * 60 },
    });
    expect([await count('authorization_codes'), await count('connection_events')]).toEqual(before);
    // Nobody else has to wait, and this one only so long.
    await client.code(await person(api, 'admin@beispiel.example'));
    clock.advance(50 * MINUTE);
    await elsewhere.code(user);
  });
});

describe('a client revokes 600 access tokens of one user an hour at most', () => {
  it('then 429 with Retry-After, flat, and the token stays good; a repetition is no other one', async () => {
    const tokens = await client.connect(user);
    const next = await client.refresh(tokens.refresh_token);
    await client.revoke(tokens.access_token);
    await api.dataSource.query(
      `INSERT INTO revocations (subject, revoked_at, expires_at, oauth_client_id, user_id)
       SELECT 'jti ' || n, revoked_at, expires_at, oauth_client_id, user_id
         FROM revocations, generate_series(1, 599) n WHERE user_id IS NOT NULL`,
    );
    clock.advance(20 * MINUTE);
    const before = await count('revocations');
    await expect(elsewhere.revoke(next.access_token)).rejects.toMatchObject({
      error: 'temporarily_unavailable',
      options: { status: 429, headers: { 'retry-after': String(40 * 60) } },
    });
    expect(await count('revocations')).toBe(before);
    expect(await client.isAccepted(next.access_token)).toBe(true);
    await elsewhere.revoke(tokens.access_token);
    // Ending the connection is never limited.
    await elsewhere.revoke(next.refresh_token);
    expect(await elsewhere.isAccepted(next.access_token)).toBe(false);
  });
});

describe('100 families of a connection live at a time', () => {
  it('one more ends the one that has not been used for the longest, with an event', async () => {
    const first = await client.connect(user);
    clock.advance(MINUTE);
    const idle = await client.connect(user);
    clock.advance(MINUTE);
    const used = await client.refresh(first.refresh_token);
    await api.dataSource.query(
      `INSERT INTO refresh_token_families
         (id, connection_id, handle_hash, scope, generation, current_hash, created_at, expires_at)
       SELECT gen_random_uuid(), connection_id, sha256(('handle' || n)::bytea), scope, 1,
              sha256(n::text::bytea), $1, expires_at
         FROM (SELECT * FROM refresh_token_families WHERE ended_at IS NULL
               ORDER BY created_at DESC LIMIT 1) f, generate_series(1, 97) n`,
      [clock.now()],
    );
    const hundredth = await client.connect(user);
    expect(await client.isActive(idle.refresh_token)).toBe(true);

    const newest = await client.connect(user);
    await expect(client.refresh(idle.refresh_token)).rejects.toMatchObject({
      error: 'invalid_grant',
      description: expect.stringContaining('100 newer grants'),
    });
    while (await client.isAccepted(idle.access_token)) await setImmediate();
    for (const { access_token, refresh_token } of [used, hundredth, newest]) {
      expect(await client.isAccepted(access_token)).toBe(true);
      expect(await client.isActive(refresh_token)).toBe(true);
    }
    const overview = api.app.get(ConnectionsOverview);
    const { resources } = await overview.list(user, { status: 'active' });
    const events = await overview.history(user, resources[0]?.id ?? '', {});
    const ended = events.resources.filter(({ type }) => type === 'grant_revoked');
    expect(ended.map(({ detail }) => detail)).toEqual(['superseded']);
  });
});

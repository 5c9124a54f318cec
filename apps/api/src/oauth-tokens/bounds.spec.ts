import { PortalUser, ThirdParty, type TokenAnswer } from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { HOUR, MINUTE } from '../config/clock.js';
import { StoppedClock } from '../testing/stopped-clock.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';

const clock = new StoppedClock();

let api: TestApp;
let node: TestApp;
let user: PortalUser;
let client: ThirdParty;
beforeAll(async () => {
  api = await createTestApp({ clock });
  node = await createTestApp({ clock, databaseUrl: api.config.databaseUrl });
  client = new ThirdParty(api.url);
});
beforeEach(async () => {
  clock.advance(2 * HOUR);
  user = await PortalUser.signIn(api.url);
});
afterAll(async () => {
  await node.close();
  await api.close();
});

const count = async (table: string): Promise<number> =>
  (await api.dataSource.query(`SELECT count(*)::integer AS n FROM ${table}`))[0].n;

describe('a user grants access 600 times an hour at most', () => {
  const grant = (who: PortalUser) =>
    who.call('POST', '/user/v7/oauth-codes', { resource: { clientId: 'maklerwelt-crm' } });

  it('on all nodes together; then 429 with Retry-After, and nothing changes', async () => {
    await grant(user);
    await api.dataSource.query(
      `INSERT INTO authorization_codes (id, code_hash, connection_id, scope, created_at, expires_at, user_id)
       SELECT gen_random_uuid(), sha256(n::text::bytea), connection_id, scope, created_at, expires_at, user_id
         FROM authorization_codes, generate_series(1, 598) n WHERE created_at = $1`,
      [clock.now()],
    );
    clock.advance(10 * MINUTE);
    const there = await PortalUser.signIn(node.url);
    const answers = await Promise.all([user, there, user, there].map(grant));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 429, 429, 429]);
    const before = [await count('authorization_codes'), await count('connection_events')];
    const refused = await grant(there);
    expect([refused.status, refused.body.code]).toEqual([429, 'too_many_attempts']);
    expect(refused.headers['retry-after']).toBe(String(50 * 60));
    expect([await count('authorization_codes'), await count('connection_events')]).toEqual(before);
    // Nobody else has to wait, and this one only so long.
    expect((await grant(await PortalUser.signIn(api.url, 'admin@beispiel.example'))).status).toBe(
      201,
    );
    clock.advance(50 * MINUTE);
    expect((await grant(there)).status).toBe(201);
  });
});

describe('a client revokes 600 access tokens of one user an hour at most', () => {
  it('then 429 with Retry-After, flat, and the token stays good; a repetition is no other one', async () => {
    const tokens = await client.connect(user);
    const next = (await client.refresh(tokens.refresh_token)).body;
    expect((await client.revoke(tokens.access_token)).status).toBe(200);
    await api.dataSource.query(
      `INSERT INTO revocations (subject, revoked_at, expires_at, oauth_client_id, user_id)
       SELECT 'jti ' || n, revoked_at, expires_at, oauth_client_id, user_id
         FROM revocations, generate_series(1, 599) n WHERE user_id IS NOT NULL`,
    );
    clock.advance(20 * MINUTE);
    const before = await count('revocations');
    const there = new ThirdParty(node.url);
    const refused = await there.revoke(next.access_token);
    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({ error: 'temporarily_unavailable' });
    expect(refused.headers['retry-after']).toBe(String(40 * 60));
    expect(await count('revocations')).toBe(before);
    expect(await client.use(next.access_token)).toBe(200);
    expect((await there.revoke(tokens.access_token)).status).toBe(200);
    // Ending the connection is never limited.
    expect((await there.revoke(next.refresh_token)).status).toBe(200);
    expect(await there.use(next.access_token)).toBe(401);
  });
});

describe('100 families of a connection live at a time', () => {
  it('one more ends the one that has not been used for the longest, with an event', async () => {
    const first = await client.connect(user);
    clock.advance(MINUTE);
    const idle = await client.connect(user);
    clock.advance(MINUTE);
    const used: TokenAnswer = (await client.refresh(first.refresh_token)).body;
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
    const refused = await client.refresh(idle.refresh_token);
    expect(refused.body.error).toBe('invalid_grant');
    expect(refused.body.error_description).toContain('100 newer grants');
    while ((await client.use(idle.access_token)) !== 401);
    for (const { access_token, refresh_token } of [used, hundredth, newest]) {
      expect(await client.use(access_token)).toBe(200);
      expect(await client.isActive(refresh_token)).toBe(true);
    }
    const { body } = await user.call('GET', '/user/v7/connections?status=active');
    const events = await user.call('GET', `/user/v7/connections/${body.resources[0].id}/events`);
    const ended = events.body.resources.filter(({ type }) => type === 'grant_revoked');
    expect(ended.map(({ detail }) => detail)).toEqual(['superseded']);
  });
});

import {
  register,
  startWorld,
  type ThirdParty,
  type TokenAnswer,
  type World,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

let world: World;
let client: ThirdParty;
let tokens: TokenAnswer;
beforeAll(async () => {
  world = await startWorld();
});
// New ones for each test, so that no limit on failures carries over.
beforeEach(async () => {
  client = await register(world.operator);
  tokens = await client.connect(world.member);
});
afterAll(() => world.server.stop());

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

async function refreshed(refreshToken: string): Promise<TokenAnswer> {
  const answer = await client.refresh(refreshToken);
  expect(answer.status).toBe(200);
  return answer.body;
}

async function expectRefused(refreshToken: string) {
  const answer = await client.refresh(refreshToken);
  expect([answer.status, answer.body.error]).toEqual([400, 'invalid_grant']);
}

const works = async (accessToken: string) => (await client.use(accessToken)) === 200;
const connectionId = async () => (await client.me(tokens.access_token)).body.resource.connection.id;

describe('refresh tokens rotate at every use (RFC 9700 §4.14.2)', () => {
  it('each refresh gives another refresh token, and the connection stays the same', async () => {
    const id = await connectionId();
    const seen = new Set([tokens.refresh_token]);
    let latest = tokens;
    for (let i = 0; i < 10; i += 1) {
      latest = await refreshed(latest.refresh_token);
      seen.add(latest.refresh_token);
    }
    expect(seen.size).toBe(11);
    expect((await client.me(latest.access_token)).body.resource.connection.id).toBe(id);
  });

  it('they rotate for public clients too (RFC 9700 §2.2.2)', async () => {
    const desktop = world.desktop;
    const first = await desktop.connect(world.member);
    const second = await desktop.refresh(first.refresh_token);
    expect(second.status).toBe(200);
    expect(second.body.refresh_token).not.toBe(first.refresh_token);
    const third = await desktop.refresh(second.body.refresh_token);
    expect(third.status).toBe(200);
    expect((await desktop.refresh(first.refresh_token)).body.error).toBe('invalid_grant');
    expect((await desktop.refresh(third.body.refresh_token)).body.error).toBe('invalid_grant');
  });
});

describe('rotation is safe to retry (zitadel #9631, hydra #1831, passport #1185)', () => {
  it('after a lost response the predecessor gets the same successor, and a fresh access token', async () => {
    const lost = await refreshed(tokens.refresh_token);
    const retried = await refreshed(tokens.refresh_token);
    expect(retried.refresh_token).toBe(lost.refresh_token);
    expect(retried.access_token).not.toBe(lost.access_token);
    expect(await works(retried.access_token)).toBe(true);
    expect(await works(lost.access_token)).toBe(true);
    await refreshed(retried.refresh_token);
  });

  it('however often it is retried, and with another scope too', async () => {
    const lost = await refreshed(tokens.refresh_token);
    const scopes = ['', 'read', 'readwrite', ''];
    for (const scope of scopes) {
      const answer = await client.refresh(tokens.refresh_token, { scope });
      expect([answer.status, answer.body.refresh_token]).toEqual([200, lost.refresh_token]);
      expect(answer.body.scope).toBe(scope || 'readwrite');
    }
    await refreshed(lost.refresh_token);
  });

  it('every response lost once: 30 rotations, each asked for twice, lose nothing', async () => {
    let { refresh_token } = tokens;
    for (let i = 0; i < 30; i += 1) {
      await refreshed(refresh_token);
      ({ refresh_token } = await refreshed(refresh_token));
    }
    expect(await works((await refreshed(refresh_token)).access_token)).toBe(true);
  });

  it('fifty workers racing neither lose the connection nor fork it (CVE-2026-1035, CVE-2026-53517)', async () => {
    let { refresh_token } = tokens;
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all(times(50, () => client.refresh(refresh_token)));
      expect(answers.filter(({ status }) => status !== 200)).toHaveLength(0);
      const successors = new Set(answers.map(({ body }) => body.refresh_token));
      expect(successors.size).toBe(1);
      [refresh_token = ''] = successors;
    }
    await refreshed(refresh_token);
  });
});

describe('any other reuse ends the whole family (RFC 9700 §4.14.2)', () => {
  it('the predecessor of a successor that has been used: everything of the family is dead at once', async () => {
    const second = await refreshed(tokens.refresh_token);
    const third = await refreshed(second.refresh_token);
    await expectRefused(tokens.refresh_token);
    for (const { refresh_token } of [third, second, tokens]) await expectRefused(refresh_token);
    for (const { access_token } of [third, second, tokens]) {
      expect(await works(access_token)).toBe(false);
    }
  });

  it('an ancestor stolen long ago', async () => {
    let latest = tokens;
    for (let i = 0; i < 6; i += 1) latest = await refreshed(latest.refresh_token);
    await expectRefused(tokens.refresh_token);
    await expectRefused(latest.refresh_token);
    expect(await works(latest.access_token)).toBe(false);
  });

  it('of a race between the thief of an ancestor and its owner nobody keeps anything', async () => {
    const second = await refreshed(tokens.refresh_token);
    const third = await refreshed(second.refresh_token);
    const answers = await Promise.all(
      times(20, (i) => client.refresh(i % 2 ? tokens.refresh_token : third.refresh_token)),
    );
    for (const { status, body } of answers) {
      if (status !== 200) continue;
      expect(await works(body.access_token)).toBe(false);
      await expectRefused(body.refresh_token);
    }
  });

  it('the connection stays, and so do its other grants’ tokens', async () => {
    const other = await client.connect(world.member);
    const second = await refreshed(tokens.refresh_token);
    await refreshed(second.refresh_token);
    await expectRefused(tokens.refresh_token);
    expect(await works(other.access_token)).toBe(true);
    await refreshed(other.refresh_token);
  });

  it('the history says so: reuse detected, and by what', async () => {
    const id = await connectionId();
    const second = await refreshed(tokens.refresh_token);
    await refreshed(second.refresh_token);
    await expectRefused(tokens.refresh_token);
    const { body } = await world.member.send<{ resources: { type: string; detail: string }[] }>(
      `/user/v7/connections/${id}/events`,
    );
    const types = body.resources.map(({ type }) => type);
    expect(types).toContain('reuse_detected');
    // Once a day and lineage, however often.
    expect(types.filter((type) => type === 'refreshed')).toHaveLength(1);
  });
});

describe('who has no right to a refresh token neither uses nor ends it', () => {
  const attempts: [
    string,
    (value: string) => Promise<{ status: number; body: { error?: string } }>,
    string,
  ][] = [
    [
      'no client authentication (CVE-2026-53512)',
      (value) => client.with({ clientSecret: undefined }).refresh(value),
      'invalid_client',
    ],
    [
      'a wrong secret',
      (value) => client.with({ clientSecret: 'x' }).refresh(value),
      'invalid_client',
    ],
    ['another client', (value) => world.crm.refresh(value), 'invalid_grant'],
    ['a public client', (value) => world.desktop.refresh(value), 'invalid_grant'],
    [
      'an unknown client',
      (value) => client.with({ clientId: 'nobody' }).refresh(value),
      'invalid_client',
    ],
  ];

  it.each(attempts)(
    '%s, whether with the current token or an ancestor',
    async (_, attempt, error) => {
      const second = await refreshed(tokens.refresh_token);
      const third = await refreshed(second.refresh_token);
      for (const { refresh_token } of [third, second, tokens]) {
        expect((await attempt(refresh_token)).body.error).toBe(error);
      }
      expect(await works(third.access_token)).toBe(true);
      await refreshed(third.refresh_token);
    },
  );

  it('a foreign resource is invalid_target and does not use the token up (RFC 8707 §2)', async () => {
    const resource = 'https://other.example';
    const refused = await client.refresh(tokens.refresh_token, { resource });
    expect([refused.status, refused.body.error]).toEqual([400, 'invalid_target']);
    expect(await refreshed(tokens.refresh_token)).toHaveProperty('access_token');
  });

  it('a refresh token is no code', async () => {
    const answer = await client.exchange(tokens.refresh_token);
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_grant']);
    await refreshed(tokens.refresh_token);
  });

  it('a token that was never issued is invalid_grant and ends nothing, however much it looks like one', async () => {
    const value = tokens.refresh_token;
    const changed = (index: number) => {
      const bytes = Buffer.from(value, 'base64url');
      bytes[index] = (bytes[index] ?? 0) ^ 1;
      return bytes.toString('base64url');
    };
    const forgeries = [
      ...[0, 15, 16, 40, 47, 48, 60, -1].map((at) =>
        changed(at < 0 ? (value.length * 0.75 - 1) | 0 : at),
      ),
      `${value}A`,
      value.slice(0, -1),
      `${value}=`,
      value.toLowerCase(),
      'x',
      tokens.access_token,
    ].filter((forgery) => forgery !== value);
    for (const forgery of forgeries) await expectRefused(forgery);
    expect(await works(tokens.access_token)).toBe(true);
    await refreshed(value);
  });
});

describe('refresh tokens end with the connection (better-auth #10386)', () => {
  it('revoked in the portal', async () => {
    const id = await connectionId();
    await world.member.send(`/user/v7/connections/${id}`, { method: 'DELETE' });
    await expectRefused(tokens.refresh_token);
    expect(await works(tokens.access_token)).toBe(false);
  });

  it('a retry inside its 30 seconds does not revive a revoked connection', async () => {
    const id = await connectionId();
    await refreshed(tokens.refresh_token);
    await world.member.send(`/user/v7/connections/${id}`, { method: 'DELETE' });
    await expectRefused(tokens.refresh_token);
  });

  it('a refresh that races the revocation leaves nothing alive, in either order', async () => {
    for (let round = 0; round < 15; round += 1) {
      tokens = await client.connect(world.member);
      const id = await connectionId();
      const [revoked, ...answers] = await Promise.all([
        world.member.send(`/user/v7/connections/${id}`, { method: 'DELETE' }),
        ...times(4, () => client.refresh(tokens.refresh_token)),
      ]);
      expect(revoked.status).toBe(204);
      for (const { status, body } of answers) {
        if (status !== 200) continue;
        expect(await works(body.access_token)).toBe(false);
        expect((await client.refresh(body.refresh_token)).status).not.toBe(200);
      }
    }
  });

  it('a grant after the revocation opens a new connection and brings no old token back', async () => {
    const id = await connectionId();
    await world.member.send(`/user/v7/connections/${id}`, { method: 'DELETE' });
    const fresh = await client.connect(world.member);
    expect((await client.me(fresh.access_token)).body.resource.connection.id).not.toBe(id);
    await expectRefused(tokens.refresh_token);
    expect(await works(tokens.access_token)).toBe(false);
    await refreshed(fresh.refresh_token);
  });
});

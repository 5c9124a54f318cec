import {
  type PortalUser,
  register,
  startWorld,
  type ThirdParty,
  type World,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

let world: World;
let client: ThirdParty;
let other: ThirdParty;
beforeAll(async () => {
  world = await startWorld();
});
// New ones for each test, so that no limit on failures carries over.
beforeEach(async () => {
  client = await register(world.operator);
  other = await register(world.operator);
});
afterAll(() => world.server.stop());

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

describe('a code works once (RFC 6749 §4.1.2)', () => {
  it('of 100 parallel redemptions exactly one succeeds (CVE-2026-73311)', async () => {
    const { code } = await client.code(world.member);
    const answers = await Promise.all(times(100, () => client.exchange(code)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const { status, body } of answers) {
      // From the 60th failure on the limit applies.
      if (status === 200) continue;
      expect([
        [400, 'invalid_grant'],
        [429, 'temporarily_unavailable'],
      ]).toContainEqual([status, body.error]);
    }
  });

  it('the tokens of the one live on: the others are duplicated requests', async () => {
    const { code } = await client.code(world.member);
    const answers = await Promise.all(times(5, () => client.exchange(code)));
    const [winner] = answers.filter(({ status }) => status === 200);
    expect(await client.use(winner?.body.access_token ?? '')).toBe(200);
    expect((await client.refresh(winner?.body.refresh_token ?? '')).status).toBe(200);
  });

  it('10 codes, 10 redemptions each, all at once: one success for each code', async () => {
    const codes = await Promise.all(times(10, () => client.code(world.member)));
    const answers = await Promise.all(
      times(100, async (index) => {
        const { code } = codes[index % 10] ?? { code: '' };
        return { code, status: (await client.exchange(code)).status };
      }),
    );
    for (const { code } of codes) {
      const statuses = answers.filter((answer) => answer.code === code).map(({ status }) => status);
      expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    }
  });

  it('a repeat within 2 seconds is refused, and changes nothing: a duplicated request', async () => {
    const { code } = await client.code(world.member);
    const first = (await client.exchange(code)).body;
    const repeat = await client.exchange(code);
    expect([repeat.status, repeat.body.error]).toEqual([400, 'invalid_grant']);
    expect(await client.use(first.access_token)).toBe(200);
    expect((await client.refresh(first.refresh_token)).status).toBe(200);
  });
});

describe('an attempt that fails neither uses the code up nor ends anything', () => {
  const attempts: [
    string,
    (code: string) => Promise<{ status: number; body: { error?: string } }>,
    string,
  ][] = [
    [
      'a wrong secret',
      (code) => client.with({ clientSecret: 'wrong' }).exchange(code),
      'invalid_client',
    ],
    [
      'no client authentication',
      (code) => client.with({ clientSecret: undefined }).exchange(code),
      'invalid_client',
    ],
    [
      'another client (CVE-2026-16089, CVE-2026-28513)',
      (code) => other.exchange(code),
      'invalid_grant',
    ],
    ['a public client', (code) => world.desktop.exchange(code), 'invalid_grant'],
    [
      'another redirect URI',
      (code) => client.exchange(code, { redirect_uri: 'https://evil.example/' }),
      'invalid_grant',
    ],
    [
      'a verifier without a challenge',
      (code) => client.exchange(code, { code_verifier: 'v'.repeat(43) }),
      'invalid_grant',
    ],
    [
      'a foreign resource (RFC 8707 §2)',
      (code) => client.exchange(code, { resource: 'https://other.example' }),
      'invalid_target',
    ],
    [
      'another grant type',
      (code) => client.token({ grant_type: 'password', code }),
      'unsupported_grant_type',
    ],
    ['no grant type', (code) => client.token({ code }), 'invalid_request'],
  ];

  it.each(attempts)('%s', async (_, attempt, error) => {
    const { code } = await client.code(world.member);
    const refused = await attempt(code);
    expect(refused.body.error).toBe(error);
    const answer = await client.exchange(code);
    expect(answer.status).toBe(200);

    const afterwards = await attempt(code);
    expect(afterwards.status).toBeGreaterThanOrEqual(400);
    expect(await client.use(answer.body.access_token)).toBe(200);
    expect((await client.refresh(answer.body.refresh_token)).status).toBe(200);
  });

  it('50 of them beside 50 rightful ones, all at once: one succeeds', async () => {
    const { code } = await client.code(world.member);
    const answers = await Promise.all(
      times(100, (index) => {
        if (index % 2 === 0) return client.exchange(code);
        const attempt = attempts[((index - 1) / 2) % attempts.length]?.[1];
        return attempt?.(code) ?? client.exchange(code);
      }),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });
});

describe('a code is what it is', () => {
  it('one that was never issued is invalid_grant (RFC 6749 §5.2)', async () => {
    for (const code of ['x', 'x'.repeat(43), `' OR 1=1 --`, 'ä', '🦊']) {
      const answer = await client.exchange(code);
      expect([answer.status, answer.body.error]).toEqual([400, 'invalid_grant']);
    }
  });

  it('with a letter changed, added or in another case it is none', async () => {
    const { code } = await client.code(world.member);
    const swapped = code.replace(/[a-z]/i, (letter) =>
      letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
    );
    for (const variant of [swapped, `${code}x`, `${code} `, code.slice(0, -1), `${code}=`]) {
      expect((await client.exchange(variant)).body.error).toBe('invalid_grant');
    }
    expect((await client.exchange(code)).status).toBe(200);
  });

  it('it has at least 256 random bits in characters that need no encoding (RFC 6749 §10.10)', async () => {
    const codes = await Promise.all(times(20, async () => (await client.code(world.member)).code));
    for (const code of codes) expect(code).toMatch(/^[A-Za-z0-9_-]{43,}$/);
    expect(new Set(codes).size).toBe(20);
  });

  it('it is neither an access token nor a refresh token', async () => {
    const { code } = await client.code(world.member);
    expect(await client.use(code)).toBe(401);
    expect((await client.refresh(code)).body.error).toBe('invalid_grant');
    expect((await client.introspect(code)).body).toEqual({ active: false });
    expect((await client.revoke(code)).status).toBe(200);
    expect((await client.exchange(code)).status).toBe(200);
  });

  it('it is bound to the user who granted, whoever else grants the same client', async () => {
    const [mine, theirs] = await Promise.all([
      client.connect(world.member),
      client.connect(world.stranger),
    ]);
    const email = async (token: string) => (await client.me(token)).body.resource.email;
    expect(await email(mine.access_token)).toBe('user@musterhaus.example');
    expect(await email(theirs.access_token)).toBe('admin@beispiel.example');
  });
});

describe('a code dies with its connection', () => {
  const connectionOf = async (user: PortalUser, clientId: string) => {
    const { body } = await user.send<{ resources: { id: string }[] }>(
      `/user/v7/connections?status=active&clientId=${clientId}`,
    );
    return body.resources[0]?.id ?? '';
  };

  it('revoking the connection kills codes not yet redeemed', async () => {
    const one = await register(world.operator);
    const codes = await Promise.all(times(3, () => one.code(world.member)));
    const id = await connectionOf(world.member, one.registration.clientId);
    await world.member.send(`/user/v7/connections/${id}`, { method: 'DELETE' });
    for (const { code } of codes) {
      expect((await one.exchange(code)).body.error).toBe('invalid_grant');
    }
    expect((await one.exchange((await one.code(world.member)).code)).status).toBe(200);
  });

  it('a redemption that races the revocation leaves nothing alive, in either order', async () => {
    const one = await register(world.operator);
    for (let round = 0; round < 20; round += 1) {
      const { code } = await one.code(world.member);
      const id = await connectionOf(world.member, one.registration.clientId);
      const [answer, revoked] = await Promise.all([
        one.exchange(code),
        world.member.send(`/user/v7/connections/${id}`, { method: 'DELETE' }),
      ]);
      expect(revoked.status).toBe(204);
      if (answer.status !== 200) continue;
      expect(await client.use(answer.body.access_token)).toBe(401);
      expect((await one.refresh(answer.body.refresh_token)).body.error).toBe('invalid_grant');
    }
  });
});

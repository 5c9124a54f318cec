import {
  bearer,
  eventually,
  type PortalUser,
  type Problem,
  register,
  type RegisteredClient,
  send,
  startWorld,
  type ThirdParty,
  type TokenAnswer,
  type World,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

interface Connection {
  id: string;
  client: { clientId: string };
  scope: string;
  status: 'active' | 'revoked';
  grantedBy: { email: string };
  grantedAt: string;
  lastUsedAt: string | null;
  revokedAt: string | null;
  revokedBy: { email: string } | null;
  revocationReason: string | null;
}
interface Event {
  at: string;
  type: string;
  actor: { firstName: string } | null;
  scope: string | null;
}

let world: World;
let client: ThirdParty & { client: RegisteredClient };
let tokens: TokenAnswer;
let id: string;
beforeAll(async () => {
  world = await startWorld();
});
beforeEach(async () => {
  client = await register(world.operator);
  tokens = await client.connect(world.member);
  const [own] = await list(world.member, `?clientId=${client.registration.clientId}`);
  id = own?.id ?? '';
});
afterAll(() => world.server.stop());

const path = (of = id) => `/user/v7/connections/${of}`;
async function list(user: PortalUser, search = ''): Promise<Connection[]> {
  const answer = await user.send<{ resources: Connection[] }>(`/user/v7/connections${search}`);
  expect(answer.status).toBe(200);
  return answer.body.resources;
}
const see = async (user: PortalUser, of = id) =>
  (await user.send<{ resource: Connection } & Problem>(path(of))).body.resource;
const end = (user: PortalUser, of = id) => user.send(path(of), { method: 'DELETE' });
const grantOf = async () => see(world.member);
const works = async (accessToken: string) => (await client.use(accessToken)) === 200;

describe('who sees a connection', () => {
  it('a member sees his own', async () => {
    expect((await list(world.member)).map((connection) => connection.id)).toContain(id);
    expect(await see(world.member)).toMatchObject({
      id,
      client: { clientId: client.registration.clientId },
      grantedBy: { email: 'user@musterhaus.example' },
    });
  });

  it('an admin sees the whole account’s', async () => {
    expect((await list(world.admin)).map((connection) => connection.id)).toContain(id);
    expect((await world.admin.send(path())).status).toBe(200);
    expect((await world.admin.send(`${path()}/events`)).status).toBe(200);
  });

  it('a member neither sees nor ends a colleague’s: 404', async () => {
    await client.connect(world.admin);
    const [colleagues] = await list(world.admin, `?clientId=${client.registration.clientId}`);
    const of = colleagues?.grantedBy.email === 'admin@musterhaus.example' ? colleagues.id : '';
    expect(of).not.toBe('');
    expect((await list(world.member)).map((connection) => connection.id)).not.toContain(of);
    for (const answer of [
      await world.member.send(path(of)),
      await world.member.send(`${path(of)}/events`),
      await end(world.member, of),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
    }
    expect((await see(world.admin, of)).status).toBe('active');
  });

  it('another account gets 404, its admin too, and so does an operator', async () => {
    for (const other of [world.stranger, world.operator]) {
      expect((await list(other)).map((connection) => connection.id)).not.toContain(id);
      for (const answer of [
        await other.send(path()),
        await other.send(`${path()}/events`),
        await end(other),
      ]) {
        expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
      }
    }
    expect(await works(tokens.access_token)).toBe(true);
  });

  it('one that does not exist is the same 404 as one of another account', async () => {
    const none = await world.stranger.send(path(crypto.randomUUID()));
    const others = await world.stranger.send(path());
    expect([others.status, others.body.detail]).toEqual([none.status, none.body.detail]);
    for (const odd of [
      'x',
      '1',
      "'",
      '00000000-0000-0000-0000-000000000000',
      id.toUpperCase() + 'x',
    ]) {
      expect((await world.member.send(path(odd))).status).toBe(404);
    }
  });
});

describe('a grant opens the connection, one for each client and user', () => {
  it('a new grant renews the same connection: grantedAt moves, its tokens go on', async () => {
    const before = await grantOf();
    const next = await client.connect(world.member);
    const after = await grantOf();
    expect(after.id).toBe(before.id);
    expect(Date.parse(after.grantedAt)).toBeGreaterThan(Date.parse(before.grantedAt));
    expect(await list(world.member, `?clientId=${client.registration.clientId}`)).toHaveLength(1);
    expect(await works(tokens.access_token)).toBe(true);
    expect((await client.refresh(tokens.refresh_token)).status).toBe(200);
    expect((await client.me(next.access_token)).body.resource.connection.id).toBe(id);
  });

  it('grantedAt is the moment of consent, not of the exchange', async () => {
    const { code } = await client.code(world.member);
    const consented = (await grantOf()).grantedAt;
    await client.exchange(code);
    expect((await grantOf()).grantedAt).toBe(consented);
  });

  it('20 grants at once open one connection', async () => {
    const one = await register(world.operator);
    await Promise.all(Array.from({ length: 20 }, () => one.code(world.member)));
    expect(await list(world.member, `?clientId=${one.registration.clientId}`)).toHaveLength(1);
  });

  it('after a revocation a new grant opens a new one, with a new id; the old one stays in the history', async () => {
    await end(world.member);
    await client.connect(world.member);
    const both = await list(world.member, `?clientId=${client.registration.clientId}`);
    expect(both.map(({ status }) => status).sort()).toEqual(['active', 'revoked']);
    expect(both.find(({ status }) => status === 'revoked')?.id).toBe(id);
  });
});

describe('lastUsedAt', () => {
  it('is null until a token has been used, however often it was refreshed, refused or looked at', async () => {
    const one = await register(world.operator);
    const { access_token, refresh_token } = await one.connect(world.stranger, { scope: 'read' });
    await one.refresh(refresh_token);
    await one.introspect(access_token);
    await send(world.url, '/user/v7/checks', { method: 'POST', headers: bearer(access_token) });
    const search = `?clientId=${one.registration.clientId}`;
    expect((await list(world.stranger, search))[0]?.lastUsedAt).toBeNull();

    const before = Date.now();
    await one.me(access_token);
    const used = await eventually(
      async () => (await list(world.stranger, search))[0]?.lastUsedAt ?? null,
      (lastUsedAt) => lastUsedAt !== null,
    );
    expect(Math.abs(Date.parse(used ?? '') - before)).toBeLessThan(60_000);
  });
});

describe('revoking', () => {
  it('is 204, again 204, and every token is dead at once', async () => {
    const other = await client.connect(world.member);
    const refreshed = (await client.refresh(tokens.refresh_token)).body;
    const { code } = await client.code(world.member);
    for (let i = 0; i < 2; i += 1) {
      const answer = await end(world.member);
      expect([answer.status, answer.text]).toEqual([204, '']);
    }
    for (const { access_token, refresh_token } of [tokens, other, refreshed]) {
      expect(await works(access_token)).toBe(false);
      expect((await client.refresh(refresh_token)).body.error).toBe('invalid_grant');
    }
    expect((await client.exchange(code)).body.error).toBe('invalid_grant');
  });

  it('says who did it and when; again changes neither', async () => {
    await end(world.admin);
    const ended = await see(world.member);
    expect(ended).toMatchObject({
      status: 'revoked',
      revokedBy: { email: 'admin@musterhaus.example' },
      revocationReason: 'admin',
    });
    expect(Math.abs(Date.parse(ended.revokedAt ?? '') - Date.now())).toBeLessThan(30_000);
    await end(world.member);
    expect(await see(world.member)).toEqual(ended);
  });

  it('ends no other connection, of the user or of the client', async () => {
    const colleague = await client.connect(world.admin);
    const elsewhere = await world.crm.connect(world.member);
    await end(world.member);
    expect(await works(colleague.access_token)).toBe(true);
    expect(await works(elsewhere.access_token)).toBe(true);
  });

  it('20 revocations at once are all 204, and one event', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => end(world.member)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
    const { body } = await world.member.send<{ resources: Event[] }>(`${path()}/events`);
    expect(body.resources.filter(({ type }) => type === 'revoked')).toHaveLength(1);
  });
});

describe('the history', () => {
  it('tells granted, token issued, refreshed, used and revoked, newest first, with who and when', async () => {
    await client.me(tokens.access_token);
    await client.refresh(tokens.refresh_token);
    await end(world.member);
    const events = await eventually(
      async () =>
        (await world.member.send<{ resources: Event[] }>(`${path()}/events`)).body.resources,
      (resources) => resources.some(({ type }) => type === 'used'),
    );
    expect(events.map(({ type }) => type).sort()).toEqual(
      ['granted', 'refreshed', 'revoked', 'token_issued', 'used'].sort(),
    );
    expect(events[0]?.type).toBe('revoked');
    expect(events.at(-1)?.type).toBe('granted');
    expect(events.find(({ type }) => type === 'granted')).toMatchObject({
      actor: { firstName: 'User' },
      scope: 'readwrite',
    });
    const times = events.map(({ at }) => Date.parse(at));
    expect(Math.max(...times) - Math.min(...times)).toBeLessThan(60_000);
  });
});

describe('lists', () => {
  it('?status=active and ?status=revoked divide them; any other word is 400', async () => {
    await end(world.member);
    await client.connect(world.member);
    const search = `clientId=${client.registration.clientId}`;
    const active = await list(world.member, `?status=active&${search}`);
    const revoked = await list(world.member, `?status=revoked&${search}`);
    expect(active.map(({ status }) => status)).toEqual(['active']);
    expect(revoked.map((connection) => connection.id)).toEqual([id]);
    for (const status of ['all', 'ACTIVE', '', 'active,revoked']) {
      const answer = await world.member.send(`/user/v7/connections?status=${status}`);
      expect([answer.status, answer.body.code]).toEqual([400, 'validation_failed']);
    }
  });

  it('take limit and cursor; nextCursor is absent on the last page', async () => {
    interface Page {
      resources: Connection[];
      meta: { nextCursor?: string };
    }
    const seen: string[] = [];
    let next = '?limit=1';
    while (next !== '') {
      const page = (await world.member.send<Page>(`/user/v7/connections${next}`)).body;
      expect(page.resources).toHaveLength(1);
      seen.push(...page.resources.map((connection) => connection.id));
      const { nextCursor } = page.meta;
      next = nextCursor === undefined ? '' : `?limit=1&cursor=${encodeURIComponent(nextCursor)}`;
    }
    expect(new Set(seen).size).toBe(seen.length);
    const all = await list(world.member, '?limit=100');
    expect(seen).toEqual(all.map((connection) => connection.id));
  });

  it.each([
    'limit=0',
    'limit=101',
    'limit=-1',
    'limit=x',
    'limit=1.5',
    'cursor=x',
    'cursor=bnVsbA',
  ])('%s is 400 validation_failed', async (search) => {
    for (const [who, list] of [
      [world.member, '/user/v7/connections'],
      [world.member, `${path()}/events`],
      [world.member, '/user/v7/checks'],
      [world.member, '/user/v7/sessions'],
      [world.member, '/user/v7/oauth-clients'],
      [world.admin, '/user/v7/users'],
      [world.operator, '/admin/v7/oauth-clients'],
      [world.operator, `/admin/v7/oauth-clients/${client.client.id}/requests`],
    ] as const) {
      const answer = await who.send(`${list}?${search}`);
      expect([list, answer.status, answer.body.code]).toEqual([list, 400, 'validation_failed']);
    }
  });
});

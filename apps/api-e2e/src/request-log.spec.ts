import {
  cli,
  decode,
  eventually,
  query,
  register,
  type RegisteredClient,
  REGISTRY,
  send,
  startServer,
  startWorld,
  type ThirdParty,
  TOKEN_PATH,
  type World,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

interface Entry {
  requestId: string;
  at: string;
  endpoint: string;
  grantType: string | null;
  outcome: 'success' | 'failure';
  error: string | null;
  reason: string | null;
  detail: string | null;
  explanation: object | null;
  connectionId: string | null;
  ip: string;
  durationMs: number;
  route: string | null;
  requests: number;
}

let world: World;
let client: ThirdParty & { client: RegisteredClient };
beforeAll(async () => {
  world = await startWorld();
});
beforeEach(async () => {
  client = await register(world.operator);
});
afterAll(() => world.server.stop());

async function log(id = client.client.id): Promise<Entry[]> {
  const answer = await world.operator.send<{ resources: Entry[] }>(`${REGISTRY}/${id}/requests`);
  expect(answer.status).toBe(200);
  return answer.body.resources;
}

describe('the request log', () => {
  it('has each request with all its fields, newest first', async () => {
    const startedAt = Date.now();
    const { code } = await client.code(world.member);
    const exchanged = await client.exchange(code);
    const { connection_id } = decode(exchanged.body.access_token).payload;
    const failed = await client.exchange(code);
    await client.introspect(exchanged.body.access_token);
    await client.revoke(exchanged.body.refresh_token);
    const entries = await eventually(log, ({ length }) => length === 4);
    expect(entries.map(({ endpoint, outcome }) => [endpoint, outcome])).toEqual([
      ['revoke', 'success'],
      ['introspect', 'success'],
      ['token', 'failure'],
      ['token', 'success'],
    ]);
    expect(entries[3]).toEqual({
      requestId: exchanged.headers['x-request-id'],
      at: expect.any(String),
      endpoint: 'token',
      grantType: 'authorization_code',
      outcome: 'success',
      error: null,
      reason: null,
      detail: null,
      explanation: null,
      connectionId: connection_id,
      ip: expect.stringMatching(/^(127\.0\.0\.1|::1|::ffff:127\.0\.0\.1)$/),
      durationMs: expect.any(Number),
      route: null,
      requests: 1,
    });
    expect(entries[2]).toMatchObject({
      requestId: failed.headers['x-request-id'],
      error: 'invalid_grant',
      reason: 'code_already_used',
      connectionId: connection_id,
    });
    for (const { at, durationMs } of entries) {
      expect(Date.parse(at)).toBeGreaterThanOrEqual(startedAt - 5);
      expect(durationMs).toBeGreaterThan(0);
      expect(durationMs).toBeLessThan(20_000);
    }
  });

  it('has a refused call of the API, a second later', async () => {
    const { access_token } = await client.connect(world.member);
    await client.revoke(access_token);
    expect(await client.use(access_token)).toBe(401);
    const entries = await eventually(log, ([newest]) => newest?.endpoint === 'api');
    expect(entries[0]).toMatchObject({
      outcome: 'failure',
      error: 'invalid_token',
      reason: 'access_token_revoked',
      requests: 1,
    });
    expect(entries[0]?.route).toMatch(/^GET \/user\/v7\//);
  });

  it('is the client’s own: another’s requests are not in it', async () => {
    const other = await register(world.operator);
    await other.exchange('x');
    await client.exchange('x');
    expect(await log()).toHaveLength(1);
    expect(await log(other.client.id)).toHaveLength(1);
  });

  it('takes limit and cursor', async () => {
    for (let i = 0; i < 5; i += 1) await client.exchange(`x${i}`);
    const path = `${REGISTRY}/${client.client.id}/requests`;
    const first = await world.operator.send<{ resources: Entry[]; meta: { nextCursor: string } }>(
      `${path}?limit=3`,
    );
    const second = await world.operator.send<{ resources: Entry[]; meta: object }>(
      `${path}?limit=3&cursor=${encodeURIComponent(first.body.meta.nextCursor)}`,
    );
    const ids = [...first.body.resources, ...second.body.resources].map((entry) => entry.requestId);
    expect(new Set(ids).size).toBe(5);
    expect(second.body.meta).toEqual({});
  });

  it('holds no secret of a request', async () => {
    const tokens = await client.connect(world.member);
    await client.refresh(`${tokens.refresh_token.slice(0, -1)}!`);
    await client.exchange('code-that-nobody-may-see');
    await client.with({ clientSecret: 'secret-that-nobody-may-see' }).exchange('x');
    await client.token({ grant_type: 'x'.repeat(3000) });
    const text = JSON.stringify(await log());
    expect(text).not.toContain('nobody-may-see');
    expect(text).not.toContain(tokens.refresh_token.slice(0, 20));
    expect(text).not.toContain(client.registration.clientSecret);
    expect(text).not.toContain('x'.repeat(500));
  });
});

describe('finding one request', () => {
  it('by its id, in the client’s log and, without knowing the client, on the command line', async () => {
    await client.exchange('x');
    const failed = await client.with({ clientSecret: 'wrong' }).exchange('x');
    const requestId = String(failed.headers['x-request-id']);
    const answer = await world.operator.send<{ resources: Entry[] }>(
      `${REGISTRY}/${client.client.id}/requests?requestId=${requestId}&outcome=failure`,
    );
    expect(answer.body.resources).toMatchObject([{ requestId, reason: 'client_secret_wrong' }]);
    const said = await cli(world.server, 'oauth-clients', 'requests', '--request-id', requestId);
    expect(said).toContain(client.client.clientId);
    expect(said).toContain(answer.body.resources[0]?.detail);
  });

  it('that no client’s log can have, in the program’s output', async () => {
    const { url, output, stop } = await startServer({ env: { LOG_LEVEL: 'info' } });
    try {
      const { headers } = await send(url, TOKEN_PATH, {
        form: { client_id: 'nobody', grant_type: 'refresh_token', refresh_token: 'x' },
      });
      const lines = await eventually(
        () => Promise.resolve(output().split('\n')),
        (all) => all.some((line) => line.includes(String(headers['x-request-id']))),
      );
      const line = lines.find((one) => one.includes(String(headers['x-request-id']))) ?? '';
      expect(JSON.parse(line)).toMatchObject({
        path: TOKEN_PATH,
        status: 401,
        error: 'invalid_client',
        reason: 'unknown_client',
      });
    } finally {
      await stop();
    }
  });

  it('that was refused on the authorize page', async () => {
    const refused = await world.member.send(
      `/user/v7/oauth-authorization-request?${query({
        clientId: client.client.clientId,
        redirectUri: 'https://elsewhere.example/',
        response_type: 'code',
      })}`,
    );
    expect(await log()).toMatchObject([
      {
        requestId: refused.body.requestId,
        endpoint: 'authorize',
        error: 'invalid_redirect_uri',
        reason: 'redirect_uri_unregistered',
      },
    ]);
  });
});

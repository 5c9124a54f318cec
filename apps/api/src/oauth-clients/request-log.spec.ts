import { PortalUser } from '@flixcheck/test-harness';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { BackgroundWork } from '../background/background-work.js';
import { DAY } from '../config/clock.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { ClientRegistry } from './registry.service.js';
import { RequestLog, type RequestLogEntry } from './request-log.js';

let api: TestApp;
let log: RequestLog;
let operator: PortalUser;
let oauthClientId: string;

beforeAll(async () => {
  api = await createTestApp();
  log = api.app.get(RequestLog);
  operator = await PortalUser.signIn(api.url, 'operator@flixcheck.example');
});
afterAll(() => api.close());
beforeEach(async () => {
  ({ id: oauthClientId } = await api.app.get(ClientRegistry).create(
    {
      name: 'Protokoll',
      publisher: 'Protokoll GmbH',
      kind: 'public',
      redirectUris: ['https://protokoll.example/'],
      scopes: ['readwrite'],
    },
    null,
  ));
});
afterEach(() => {
  jest.restoreAllMocks();
});

function entry(change: Partial<RequestLogEntry> = {}): RequestLogEntry {
  return {
    requestId: randomUUID(),
    oauthClientId,
    at: api.clock.now(),
    endpoint: 'token',
    grantType: 'refresh_token',
    outcome: 'success',
    error: null,
    reason: null,
    detail: null,
    explanation: null,
    connectionId: null,
    ip: '203.0.113.7',
    durationMs: 2.5,
    ...change,
  };
}
const failure = (change: Partial<RequestLogEntry> = {}) =>
  entry({
    outcome: 'failure',
    error: 'invalid_grant',
    reason: 'code_expired',
    detail: 'The code is older than 60 seconds.',
    ...change,
  });

const forget = () => api.app.get(BackgroundWork).run('oauth-clients.requests');
const stored = async () =>
  (
    await api.dataSource.query(
      'SELECT request_id FROM oauth_requests WHERE oauth_client_id = $1 ORDER BY id',
      [oauthClientId],
    )
  ).map((row: { request_id: string }) => row.request_id);
const list = (query = '', client = oauthClientId) =>
  operator.call('GET', `/admin/v7/oauth-clients/${client}/requests${query}`);

describe('the request log', () => {
  it('shows a client’s requests in the words of the contract, newest first', async () => {
    const connectionId = randomUUID();
    const first = entry({ connectionId });
    const second = failure({ endpoint: 'introspect', grantType: null });
    await log.record(first);
    await log.record(second);
    const { status, body } = await list();
    expect(status).toBe(200);
    expect(body).toEqual({
      resources: [second, first].map(({ oauthClientId: _, at, ...shown }) => ({
        ...shown,
        at: at.toISOString(),
        route: null,
        requests: 1,
      })),
      meta: {},
    });
  });

  it('has a failure before its answer is sent', async () => {
    const failed = failure();
    await log.record(failed);
    expect(await stored()).toEqual([failed.requestId]);
  });

  it('keeps the order of successes and failures', async () => {
    const entries = [entry(), entry(), failure(), entry(), failure()];
    for (const each of entries) await log.record(each);
    expect(await stored()).toEqual(entries.map(({ requestId }) => requestId));
  });

  it('writes successes together, without keeping their requests waiting', async () => {
    const statements = jest.spyOn(api.dataSource, 'query');
    const entries = Array.from({ length: 100 }, () => entry());
    for (const each of entries) await log.record(each);
    expect(statements).not.toHaveBeenCalled();
    const { body } = await list('?limit=100');
    expect(body.resources).toHaveLength(100);
    const inserts = statements.mock.calls.filter(([sql]) => sql.includes('INTO oauth_requests'));
    expect(inserts).toHaveLength(1);
  });

  it('writes successes within a quarter of a second, without anybody asking', async () => {
    const written = new Promise<number>((resolve) => {
      const { query } = api.dataSource;
      jest.spyOn(api.dataSource, 'query').mockImplementation((async (
        ...statement: Parameters<typeof query>
      ) => {
        const rows: unknown = await query.apply(api.dataSource, statement);
        if (statement[0].includes('oauth_requests')) resolve(performance.now());
        return rows;
      }) as typeof query);
    });
    const recordedAt = performance.now();
    const one = entry();
    await log.record(one);
    // The statement's own time, on a busy machine, comes on top.
    expect((await written) - recordedAt).toBeLessThan(2000);
    expect(await stored()).toEqual([one.requestId]);
  });

  it('is read only after what is being written', async () => {
    const { query } = api.dataSource;
    let letGo: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (letGo = resolve));
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    jest.spyOn(api.dataSource, 'query').mockImplementationOnce((async (
      ...statement: Parameters<typeof query>
    ) => {
      begin();
      await gate;
      return query.apply(api.dataSource, statement) as unknown;
    }) as typeof query);
    const first = failure();
    const second = failure();
    const writing = [log.record(first), log.record(second)];
    const reading = log.list(oauthClientId, {});
    await begun;
    // Long enough for a reader who does not wait.
    for (let n = 0; n < 5; n++) await api.dataSource.manager.query('SELECT 1');
    letGo();
    const { resources } = await reading;
    expect(resources.map(({ requestId }) => requestId)).toEqual([
      second.requestId,
      first.requestId,
    ]);
    await Promise.all(writing);
  });

  it('takes many requests at once, more than one statement carries', async () => {
    await Promise.all(
      Array.from({ length: 1200 }, (_, n) => log.record(n % 400 === 0 ? failure() : entry())),
    );
    await list();
    expect(new Set(await stored()).size).toBe(1200);
  });

  it('never fails what it records', async () => {
    const warnings = jest.spyOn(api.app.get(AppLogger), 'warn').mockImplementation(() => undefined);
    jest.spyOn(api.dataSource, 'query').mockRejectedValueOnce(new Error('the database is away'));
    await expect(log.record(failure())).resolves.toBeUndefined();
    await expect(log.record(failure({ ip: 'x', durationMs: NaN }))).resolves.toBeUndefined();
    await expect(
      log.record(failure({ oauthClientId: '00000000-0000-4000-8000-000000000000' })),
    ).resolves.toBeUndefined();
    expect(warnings).toHaveBeenCalled();
    warnings.mockRestore();
    const next = failure();
    await log.record(next);
    expect(await stored()).toContain(next.requestId);
  });

  it('stores what a request may quote, NULs, halves of characters and endless texts too', async () => {
    await log.record(
      failure({ grantType: 'a\0b', detail: `${'x'.repeat(5000)}`, reason: 'grant_type_unknown' }),
    );
    await log.record(failure({ grantType: '\uD800', detail: '\0' }));
    const [second, first] = (await list()).body.resources;
    expect(first.grantType).toBe('a\uFFFDb');
    expect(first.detail).toHaveLength(1000);
    expect(second.detail).toBe('\uFFFD');
  });

  it('is complete page by page', async () => {
    const entries = Array.from({ length: 7 }, () => entry());
    for (const each of entries) await log.record(each);
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await list(`?limit=3${cursor}`);
      seen.push(...body.resources.map(({ requestId }) => requestId));
      cursor = body.meta.nextCursor ? `&cursor=${encodeURIComponent(body.meta.nextCursor)}` : '';
    } while (cursor);
    expect(seen).toEqual(entries.map(({ requestId }) => requestId).reverse());
  });

  it.each([
    ['a number beyond every id', '9223372036854775808'],
    ['an id of another list', '00000000-0000-4000-8000-000000000000'],
    ['no id', 'x'],
  ])('refuses a forged cursor with %s', async (_, id) => {
    const cursor = Buffer.from(JSON.stringify(['2026-11-22T10:00:00.000Z', id]));
    expect((await list(`?cursor=${cursor.toString('base64url')}`)).status).toBe(400);
  });

  it('shows one outcome alone, page by page too', async () => {
    const failures = [failure(), failure()];
    for (const each of [failures[0]!, entry(), failures[1]!, entry()]) await log.record(each);
    const first = (await list('?outcome=failure&limit=1')).body;
    const cursor = encodeURIComponent(first.meta.nextCursor ?? '');
    const second = (await list(`?outcome=failure&limit=1&cursor=${cursor}`)).body;
    expect([...first.resources, ...second.resources].map(({ requestId }) => requestId)).toEqual(
      failures.map(({ requestId }) => requestId).reverse(),
    );
    expect(second.meta).toEqual({});
  });

  it('finds the request that a developer names, among the client’s own', async () => {
    const wanted = failure();
    for (const each of [entry(), wanted, entry()]) await log.record(each);
    const query = `?requestId=${wanted.requestId}`;
    expect((await list(query)).body.resources).toMatchObject([{ requestId: wanted.requestId }]);
    const { id } = await api.app.get(ClientRegistry).getByClientId('belegscanner');
    expect((await list(query, id)).body.resources).toEqual([]);
  });

  it('finds requests by a part of the reason, or by how their id begins', async () => {
    const secret = failure({ reason: 'client_secret_wrong' });
    const code = failure({ reason: 'code_expired' });
    for (const each of [secret, code, entry()]) await log.record(each);
    const found = async (q: string): Promise<unknown[]> =>
      (await list(`?q=${encodeURIComponent(q)}`)).body.resources;
    expect(await found('Secret')).toMatchObject([{ requestId: secret.requestId }]);
    expect(await found(code.requestId.slice(0, 13))).toMatchObject([{ requestId: code.requestId }]);
    expect(await found('%')).toEqual([]);
  });

  it.each(['requestId=x', 'outcome=both', `q=${'x'.repeat(101)}`, 'other=1'])(
    'refuses the query %s',
    async (query) => {
      const { status, body } = await list(`?${query}`);
      expect([status, body.errors[0]?.field]).toEqual([400, query.split('=')[0]]);
    },
  );

  it('shows a client’s own requests only', async () => {
    const { id } = await api.app.get(ClientRegistry).getByClientId('belegscanner');
    await log.record(failure());
    expect((await list('', id)).body.resources).toEqual([]);
  });

  it('forgets what is older than 30 days', async () => {
    const old = entry({ at: new Date(api.clock.now().getTime() - 31 * DAY) });
    const young = failure();
    await log.record(old);
    await log.record(young);
    expect(await forget()).toBe(1);
    expect(await stored()).toEqual([young.requestId]);
  });

  it('forgets any number of old entries', async () => {
    await api.dataSource.query(
      `INSERT INTO oauth_requests (request_id, oauth_client_id, at, endpoint, outcome, ip, duration_ms)
       SELECT gen_random_uuid(), $1, $2, 'token', 'success', '::1', 1 FROM generate_series(1, 20001)`,
      [oauthClientId, new Date(api.clock.now().getTime() - 31 * DAY)],
    );
    expect(await forget()).toBe(20_001);
    expect(await stored()).toEqual([]);
  });

  it('loses nothing when the program stops', async () => {
    const other = await createTestApp({ databaseUrl: api.config.databaseUrl });
    const last = entry();
    await other.app.get(RequestLog).record(last);
    await other.close();
    expect(await stored()).toEqual([last.requestId]);
  });
});

describe('the token endpoint', () => {
  const exchange = (body: Record<string, string>) =>
    fetch(`${api.url}/guest/v7/oauth-tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  it('logs under the client that was named, with the request id that the developer saw', async () => {
    const { id } = await api.app.get(ClientRegistry).getByClientId('maklerwelt-crm');
    const answer = await exchange({
      grant_type: 'authorization_code',
      code: 'x',
      client_id: 'maklerwelt-crm',
      client_secret: 'wrong',
    });
    const { error_description } = (await answer.json()) as { error_description: string };
    const [logged] = (await list('', id)).body.resources;
    expect(logged).toMatchObject({
      endpoint: 'token',
      grantType: 'authorization_code',
      outcome: 'failure',
      error: 'invalid_client',
      reason: 'client_secret_wrong',
      connectionId: null,
      ip: '127.0.0.1',
    });
    expect(error_description).toContain(logged.requestId);
  });
});

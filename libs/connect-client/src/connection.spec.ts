import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { ConnectClient } from './connect-client.js';
import { ConnectError } from './connect-error.js';
import type { Connection } from './connection.js';
import type { Tokens } from './tokens.js';

const ISSUER = 'https://connect.example';
const problem = (status: number, code: string, headers: Record<string, string> = {}) =>
  Response.json(
    { code, detail: 'Do this next.', requestId: 'r-1' },
    { status, headers: { 'x-request-id': 'r-1', ...headers } },
  );
const invalidToken = () =>
  problem(401, 'invalid_token', { 'www-authenticate': 'Bearer error="invalid_token"' });
const oauthError = (status: number, error: string) =>
  Response.json(
    { error, error_description: 'Do this next. (r-2)' },
    { status, headers: { 'x-request-id': 'r-2' } },
  );

const brokenOff = () =>
  new Response(
    new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"resou'));
        controller.error(new TypeError('terminated'));
      },
    }),
    { headers: { 'content-type': 'application/json' } },
  );

/** What happened, in order. */
let events: string[];
let saved: Tokens | undefined;
let onRefresh: (refreshToken: string | null) => Response | Promise<Response>;
let onCall: (token: string, request: Request) => Response;
let connection: Connection;
let client: ConnectClient;

const store = {
  load: async () => saved,
  save: async (tokens: Tokens) => {
    await new Promise((done) => setImmediate(done));
    saved = tokens;
    events.push(`saved ${tokens.refreshToken}`);
  },
};
const issued = (number: number) =>
  Response.json({
    ...{ access_token: `a${number}`, token_type: 'Bearer', expires_in: 3600 },
    ...{ refresh_token: `r${number}`, scope: 'read' },
  });

const server = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
  const request = new Request(input, init);
  if (new URL(request.url).pathname === '/guest/v7/oauth-tokens') {
    const form = new URLSearchParams(await request.text());
    events.push(`sent ${form.get('refresh_token') ?? form.get('code')}`);
    return onRefresh(form.get('refresh_token'));
  }
  const token = request.headers.get('authorization')?.replace('Bearer ', '') ?? '';
  events.push(`used ${token}`);
  return onCall(token, request);
};

beforeEach(() => {
  events = [];
  saved = {
    accessToken: 'a1',
    refreshToken: 'r1',
    expiresAt: Date.now() + 3_600_000,
    scope: 'read',
  };
  onRefresh = () => issued(2);
  onCall = () => Response.json({ resource: { id: 'u' } });
  client = new ConnectClient({ issuer: ISSUER, clientId: 'c', clientSecret: 's', fetch: server });
  connection = client.connection(store);
});

const expire = () => {
  saved = { ...(saved as Tokens), expiresAt: Date.now() };
};

describe('a call', () => {
  it('uses the access token that is stored', async () => {
    expect(await connection.me()).toEqual({ id: 'u' });
    expect(events).toEqual(['used a1']);
  });

  it('takes the token to the issuer and no further, whatever the answer redirects to', async () => {
    const redirects: string[] = [];
    onCall = (_, { redirect }) => {
      redirects.push(redirect);
      return Response.json({ resource: { id: 'u' } });
    };
    await connection.me();
    expect(redirects).toEqual(['error']);
  });

  it('stores the rotated refresh token before it uses the new access token', async () => {
    expire();
    await connection.me();
    expect(events).toEqual(['sent r1', 'saved r2', 'used a2']);
  });

  it('does not use the new access token when it could not be stored, and stores it at the next call', async () => {
    expire();
    const failing = { ...store, save: () => Promise.reject(new Error('disk full')) };
    await expect(client.connection(failing).me()).rejects.toThrow('disk full');
    await expect(client.connection(failing).me()).rejects.toThrow('disk full');
    expect(events).toEqual(['sent r1']);
    // The server would give out r2 once more for 30 s only: this process still has it.
    await connection.me();
    expect(events).toEqual(['sent r1', 'saved r2', 'used a2']);
  });

  it('refreshes once and repeats itself, body included, when the token is refused', async () => {
    const bodies: Promise<unknown>[] = [];
    onCall = (token, request) => {
      bodies.push(request.json());
      return token === 'a1' ? invalidToken() : Response.json({ resource: { id: 'n' } });
    };
    const check = { title: 'Hausrat', recipient: { name: 'Erika', email: 'erika@kunde.example' } };
    expect(await connection.checks.create(check)).toEqual({ id: 'n' });
    expect(events).toEqual(['used a1', 'sent r1', 'saved r2', 'used a2']);
    expect(await Promise.all(bodies)).toEqual([{ resource: check }, { resource: check }]);
  });

  it('is not repeated for a 401 that is not about the token', async () => {
    onCall = () => problem(401, 'session_required', { 'www-authenticate': 'Bearer' });
    await expect(connection.me()).rejects.toMatchObject({ code: 'session_required' });
    expect(events).toEqual(['used a1']);
  });

  it('gives up when the refreshed token is refused as well', async () => {
    onCall = invalidToken;
    await expect(connection.me()).rejects.toMatchObject({ code: 'invalid_token', status: 401 });
    expect(events).toEqual(['used a1', 'sent r1', 'saved r2', 'used a2']);
  });

  it('takes what another process has stored instead of refreshing', async () => {
    onCall = (token) => {
      if (token === 'a9') return Response.json({ resource: { id: 'u' } });
      saved = { ...(saved as Tokens), accessToken: 'a9', refreshToken: 'r9' };
      return invalidToken();
    };
    await connection.me();
    expect(events).toEqual(['used a1', 'used a9']);
  });

  it.each([undefined, null])('says so when nothing is stored: %s', async (nothing) => {
    const empty = client.connection({ ...store, load: async () => nothing });
    await expect(empty.me()).rejects.toMatchObject({ code: 'not_connected' });
    expect(events).toEqual([]);
  });
});

describe('an answer to a call that was lost', () => {
  const lost: [string, () => Response][] = [
    [
      'the connection broke',
      () => {
        throw new TypeError('fetch failed');
      },
    ],
    ['the body broke off', () => brokenOff()],
    ['a proxy had no server', () => new Response('<html>', { status: 502 })],
    [
      'the server asks for another time',
      () => problem(429, 'too_many_requests', { 'retry-after': '0' }),
    ],
  ];
  it.each(lost)('is asked for again by a read: %s', async (_, answer) => {
    onCall = () => (events.length < 2 ? answer() : Response.json({ resource: { id: 'u' } }));
    expect(await connection.me()).toEqual({ id: 'u' });
    expect(events).toEqual(['used a1', 'used a1']);
  });

  it.each(lost)('is not by what creates something: %s', async (_, answer) => {
    onCall = answer;
    await expect(connection.checks.create({} as never)).rejects.toBeInstanceOf(ConnectError);
    expect(events).toEqual(['used a1']);
  });

  it('is not for ever', async () => {
    onCall = () => new Response('<html>', { status: 502 });
    await expect(connection.me()).rejects.toMatchObject({ status: 502 });
    expect(events).toEqual(['used a1', 'used a1', 'used a1']);
  });

  it('is not where the server asks for more time than a caller wants to wait', async () => {
    onCall = () => problem(503, 'temporarily_unavailable', { 'retry-after': '60' });
    await expect(connection.me()).rejects.toMatchObject({ retryAfterSeconds: 60 });
    expect(events).toEqual(['used a1']);
  });

  it('is not where the server has said no', async () => {
    onCall = () => problem(404, 'not_found');
    await expect(connection.checks.find('x')).rejects.toMatchObject({ code: 'not_found' });
    expect(events).toEqual(['used a1']);
  });

  it('is given up after answerWithinMs', async () => {
    const never = (_: unknown, init?: RequestInit) =>
      new Promise<Response>((_resolve, reject) =>
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error)),
      );
    const impatient = new ConnectClient({
      ...{ issuer: ISSUER, clientId: 'c', fetch: never as typeof fetch, answerWithinMs: 1 },
    });
    const create = impatient.connection(store).checks.create({} as never);
    await expect(create).rejects.toMatchObject({ code: 'unreachable' });
  });
});

it('all checks are found over all pages, fetched as one gets to them', async () => {
  const pages = [['a', 'b'], ['c', 'd'], ['e']];
  onCall = (_, { url }) => {
    const query = new URL(url).searchParams;
    events.push(query.toString());
    const page = Number(query.get('cursor') ?? 0);
    const nextCursor = page + 1 < pages.length ? { nextCursor: String(page + 1) } : {};
    return Response.json({ resources: pages[page]?.map((id) => ({ id })), meta: nextCursor });
  };
  const found: string[] = [];
  for await (const { id } of connection.checks.all({ limit: 2 })) found.push(id);
  expect(found).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(events.filter((event) => event.startsWith('limit'))).toEqual([
    'limit=2',
    'limit=2&cursor=1',
    'limit=2&cursor=2',
  ]);
  events = [];
  for await (const { id } of connection.checks.all()) if (id === 'b') break;
  expect(events.filter((event) => event.startsWith('used'))).toHaveLength(1);
});

describe('one refresh at a time', () => {
  it('however many calls wait for it, over however many connections', async () => {
    expire();
    const others = Array.from({ length: 10 }, () => client.connection(store));
    await Promise.all([connection, connection, ...others].map((each) => each.me()));
    expect(events.filter((event) => event.startsWith('sent'))).toEqual(['sent r1']);
    expect(events.filter((event) => event.startsWith('saved'))).toEqual(['saved r2']);
  });

  it('even where the store answers one of the calls late, with what it held before', async () => {
    expire();
    let loads = 0;
    const first: { done?: Promise<unknown> } = {};
    const slow = client.connection({
      ...store,
      async load() {
        const held = saved;
        loads += 1;
        if (loads > 3) await first.done;
        return held;
      },
    });
    first.done = slow.me();
    await Promise.all([first.done, slow.me()]);
    expect(events.filter((event) => event.startsWith('sent'))).toEqual(['sent r1']);
  });

  it('a refresh that failed does not stand in the way of the next', async () => {
    expire();
    onRefresh = () => oauthError(400, 'invalid_grant');
    await expect(connection.me()).rejects.toMatchObject({ code: 'invalid_grant' });
    onRefresh = () => issued(2);
    await connection.me();
    expect(events).toEqual(['sent r1', 'sent r1', 'saved r2', 'used a2']);
  });
});

describe('a refresh without an answer is sent again with the same refresh token', () => {
  const lost: [string, () => Response][] = [
    ['the connection broke', () => Response.error()],
    ['the body broke off', () => new Response('{"access_tok')],
    ['a proxy had no server', () => new Response('<html>', { status: 502 })],
    ['the server could not', () => oauthError(503, 'temporarily_unavailable')],
    ['something else answered', () => Response.json({ welcome: 'to our hotel' })],
    [
      'it was one too many',
      () => new Response('{}', { status: 429, headers: { 'retry-after': '0' } }),
    ],
  ];
  it.each(lost)('%s', async (_, answer) => {
    expire();
    let sent = 0;
    onRefresh = () => {
      sent += 1;
      if (sent > 1) return issued(2);
      const first = answer();
      if (first.type === 'error') throw new TypeError('fetch failed');
      return first;
    };
    await connection.me();
    expect(events).toEqual(['sent r1', 'sent r1', 'saved r2', 'used a2']);
  });

  it('not when the server has said no, nor when it asks for more time than there is', async () => {
    expire();
    onRefresh = () => oauthError(401, 'invalid_client');
    await expect(connection.me()).rejects.toMatchObject({ code: 'invalid_client' });
    onRefresh = () => new Response('', { status: 503, headers: { 'retry-after': '60' } });
    await expect(connection.me()).rejects.toMatchObject({ retryAfterSeconds: 60 });
    expect(events).toEqual(['sent r1', 'sent r1']);
  });

  it('a code is sent once, for it works once (RFC 6749 §4.1.2)', async () => {
    onRefresh = () => {
      throw new TypeError('fetch failed');
    };
    const exchange = client.exchange({ code: 'the-code' }, store);
    await expect(exchange).rejects.toMatchObject({ code: 'unreachable', status: undefined });
    expect(events).toEqual(['sent the-code']);
  });
});

describe('errors', () => {
  it('of the API carry code, detail and requestId', async () => {
    onCall = () => problem(403, 'insufficient_scope');
    await expect(connection.me()).rejects.toMatchObject({
      ...{ name: 'ConnectError', status: 403, code: 'insufficient_scope' },
      ...{ detail: 'Do this next.', requestId: 'r-1' },
    });
  });

  it('say so where the answer is not the one of the API', async () => {
    onCall = () => new Response('<html>', { headers: { 'x-request-id': 'r-3' } });
    await expect(connection.me()).rejects.toMatchObject({
      ...{ name: 'ConnectError', code: 'unexpected_answer', status: 200, requestId: 'r-3' },
    });
  });

  it('of the token endpoint carry them too', async () => {
    onRefresh = () => oauthError(400, 'invalid_grant');
    await expect(client.exchange({ code: 'the-code' }, store)).rejects.toMatchObject({
      ...{ status: 400, code: 'invalid_grant', detail: 'Do this next. (r-2)', requestId: 'r-2' },
    });
  });
});

describe('requests to the token endpoint', () => {
  const seen = async (
    options: { clientSecret?: string },
    act: (of: Connection) => Promise<void>,
  ) => {
    const requests: Request[] = [];
    const fetch = async (input: string | URL | Request, init?: RequestInit) => {
      requests.push(new Request(input, init));
      return issued(2);
    };
    await act(
      new ConnectClient({ issuer: ISSUER, clientId: 'c', ...options, fetch }).connection(store),
    );
    const [request] = requests as [Request];
    return [request.url, request.headers.get('authorization'), await request.text()];
  };

  it('ending the connection revokes the refresh token (RFC 7009 §2.1)', async () => {
    expect(await seen({ clientSecret: 's:1' }, (of) => of.end())).toEqual([
      `${ISSUER}/guest/v7/oauth-tokens/revoke`,
      `Basic ${Buffer.from('c:s%3A1').toString('base64')}`,
      'token=r1',
    ]);
  });

  it('ending it is sent again where the answer was lost (RFC 7009 §2.2)', async () => {
    let sent = 0;
    const fetch = async () => {
      sent += 1;
      if (sent === 1) throw new TypeError('fetch failed');
      return new Response(null);
    };
    const other = new ConnectClient({ issuer: ISSUER, clientId: 'c', fetch });
    await other.connection(store).end();
    expect(sent).toBe(2);
  });

  it('of a public client carry its client_id and no secret (RFC 6749 §3.2.1)', async () => {
    expect(await seen({}, (of) => of.end())).toEqual([
      `${ISSUER}/guest/v7/oauth-tokens/revoke`,
      null,
      'token=r1&client_id=c',
    ]);
  });
});

it('there is a call for everything that the OpenAPI document lets a bearer token do', async () => {
  const calls: string[] = [];
  onCall = (_, { method, url }) => {
    calls.push(`${method} ${new URL(url).pathname}`);
    return Response.json({ resource: {}, resources: [], meta: {} });
  };
  await connection.me();
  await connection.userinfo();
  await connection.checks.list({ limit: 1 });
  await connection.checks.find('{id}');
  await connection.checks.create({} as never);
  const file = resolve(__dirname, '../../../apps/api/openapi.json');
  const { paths } = JSON.parse(readFileSync(file, 'utf8')) as {
    paths: Record<string, Record<string, { security?: { oauth2?: string[] }[] }>>;
  };
  const allowed = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, { security = [] }]) => security.some(({ oauth2 }) => oauth2))
      .map(([method]) => `${method.toUpperCase()} ${path}`),
  );
  expect(calls.map(decodeURIComponent).sort()).toEqual(allowed.sort());
});

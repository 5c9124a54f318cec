import { PortalUser } from '@flixcheck/test-harness';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { grant } from '../testing/connections.js';
import { createTestApp, type TestApp } from '../testing/test-app.js';
import { ConnectionChanges } from './connection-changes.js';

const CHANGES = '/user/v7/connections/changes';
let test: TestApp;
let member: PortalUser;
let admin: PortalUser;
let stranger: PortalUser;
let open: Stream[] = [];

beforeAll(async () => {
  test = await createTestApp();
  admin = await PortalUser.signIn(test.url, 'admin@musterhaus.example');
  stranger = await PortalUser.signIn(test.url, 'admin@beispiel.example');
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.dataSource.query('DELETE FROM connections');
  member = await PortalUser.signIn(test.url);
});
afterEach(async () => {
  await Promise.all(open.map((stream) => stream.close()));
  open = [];
});

interface Stream {
  response: Response;
  /** The next block that is not `open`; undefined at the end of the stream. */
  next: () => Promise<string | undefined>;
  close: () => Promise<void>;
}

async function listen(
  who: Pick<PortalUser, 'cookie'>,
  headers: Record<string, string> = {},
  url = test.url,
): Promise<Stream> {
  const response = await fetch(`${url}${CHANGES}`, { headers: { cookie: who.cookie, ...headers } });
  const reader = (response.body ?? new ReadableStream()).getReader();
  let text = '';
  const block = async (): Promise<string | undefined> => {
    while (!text.includes('\n\n')) {
      const { done, value } = await reader.read();
      if (done) return undefined;
      text += new TextDecoder().decode(value);
      text = text.replace(/^\n+/, '');
    }
    const end = text.indexOf('\n\n');
    const found = text.slice(0, end);
    text = text.slice(end + 2);
    return found;
  };
  const stream: Stream = { response, next: block, close: () => reader.cancel() };
  open.push(stream);
  if (response.ok) expect(await block()).toBe('id: 0\nretry: 3000\n: open');
  return stream;
}

/** A heartbeat comes after every event that was announced before it. */
const heartbeat = () => test.app.get(ConnectionChanges).heartbeat();
const CHANGE = expect.stringMatching(/^event: connections\nid: \d+\ndata: \{\}$/);

describe('the stream of changes', () => {
  it('is an event stream that no cache keeps and no proxy holds back', async () => {
    const { response } = await listen(member);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(response.headers.get('cache-control')).toContain('no-store');
    expect(response.headers.get('x-accel-buffering')).toBe('no');
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('tells the granter and the account’s admin of a grant and of its end', async () => {
    const streams = [await listen(member), await listen(admin)];
    const { id } = await grant(test, member);
    for (const { next } of streams) expect(await next()).toEqual(CHANGE);
    await admin.call('DELETE', `/user/v7/connections/${id}`);
    for (const { next } of streams) expect(await next()).toEqual(CHANGE);
  });

  it('hears of what happens on another node', async () => {
    const node = await createTestApp({ databaseUrl: test.config.databaseUrl });
    try {
      const { next } = await listen(member, {}, node.url);
      await grant(test, member);
      expect(await next()).toEqual(CHANGE);
    } finally {
      await node.close();
    }
  });

  it('says nothing of other people’s and other accounts’ connections', async () => {
    const [mine, foreign] = [await listen(member), await listen(stranger)];
    await grant(test, admin);
    const admins = await listen(admin);
    await grant(test, admin);
    expect(await admins.next()).toEqual(CHANGE);
    allow();
    await heartbeat();
    expect(await mine.next()).toBe(': alive');
    expect(await foreign.next()).toBe(': alive');
  });

  it('says nothing when a connection is merely used', async () => {
    const { next } = await listen(member);
    const { id } = await grant(test, member);
    // Heard now, so that it does not come in between.
    expect(await next()).toEqual(CHANGE);
    await test.dataSource.query('UPDATE connections SET last_used_at = $2 WHERE id = $1', [
      id,
      test.clock.now(),
    ]);
    await grant(test, member, { clientId: 'belegscanner' });
    expect(await next()).toEqual(CHANGE);
    allow();
    await heartbeat();
    expect(await next()).toBe(': alive');
  });

  it('makes two events of many changes at once: for the first, and for the last', async () => {
    const { next } = await listen(member);
    await test.dataSource.query(
      `SELECT pg_notify('connections', concat_ws(' ', $1::text, $2::text, n))
       FROM generate_series(1, 100) n`,
      [member.accountId, member.id],
    );
    expect([await next(), await next()]).toEqual([CHANGE, CHANGE]);
    allow();
    await heartbeat();
    expect(await next()).toBe(': alive');
  });

  it('tells a browser at once that was cut off, because it may have missed something', async () => {
    const { next } = await listen(member, { 'last-event-id': '7' });
    expect(await next()).toEqual(CHANGE);
  });

  it('tells everybody after the feed itself was cut off', async () => {
    const { next } = await listen(member);
    await test.dataSource.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name LIKE '%change feed'`,
    );
    expect(await next()).toEqual(CHANGE);
  });

  it('ends with its session, and goes on for the others', async () => {
    const [ended, other] = [await listen(member), await listen(admin)];
    test.app
      .get(ConnectionChanges)
      .checkSessionsWith(async (ids) => new Set(ids.filter((id) => id !== member.sessionId)));
    await heartbeat();
    expect(await ended.next()).toBeUndefined();
    expect(await other.next()).toBe(': alive');
  });

  it('goes on while nobody can tell whether the session is good', async () => {
    const { next } = await listen(member);
    test.app.get(ConnectionChanges).checkSessionsWith(() => Promise.reject(new Error('away')));
    await heartbeat();
    expect(await next()).toBe(': alive');
  });

  it('is refused without a session: 401', async () => {
    const { response } = await listen({ cookie: 'session=none' });
    expect(response.status).toBe(401);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
  });

  it('is given to a session ten times at most, and again when one is closed: 429', async () => {
    const streams = [];
    for (let count = 0; count < 10; count += 1) streams.push(await listen(member));
    expect((await listen(member)).response.status).toBe(429);
    expect((await listen(await PortalUser.signIn(test.url))).response.status).toBe(200);
    await streams[0]?.close();
    let status = 429;
    for (let round = 0; status === 429 && round < 100; round += 1) {
      ({ status } = (await listen(member)).response);
    }
    expect(status).toBe(200);
  });

  it('does not hold up the server’s end', async () => {
    const node = await createTestApp({ databaseUrl: test.config.databaseUrl });
    const { next } = await listen(member, {}, node.url);
    const start = performance.now();
    await node.close();
    expect(performance.now() - start).toBeLessThan(2000);
    expect(await next()).toBeUndefined();
  });
});

/** Lets every session count as good. */
function allow(): void {
  test.app.get(ConnectionChanges).checkSessionsWith(async (ids) => new Set(ids));
}

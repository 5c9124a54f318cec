import {
  DEMO_CLIENTS,
  eventually,
  freePort,
  PortalUser,
  send,
  sql,
  startServer,
  ThirdParty,
  type RunningServer,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer } from 'node:net';
import { once } from 'node:events';

const COUNT = 2;
const LANES = 8;
const env = { WEB_CONCURRENCY: String(COUNT), LOG_LEVEL: 'info' };

interface Line {
  msg: string;
  worker?: number;
  pid?: number;
  pauseMs?: number;
}

let api: RunningServer;
let client: ThirdParty;
let user: PortalUser;
beforeAll(async () => {
  api = await startServer({ env });
  client = new ThirdParty(api.url, DEMO_CLIENTS.crm);
  user = await PortalUser.signIn(api.url);
});
afterAll(() => api.stop());

function log(): Line[] {
  const lines = api
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line) as Line);
}

const starts = () => log().filter(({ msg }) => msg === 'worker ready');
const pidOf = (number: number) => starts().findLast(({ worker }) => worker === number)?.pid ?? 0;

/** Ends a worker as a power cut does; returns once another one serves in its place. */
async function kill(number: number): Promise<void> {
  const pid = pidOf(number);
  process.kill(pid, 'SIGKILL');
  await eventually(
    () => Promise.resolve(pidOf(number)),
    (now) => now !== pid,
    20_000,
  );
}

/** Who asks again before that may come to the same worker, while the system still ends it. */
async function untilGone(pid: number): Promise<void> {
  const isThere = () => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  await eventually(
    () => Promise.resolve(isThere()),
    (there) => !there,
    20_000,
  );
}

const listening = async () => {
  const [row] = await sql<{ count: number }>(
    api.databaseUrl,
    `SELECT count(*)::integer AS count FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE '%change feed'`,
  );
  return row?.count;
};

async function metric(series: string): Promise<number> {
  const { text } = await send(api.url, '/metrics');
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return Number(line?.split(' ').at(-1));
}

describe('several workers on one port', () => {
  it('are as many as WEB_CONCURRENCY says, each a node of the change feed', async () => {
    // Its log comes by another way than the word that it is ready.
    await eventually(
      () => Promise.resolve(starts()),
      ({ length }) => length === COUNT,
    );
    expect(
      starts()
        .map(({ worker }) => worker)
        .sort(),
    ).toEqual([1, 2]);
    expect(await listening()).toBe(COUNT);
  });

  it('a revocation at one is known to all', async () => {
    const { access_token, refresh_token } = await client.connect(user);
    await client.revoke(refresh_token);
    await eventually(
      () => Promise.all(Array.from({ length: 4 * COUNT }, () => fresh(access_token))),
      (statuses) => statuses.every((status) => status === 401),
    );
  });

  it('/metrics has the sum of all, which does not fall when one ends', async () => {
    const { refresh_token } = await client.connect(user);
    let current = refresh_token;
    const series =
      'oauth_requests_total{endpoint="token",grant_type="refresh_token",outcome="success",error="",reason=""}';
    const before = (await metric(series)) || 0;
    for (let round = 0; round < 12; round += 1) {
      const { body } = await client.refresh(current);
      current = body.refresh_token;
    }
    expect(await metric(series)).toBe(before + 12);
    await kill(1);
    expect(await metric(series)).toBe(before + 12);
    expect(await metric('change_feed_live')).toBe(1);
  });

  it('kill -9 of one fails the requests that it was answering, and no other; another one starts', async () => {
    const families = await Promise.all(
      Array.from({ length: LANES }, async () => (await client.connect(user)).refresh_token),
    );
    let isDone = false;
    let answered = 0;
    const failures: string[] = [];
    const victim = pidOf(2);
    const lanes = families.map(async (first) => {
      let current = first;
      while (!isDone) {
        try {
          const { status, body, text } = await client.refresh(current);
          if (status === 200) {
            current = body.refresh_token;
            answered += 1;
          } else failures.push(`${status} ${text}`);
        } catch (error) {
          failures.push((error as NodeJS.ErrnoException).code ?? String(error));
          await untilGone(victim);
        }
      }
      return current;
    });
    await eventually(
      () => Promise.resolve(answered),
      (count) => count > 50,
      20_000,
    );
    await kill(2);
    const then = answered;
    await eventually(
      () => Promise.resolve(answered),
      (count) => count > then + 50,
      20_000,
    );
    isDone = true;
    const current = await Promise.all(lanes);
    expect(failures.filter((failure) => failure !== 'ECONNRESET')).toEqual([]);
    expect(failures.length).toBeLessThanOrEqual(LANES);
    for (const token of current) expect((await client.refresh(token)).status).toBe(200);
    await eventually(listening, (count) => count === COUNT, 20_000);
  });

  it('one that ends again and again is started after longer and longer pauses', async () => {
    const from = log().length;
    await kill(1);
    await kill(1);
    await kill(1);
    const pauses = log()
      .slice(from)
      .flatMap(({ pauseMs }) => pauseMs ?? []);
    expect(pauses).toHaveLength(3);
    expect(pauses[1]).toBe(2 * (pauses[0] ?? 0));
    expect(pauses[2]).toBe(2 * (pauses[1] ?? 0));
  });

  it('an orderly stop answers what has arrived, and leaves no worker behind', async () => {
    const other = await startServer({ env });
    const there = new ThirdParty(other.url, DEMO_CLIENTS.crm);
    const session = await PortalUser.signIn(other.url);
    const { refresh_token } = await there.connect(session);
    const pids = other
      .output()
      .split('\n')
      .filter((line) => line.includes('"worker ready"'))
      .map((line) => (JSON.parse(line) as Line).pid ?? 0);
    const answer = there.refresh(refresh_token);
    const stopped = other.stop();
    expect((await answer).status).toBe(200);
    await stopped;
    expect(pids).toHaveLength(COUNT);
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('a port that is taken ends the start with the same words as without workers', async () => {
    const port = await freePort();
    const taken = createServer().listen(port, 'localhost');
    await once(taken, 'listening');
    try {
      const start = startServer({ env: { ...env, PORT: String(port) } });
      await expect(start).rejects.toThrow(`Port ${port} is taken by another program`);
    } finally {
      taken.close();
    }
  });

  it('a port on which others have workers is taken, too', async () => {
    const { port } = new URL(api.url);
    const start = startServer({ env: { ...env, PORT: port } });
    await expect(start).rejects.toThrow(`Port ${port} is taken by another program`);
  });
});

/** Over a connection of its own, which any of the workers takes. */
async function fresh(accessToken: string): Promise<number> {
  const headers = { authorization: `Bearer ${accessToken}`, connection: 'close' };
  const answer = await fetch(`${api.url}/user/v7/oauth-userinfo`, { headers });
  await answer.text();
  return answer.status;
}

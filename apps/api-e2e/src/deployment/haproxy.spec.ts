import {
  eventually,
  freePort,
  PortalUser,
  type RunningServer,
  send,
  startServer,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { addPairs, type Pair } from '../fleet/endings.js';
import { report } from '../fleet/scale.js';
import { describeWith, type Program, startProgram } from './programs.js';

const LANES = 12;
/** What each of the phases has to see answered. */
const ENOUGH = 150;
const PHASE_MS = 120_000;

interface Failure {
  what: string;
  startedAt: number;
  reason: string;
}

/** Sends one request, and notes how long it took or what became of it. */
type Send = <Answer extends { status: number; text: string }>(
  what: string,
  status: number,
  request: () => Promise<Answer>,
) => Promise<Answer>;

class Gone extends Error {}

/**
 * As docs/operate.md has it: a node that does not answer gets nothing more, and a request that could
 * not be sent goes to another node. None is sent twice.
 */
const config = (port: number, nodes: readonly number[]) => `
  global
    maxconn 4000
  defaults
    mode http
    timeout connect 1s
    timeout check 5s
    timeout client 60s
    timeout server 60s
    timeout http-keep-alive 60s
    option forwardfor
    option redispatch 1
    retries 3
    retry-on conn-failure
  frontend connect
    bind 127.0.0.1:${port}
    default_backend nodes
  backend nodes
    balance roundrobin
    option httpchk GET /health/ready
    default-server check inter 500ms fall 2 rise 1
${nodes.map((node, index) => `    server node${index} 127.0.0.1:${node}`).join('\n')}
`;

describeWith('haproxy', 'two nodes behind HAProxy', (path) => {
  let proxy: Program;
  let first: RunningServer;
  let added: RunningServer | undefined;
  let port: number;
  let ports: number[];
  let env: Record<string, string>;
  beforeAll(async () => {
    port = await freePort();
    ports = [await freePort(), await freePort(), await freePort()];
    env = { PUBLIC_URL: `http://localhost:${port}`, TRUST_PROXY: '1', HOST: '127.0.0.1' };
    first = await startServer({ env: { ...env, PORT: String(ports[0]) } });
    proxy = await startProgram(path, ['-db', '-f', '{folder}/haproxy.cfg'], {
      port,
      files: { 'haproxy.cfg': config(port, ports) },
    });
  });
  afterAll(async () => {
    await proxy.stop();
    await added?.stop();
    await first.stop();
  });

  /** HAProxy says of each that it is up, and of none that was at the start. */
  const untilUp = (server: string) =>
    eventually(
      () => lastWord(server),
      (word) => word !== 'DOWN',
      PHASE_MS,
    );
  const lastWord = (server: string) =>
    [...proxy.output().matchAll(new RegExp(`nodes/${server} is (UP|DOWN)`, 'g'))].at(-1)?.[1];

  it(
    'while a node is killed and one is added, none fails but the requests that it was answering',
    async () => {
      const url = `http://localhost:${port}`;
      const { databaseUrl } = first;
      const start = (slot: number) =>
        startServer({ databaseUrl, env: { ...env, PORT: String(ports[slot]) } });
      const doomed = await start(1);
      for (const server of ['node0', 'node1']) await untilUp(server);
      const [admin, operator] = await Promise.all([
        PortalUser.signIn(url, 'admin@musterhaus.example'),
        PortalUser.signIn(url, 'operator@flixcheck.example'),
      ]);
      const nodes = { ...first, servers: [], urls: [url], publicUrl: url };
      const pairs = await addPairs({ nodes, urls: [url], admin, operator }, LANES);

      let isDone = false;
      let answered = 0;
      const latencies: number[] = [];
      const failures: Failure[] = [];
      const wrong: string[] = [];
      /** HAProxy's own answers, where the node has gone, are failures, and so is a connection's end. */
      const attempt = async <Result>(what: string, request: () => Promise<Result>) => {
        const startedAt = performance.now();
        try {
          const result = await request();
          answered += 1;
          latencies.push(performance.now() - startedAt);
          return result;
        } catch (error) {
          const reason = String((error as NodeJS.ErrnoException).code ?? error);
          if (!/ECONNRESET|hang up|<h1>50[234] /.test(reason)) throw error;
          failures.push({ what, startedAt, reason });
          throw new Gone(reason);
        }
      };
      const expectAnswer: Send = (what, status, request) =>
        attempt(what, async () => {
          const answer = await request();
          if (answer.status !== status) throw new Error(`${what}: ${answer.status} ${answer.text}`);
          return answer;
        });

      /** The documented flow, a refresh that races with itself, and the end of the connection. */
      const flow = async ({ application, member }: Pair) => {
        const client = application.at(0);
        const { code } = await attempt('consent', () => client.code(member.session));
        const { body: first } = await expectAnswer('exchange', 200, () => client.exchange(code));
        await expectAnswer('use', 200, () => client.me(first.access_token));
        const racing = await Promise.allSettled(
          [1, 2].map(() => expectAnswer('race', 200, () => client.refresh(first.refresh_token))),
        );
        const successors = racing.flatMap((one) =>
          one.status === 'fulfilled' ? one.value.body.refresh_token : [],
        );
        if (new Set(successors).size > 1)
          wrong.push('a refresh that came twice had two successors');
        const [current] = successors;
        if (!current) throw new Gone('race');
        const { body: second } = await expectAnswer('refresh', 200, () => client.refresh(current));
        await expectAnswer('revoke', 200, () => client.revoke(second.refresh_token));
        await expectAnswer('replay', 400, () => client.refresh(second.refresh_token));
      };
      const lanes = pairs.map(async (pair) => {
        while (!isDone && wrong.length === 0 && failures.length < 100) {
          await flow(pair).catch((error: unknown) => {
            if (!(error instanceof Gone)) wrong.push(String(error));
          });
        }
      });
      const phase = async () => {
        const from = answered;
        await eventually(
          () => answered,
          (count) => count >= from + ENOUGH || wrong.length + failures.length >= 100,
          PHASE_MS,
        );
      };

      let killedAt = Infinity;
      try {
        await phase();
        await doomed.kill();
        killedAt = performance.now();
        await phase();
        added = await start(2);
        await untilUp('node2');
        await phase();
      } finally {
        isDone = true;
        await Promise.all(lanes);
        await doomed.stop();
      }

      if (wrong.length > 0) throw new Error(`${wrong.join('\n')}\n${proxy.output()}`);
      expect(failures.filter(({ startedAt }) => startedAt > killedAt)).toEqual([]);
      // Each lane has at most two under way.
      expect(failures.length).toBeLessThanOrEqual(2 * LANES);
      const { text } = await send(added.url, '/metrics');
      expect(text).toMatch(/oauth_requests_total\{[^}]*grant_type="refresh_token"[^}]*\} [1-9]/);
      report('node killed behind HAProxy', {
        answered,
        failed: failures.length,
        longestMs: Math.max(...latencies),
      });
    },
    4 * PHASE_MS,
  );
});

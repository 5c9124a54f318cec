import {
  DEMO_CLIENTS,
  eventually,
  freePort,
  type Nodes,
  PortalUser,
  type RunningServer,
  send,
  startNodes,
  startServer,
  ThirdParty,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { report } from '../load/scale.js';
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
type Send = <Answer extends { status: number }>(
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
    default-server check inter 200ms fall 2 rise 1 on-marked-down shutdown-sessions
${nodes.map((node, index) => `    server node${index} 127.0.0.1:${node}`).join('\n')}
`;

describeWith('haproxy', 'two nodes behind HAProxy', (path) => {
  let proxy: Program;
  let nodes: Nodes;
  let added: RunningServer | undefined;
  let port: number;
  let ports: number[];
  let env: Record<string, string>;
  beforeAll(async () => {
    port = await freePort();
    ports = [await freePort(), await freePort(), await freePort()];
    env = { PUBLIC_URL: `http://localhost:${port}`, TRUST_PROXY: '1', HOST: '127.0.0.1' };
    nodes = await startNodes({ count: 1, env: { ...env, PORT: String(ports[0]) } });
    proxy = await startProgram(path, ['-db', '-f', '{folder}/haproxy.cfg'], {
      port,
      files: { 'haproxy.cfg': config(port, ports) },
    });
  });
  afterAll(async () => {
    await proxy.stop();
    await added?.stop();
    await nodes.stop();
  });

  it(
    'while a node is killed and one is added, none fails but the requests that it was answering',
    async () => {
      const url = `http://localhost:${port}`;
      const { databaseUrl } = nodes;
      const start = (slot: number) =>
        startServer({ databaseUrl, env: { ...env, PORT: String(ports[slot]) } });
      const doomed = await start(1);
      await eventually(
        () => send(url, '/health/ready'),
        ({ status }) => status === 200,
      );
      const user = await PortalUser.signIn(url);
      const client = new ThirdParty(url, DEMO_CLIENTS.crm);

      let isDone = false;
      let answered = 0;
      const latencies: number[] = [];
      const failures: Failure[] = [];
      const wrong: string[] = [];
      const expectAnswer: Send = async (what, status, request) => {
        const startedAt = performance.now();
        const fail = (reason: string) => {
          failures.push({ what, startedAt, reason });
          return new Gone(reason);
        };
        const answer = await request().catch((error: unknown) => {
          throw fail(String((error as NodeJS.ErrnoException).code ?? error));
        });
        // HAProxy's own, where the node has gone; the program's are wrong answers to right requests.
        if (answer.status !== status && [502, 503, 504].includes(answer.status)) {
          throw fail(String(answer.status));
        }
        if (answer.status !== status) wrong.push(`${what}: ${answer.status}, not ${status}`);
        answered += 1;
        latencies.push(performance.now() - startedAt);
        return answer;
      };

      /** The documented flow, a refresh that races with itself, and the end of the connection. */
      const flow = async () => {
        const { code } = await client.code(user);
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
      const lanes = Array.from({ length: LANES }, async () => {
        while (!isDone) {
          await flow().catch((error: unknown) => {
            if (!(error instanceof Gone)) wrong.push(String(error));
          });
        }
      });
      const phase = async () => {
        const from = answered;
        await eventually(
          () => Promise.resolve(answered),
          (count) => count >= from + ENOUGH,
          PHASE_MS,
        );
      };

      await phase();
      await doomed.kill();
      const killedAt = performance.now();
      await phase();
      added = await start(2);
      await phase();
      isDone = true;
      await Promise.all(lanes);

      expect(wrong).toEqual([]);
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

import { eventually, freePort, send, startNodes } from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { addPairs, connect, end, type Pair } from '../fleet/endings.js';
import { type Fleet, startFleet, statusAt } from '../fleet/fleet.js';
import { percentile, report, scale } from '../fleet/scale.js';
import { describeWith, findProgram, type Program, startProgram } from './programs.js';
import { runSpecs } from './specs.js';

const ENDINGS = scale('LOAD_REVOCATIONS', 40);
const IDLE_MS = scale('LOAD_IDLE_MS', 10_000);
const SUITE_MS = 600_000;
/** What arrives at other nodes by the change feed. */
const SPECS = ['two-nodes', 'connections', 'revocation', 'registry', 'users'];

describeWith('nats-server', 'two NATS servers in a cluster', (path) => {
  const password = randomBytes(12).toString('base64url');
  let servers: Program[];
  let ports: [number, number];
  let monitors: [number, number];
  let folder: string;
  let env: { NATS_URL: string; NODE_EXTRA_CA_CERTS: string };

  const startNats = async (index: number, cluster: readonly number[]) => {
    const port = ports[index] as number;
    return startProgram(path, ['-c', '{folder}/nats.conf'], {
      port,
      files: {
        'nats.conf': `
          listen: 127.0.0.1:${port}
          server_name: nats-${index}
          http: 127.0.0.1:${monitors[index]}
          tls { cert_file: "${folder}/cert.pem", key_file: "${folder}/key.pem" }
          authorization {
            users: [{
              user: connect, password: "${password}",
              permissions: { publish: "flixcheck.test", subscribe: "flixcheck.test" }
            }]
          }
          cluster {
            name: test
            listen: 127.0.0.1:${cluster[index]}
            routes: [${cluster.map((other) => `nats://127.0.0.1:${other}`).join(', ')}]
          }`,
      },
    });
  };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'flixcheck-connect-nats-'));
    execFileSync(
      findProgram('openssl') ?? 'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
        ...['-keyout', `${folder}/key.pem`, '-out', `${folder}/cert.pem`, '-days', '2'],
        ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
      ],
      { stdio: 'ignore' },
    );
    ports = [await freePort(), await freePort()];
    monitors = [await freePort(), await freePort()];
    const cluster = [await freePort(), await freePort()];
    servers = [await startNats(0, cluster), await startNats(1, cluster)];
    env = {
      NATS_URL: ports.map((port) => `tls://connect:${password}@localhost:${port}`).join(','),
      NODE_EXTRA_CA_CERTS: `${folder}/cert.pem`,
    };
  });
  afterAll(async () => {
    for (const server of servers) await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const natsAt = async (url: string) =>
    (await send<{ nats: string }>(url, '/health/ready')).body.nats;
  const connected = async (urls: readonly string[], state = 'connected') => {
    for (const url of urls)
      await eventually(
        () => natsAt(url),
        (said) => said === state,
        20_000,
      );
  };
  const settings = () => ({ ...env, NATS_SUBJECT: 'flixcheck.test' });

  it('nodes connect by TLS, and a password that is wrong only costs the pace', async () => {
    const nodes = await startNodes({ env: settings() });
    const NATS_URL = env.NATS_URL.replaceAll(password, 'wrong');
    const other = await startNodes({ count: 1, env: { ...settings(), NATS_URL } });
    try {
      await connected(nodes.urls);
      await connected(other.urls, 'away');
      const { body } = await send(other.urls[0] ?? '', '/health/ready');
      expect(body).toEqual({ status: 'ok', changeFeed: 'live', nats: 'away' });
    } finally {
      await nodes.stop();
      await other.stop();
    }
  });

  it('an authority that nobody has named is not believed', async () => {
    const { NODE_EXTRA_CA_CERTS: _, ...rest } = settings();
    const nodes = await startNodes({ count: 1, env: rest });
    try {
      const [server] = nodes.servers;
      await eventually(
        () => server?.output(),
        (text) => text?.includes('NATS is away'),
        20_000,
      );
      expect(await natsAt(nodes.urls[0] ?? '')).toBe('away');
    } finally {
      await nodes.stop();
    }
  });

  describe('beside nodes that listen to PostgreSQL', () => {
    const feeds: { name: string; fleet: Fleet; pairs: Pair[] }[] = [];
    beforeAll(async () => {
      for (const [name, chosen] of [
        ['listen', {}],
        ['nats', settings()],
      ] as const) {
        const fleet = await startFleet({ env: chosen });
        feeds.push({ name, fleet, pairs: await addPairs(fleet, 1) });
      }
      await connected(feeds[1]?.fleet.urls ?? []);
    });
    afterAll(async () => {
      for (const { fleet } of feeds) await fleet.nodes.stop();
    });

    it(
      'a revocation reaches the other node within a second, with either',
      async () => {
        const delays = new Map<string, number[]>(feeds.map(({ name }) => [name, []]));
        for (let round = 0; round < ENDINGS; round += 1) {
          for (const { name, fleet, pairs } of feeds) {
            const pair = pairs[0] as Pair;
            const victim = await connect(pair, fleet, 0);
            const [, there = ''] = fleet.urls;
            expect(await statusAt(there, victim.accessToken)).toBe(200);
            await end('click', victim, pair, fleet, 0);
            const since = performance.now();
            let sentAfter: number;
            do sentAfter = performance.now() - since;
            while ((await statusAt(there, victim.accessToken)) === 200);
            delays.get(name)?.push(sentAfter);
          }
        }
        const table = [...delays].map(([name, ms]) => ({
          name,
          ...{ p50: percentile(ms, 0.5), p99: percentile(ms, 0.99), max: percentile(ms, 1) },
        }));
        report('from the acknowledgement to the last request that another node let in', { table });
        for (const { max } of table) expect(max).toBeLessThan(1000);
      },
      SUITE_MS,
    );

    it(
      'what a node costs that has nothing to do',
      async () => {
        const cpu = async (url = '') =>
          Number(
            /^process_cpu_seconds_total (\S+)/m.exec(
              await (await fetch(`${url}/metrics`)).text(),
            )?.[1],
          );
        const read = () => Promise.all(feeds.map(({ fleet }) => cpu(fleet.urls[1])));
        const before = await read();
        await pause(IDLE_MS);
        const after = await read();
        const table = feeds.map(({ name }, index) => ({
          name,
          msPerSecond: (((after[index] ?? 0) - (before[index] ?? 0)) * 1e6) / IDLE_MS,
        }));
        report('CPU of an idle node', { table });
        for (const { msPerSecond } of table) expect(msPerSecond).toBeLessThan(200);
      },
      SUITE_MS,
    );
  });

  it(
    'the flow and its races pass as they do without it',
    async () => {
      await runSpecs(SPECS, { TEST_SERVER_SETTINGS: JSON.stringify(settings()) });
    },
    SUITE_MS,
  );

  it('when one of the servers goes, nodes take the other one', async () => {
    const nodes = await startNodes({ env: settings() });
    try {
      await connected(nodes.urls);
      await servers[0]?.stop();
      const other = `http://127.0.0.1:${monitors[1]}/connz`;
      await eventually(
        async () => (await (await fetch(other)).json()) as { num_connections: number },
        (said) => said.num_connections === nodes.urls.length,
        20_000,
      );
      await connected(nodes.urls);
    } finally {
      await nodes.stop();
    }
  });
});
